package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// importsAtOnce is how many rows are handed in side by side: each waits for the
// key store and for Temporal.
const importsAtOnce = 8

// An importation is what the flags of import say.
type importation struct {
	reach    *access
	received string
	prefix   string
	region   *string
	approval bool
	dryRun   bool
	json     *bool
}

func newImport(s *streams) *cobra.Command {
	f := &importation{}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Hand in the requests of a file",
		Long: `Hand in the requests of a file, one a row: FILE.csv (or .tsv) with a line that
names the columns, or FILE.jsonl with one JSON object a line. docs/import.md shows
both.

A row that is wrong is named by its line and stops no other; the exit code is then
1. The same command again hands in what is missing: a row is known by its id, or,
without one, by what it holds. Requests that come this way let others go first,
unless their deadline is near.`,
		Example: `  lethe import requests.csv --dry-run
  lethe import requests.csv
  lethe import backlog.jsonl --received 2026-03-02 --approval`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return s.importFile(cmd, f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.received, "received", "", "`DATE` on which requests were received whose row does not say, or an RFC 3339 time")
	flags.StringVar(&f.prefix, "prefix", "import", "`TEXT` with which the ids begin of requests whose row has none")
	flags.BoolVar(&f.approval, "approval", false, "let a person approve what is to be erased: lethe approve")
	flags.BoolVar(&f.dryRun, "dry-run", false, "check the file and hand in nothing")
	f.region = regionFlag(cmd)
	f.json = jsonFlag(cmd)
	f.reach = s.accessFlags(cmd)
	return cmd
}

// importFile checks the flags, opens the file and carries the import out.
func (s *streams) importFile(cmd *cobra.Command, f *importation, path string) (err error) {
	cfg, err := f.reach.config.outline()
	if err != nil {
		return err
	}
	i := &importer{streams: s, flags: f, cfg: cfg}
	if f.received != "" {
		if _, err := s.moment(f.received); err != nil {
			return usagef(cmd, "--received %v", err)
		}
	}
	// The longest name that is made, in its place.
	if err := dsr.CheckRequestID(i.named(strings.Repeat("0", 32))); err != nil {
		return usagef(cmd, "--prefix must be 1 to 31 letters, digits, dots, dashes or underscores, a letter or digit first")
	}
	// To open a pipe that nobody writes takes for ever.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errNotRegular
	}
	file, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return fmt.Errorf("the file cannot be read: %w", reason(err))
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := i.open(cmd, file, path); err != nil {
		return err
	}
	return i.run(cmd.Context())
}

// An importer hands in the rows of one file.
type importer struct {
	*streams
	flags *importation
	cfg   *config.Config
	lines *lines
	rows  rowReader
	bar   *progressbar.ProgressBar
	// desk and namer are nil in a dry run.
	desk  *requests.Desk
	namer *vault.Namer
	// nobody says that no worker is running, if so.
	nobody string

	// mu guards what comes after it, and the error stream.
	mu   sync.Mutex
	done imported
}

// imported is what came of an import.
type imported struct {
	Rows      int `json:"rows"`
	Valid     int `json:"valid"`
	Submitted int `json:"submitted"`
	// Already counts the rows that had been handed in before.
	Already int        `json:"already_submitted"`
	Wrong   []wrongRow `json:"wrong"`
	// Requests are those that were handed in, by line. They are kept for JSON only.
	Requests []importedRow `json:"requests"`
}

type wrongRow struct {
	Line    int    `json:"line"`
	Problem string `json:"problem"`
}

type importedRow struct {
	Line    int    `json:"line"`
	ID      string `json:"request_id"`
	Already bool   `json:"already_submitted"`
}

// errNotRegular says that an import is no file, which has an end.
var errNotRegular = errors.New("the file cannot be read: it is not a regular file")

// open begins to read the file, whose name says its form.
func (i *importer) open(cmd *cobra.Command, file *os.File, path string) error {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return errNotRegular
	}
	form := strings.ToLower(filepath.Ext(path))
	if !slices.Contains([]string{".csv", ".tsv", ".jsonl", ".ndjson"}, form) {
		return usagef(cmd, "the name of the file must end in .csv, .tsv, .jsonl or .ndjson")
	}
	if i.lines, err = newLines(file); err != nil {
		return err
	}
	if form == ".csv" || form == ".tsv" {
		i.rows, err = newCSVRows(i.lines)
	} else {
		i.rows = &jsonRows{i.lines}
	}
	if i.errTerminal && !*i.flags.json {
		i.bar = progressbar.NewOptions64(max(info.Size(), 1), progressbar.OptionSetWriter(i.err),
			progressbar.OptionSetDescription("reading"), progressbar.OptionSetWidth(barWidth),
			progressbar.OptionThrottle(barEvery), progressbar.OptionClearOnFinish())
	}
	return err
}

// The progress bar is so many columns wide, and drawn so often.
const (
	barWidth = 40
	barEvery = 100 * time.Millisecond
)

// run hands everything in, or only checks it, and says what came of it, also where
// it was interrupted.
func (i *importer) run(ctx context.Context) error {
	var err error
	if i.flags.dryRun {
		err = i.all(ctx)
	} else {
		err = i.handIn(ctx)
	}
	if i.bar != nil {
		_ = i.bar.Finish() // nothing depends on the bar
	}
	if i.done.Rows == 0 && err != nil {
		return err
	}
	if i.nobody != "" && i.done.Submitted+i.done.Already > 0 {
		defer i.mind("submitted; %s", i.nobody)
	}
	return cmp.Or(i.summary(), err, i.verdict())
}

// handIn opens the desk and hands all rows in.
func (i *importer) handIn(ctx context.Context) error {
	return withVault(ctx, i.cfg, false, func(keys *vault.Vault) (err error) {
		if i.namer, err = keys.Namer(ctx); err != nil {
			return err
		}
		return i.flags.reach.openDesk(ctx, false, func(desk *requests.Desk) error {
			i.desk = desk
			err := i.all(ctx)
			i.nobody = i.unattended(ctx, desk)
			return err
		})
	})
}

// all goes through the file. A row that is wrong stops nothing; that Temporal or the
// keys cannot be reached does.
func (i *importer) all(ctx context.Context) error {
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(importsAtOnce)
	var readErr error
	for working.Err() == nil {
		row, err := i.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			readErr = err
			break
		}
		i.progress()
		request, problem := i.check(row)
		if problem != nil {
			i.wrong(row.line, problem)
			continue
		}
		if i.flags.dryRun {
			i.note(importedRow{Line: row.line, ID: request.ID}, false)
			continue
		}
		group.Go(func() error { return i.submit(working, row.line, request) })
	}
	return cmp.Or(group.Wait(), readErr, ctx.Err())
}

// submit hands one row in.
func (i *importer) submit(ctx context.Context, line int, r dsr.Request) error {
	deadlines, err := i.cfg.Regulation.Deadlines(r.ReceivedAt)
	if err != nil {
		return err
	}
	priority := requests.Bulk.ForDeadline(deadlines.Due, i.now())
	already, err := i.desk.WithPriority(priority).Submit(ctx, r)
	switch {
	case errors.Is(err, requests.ErrTaken), errors.Is(err, requests.ErrForgotten):
		i.wrong(line, err)
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return fmt.Errorf("line %d could not be handed in: %w; then run the same command again, and it goes on from there", line, err)
	}
	i.note(importedRow{Line: line, ID: r.ID, Already: already}, true)
	return nil
}

// wrong says what is wrong with a row.
func (i *importer) wrong(line int, problem error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.done.Rows++
	i.done.Wrong = append(i.done.Wrong, wrongRow{Line: line, Problem: problem.Error()})
	if i.bar != nil {
		_ = i.bar.Clear() // nothing depends on the bar
	}
	_, _ = fmt.Fprintf(i.err, "line %d: %s\n", line, oneLine(problem.Error()))
}

// note counts a row that is right.
func (i *importer) note(row importedRow, handedIn bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.done.Rows++
	i.done.Valid++
	switch {
	case !handedIn:
		return
	case row.Already:
		i.done.Already++
	default:
		i.done.Submitted++
	}
	if *i.flags.json {
		i.done.Requests = append(i.done.Requests, row)
	}
}

func (i *importer) progress() {
	if i.bar == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	_ = i.bar.Set64(min(i.lines.read, i.bar.GetMax64()-1)) // nothing depends on the bar; it ends when all is handed in
}

// check makes the request that a row describes, or says everything that is wrong
// with it, without its values.
func (i *importer) check(row importRow) (dsr.Request, error) {
	if row.wrong != nil {
		return dsr.Request{}, row.wrong
	}
	subject, problems := normalise(row.entries, normalizer(*i.flags.region, i.cfg))
	r := dsr.Request{
		ID: row.id, Kind: dsr.Kind(cmp.Or(row.kind, string(dsr.Erasure))), Subject: subject, Systems: row.systems,
		ApprovalRequired: i.flags.approval,
	}
	received := cmp.Or(row.received, i.flags.received)
	var err error
	if r.ReceivedAt, err = i.moment(received); received == "" {
		problems = append(problems, dsr.Problem{Field: "received", Text: "is needed, for the time to answer begins there; give it in a column, or for all rows with --received"})
	} else if err != nil {
		problems = append(problems, dsr.Problem{Field: "received", Text: err.Error()})
	}
	r.ID = cmp.Or(row.id, i.idOf(r, received))
	problems = append(problems, i.invalidRow(r, row, err != nil)...)
	if len(problems) > 0 {
		return dsr.Request{}, problems
	}
	return r, nil
}

// invalidRow says what is wrong with a request as a whole, as far as nobody has
// said yet.
func (i *importer) invalidRow(r dsr.Request, row importRow, notReceived bool) dsr.Problems {
	var found, problems dsr.Problems
	errors.As(r.Validate(i.now(), identity.Check), &found)
	for _, p := range found {
		said := p.Field == "received_at" && notReceived ||
			p.Field == "identifiers" && len(row.entries) > 0 && len(r.Subject.Identifiers) == 0
		if said {
			continue
		}
		p.Field = strings.Replace(p.Field, "received_at", "received", 1)
		problems = append(problems, p)
	}
	if row.id != "" && identity.MentionedIn(dsr.Subject{Identifiers: r.Subject.Of(dsr.Email, dsr.Phone)}, row.id) {
		problems = append(problems, dsr.Problem{Field: "id", Text: "names the person; it is shown everywhere, so choose another one"})
	}
	configured := namesOf(i.cfg)
	if slices.ContainsFunc(r.Systems, func(name string) bool { return !slices.Contains(configured, name) }) {
		problems = append(problems, dsr.Problem{Field: "systems", Text: "names one that is not configured; there is " + strings.Join(configured, ", ")})
	}
	return problems
}

// idOf is the id of a row that has none: made of what the row holds, so that the
// same row is the same request wherever it stands in a file. Nobody without the
// vault's key learns from it who the subject is.
func (i *importer) idOf(r dsr.Request, received string) string {
	if i.namer == nil { // nothing is handed in
		return i.named("0")
	}
	parts := []string{string(r.Kind), received}
	for _, id := range r.Subject.Identifiers {
		parts = append(parts, id.Key())
	}
	slices.Sort(parts[2:])
	systems := slices.Clone(r.Systems)
	slices.Sort(systems)
	return i.named(i.namer.Name(append(append(parts, "systems"), systems...)...))
}

func (i *importer) named(name string) string { return i.flags.prefix + "-" + name }

// summary says what came of the import.
func (i *importer) summary() error {
	if *i.flags.json {
		slices.SortFunc(i.done.Wrong, func(a, b wrongRow) int { return cmp.Compare(a.Line, b.Line) })
		slices.SortFunc(i.done.Requests, func(a, b importedRow) int { return cmp.Compare(a.Line, b.Line) })
		i.done.Wrong = append([]wrongRow{}, i.done.Wrong...) // a list, be it empty
		i.done.Requests = append([]importedRow{}, i.done.Requests...)
		return i.printJSON(i.done)
	}
	wrong := fmt.Sprintf("%d wrong", len(i.done.Wrong))
	if i.flags.dryRun {
		return i.print(fmt.Sprintf("%s: %d can be handed in, %s; nothing was handed in\n", rowsText(i.done.Rows), i.done.Valid, wrong))
	}
	return i.print(fmt.Sprintf("%s: %d handed in, %d handed in before, %s\n", rowsText(i.done.Rows), i.done.Submitted, i.done.Already, wrong))
}

// verdict is an error if a row was wrong.
func (i *importer) verdict() error {
	switch n := len(i.done.Wrong); {
	case n == 0 && i.done.Rows == 0:
		return errors.New("the file holds no rows")
	case n == 0:
		return nil
	default:
		return fmt.Errorf("%s wrong; correct the lines named above and run the same command again, rows that were handed in are passed over", rowsText(n))
	}
}

// rowsText is a number of rows in words.
func rowsText(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
