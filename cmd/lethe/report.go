package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/storage"
)

// The forms in which a report is written.
const (
	formText   = "text"
	formJSON   = "json"
	formHTML   = "html"
	formPDF    = "pdf"
	formLetter = "letter"
	formRecord = "destruction-record"
)

func forms() []string { return []string{formText, formJSON, formHTML, formPDF, formLetter, formRecord} }

// A rendition is what the flags of the report command ask for.
type rendition struct {
	form, language, archive, output string
	json, names                     bool
}

func newReport(s *streams) *cobra.Command {
	var reach *access
	var want rendition
	cmd := &cobra.Command{
		Use:   "report ID",
		Short: "Print the completion report of a request",
		Long: `Print the newest completion report of a request, from the archive. It says for
each system what came of it and how that is known. It holds no identifier of the
person.

The formats are: text; json, as it was signed, byte for byte if it goes to a
file; html, one page that needs nothing from elsewhere; pdf; letter, to the
person; destruction-record, for the company's own file (French and Arabic). The
last two are text, unless the file of --output ends with .html or .pdf.

The report is compared with the archive's chain. One that is on another request, or
was altered, copied or put back, is refused: the command says what is wrong, and
fails. If the public keys of the vault are at hand, signatures are checked as well.

The letter speaks of recipients by category; with --name-recipients it names
them, which the person can ask for (CJEU C-154/21).`,
		Example: `  lethe report ticket-4711
  lethe report ticket-4711 --format pdf --language fr --output ticket-4711.pdf
  lethe report ticket-4711 --format letter --language ar --name-recipients
  lethe report ticket-4711 --format json --output ticket-4711.json
  lethe report verify ticket-4711.json`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			typed, err := requestName(cmd, args[0])
			if err != nil {
				return err
			}
			if err := want.check(cmd); err != nil {
				return err
			}
			return s.report(cmd.Context(), reach, want, typed)
		},
	}
	cmd.Flags().StringVar(&want.archive, "archive", "", "`URL` of the archive, such as file:///var/lib/lethe/archive (default: as configured)")
	cmd.Flags().StringVar(&want.form, "format", formText, "`FORMAT`: "+strings.Join(forms(), ", "))
	cmd.Flags().StringVar(&want.language, "language", string(render.English), "`LANGUAGE` of all formats but text and json: en, fr or ar")
	cmd.Flags().StringVarP(&want.output, "output", "o", "", "`FILE` to write to (default: the standard output)")
	cmd.Flags().BoolVar(&want.names, "name-recipients", false, "name the recipients in the letter")
	cmd.Flags().BoolVar(&want.json, "json", false, "write JSON, the same as --format json")
	reach = s.accessFlags(cmd)
	cmd.AddCommand(newReportVerify(s), newReportSchema(s))
	return cmd
}

// check says what is wrong with the flags.
func (w *rendition) check(cmd *cobra.Command) error {
	if w.json {
		w.form = formJSON
	}
	if !slices.Contains(forms(), w.form) {
		return usagef(cmd, "--format must be one of %s", strings.Join(forms(), ", "))
	}
	if _, err := render.ParseLanguage(w.language); err != nil {
		return usagef(cmd, "--language %v", err)
	}
	if w.names && w.form != formLetter {
		return usagef(cmd, "--name-recipients is for --format letter; all other formats name them")
	}
	return nil
}

// report writes the newest report on the request as it is wanted.
func (s *streams) report(ctx context.Context, reach *access, want rendition, typed requests.Name) error {
	if want.form == formPDF && want.output == "" && s.terminal {
		return errors.New("a PDF is nothing for a terminal; write it to a file with --output FILE")
	}
	cfg, err := reach.config.optional()
	if want.archive == "" {
		cfg, err = reach.config.outline()
	}
	if err != nil {
		return err
	}
	named := want.archive != ""
	if !named {
		want.archive = cfg.Archive
	}
	ring := s.ownKeys(ctx, reach.config, cfg)
	content, err := latest(ctx, want.archive, typed, ring)
	// The configured folder is made with its first report.
	if errors.Is(err, report.ErrNotFound) || !named && errors.Is(err, fs.ErrNotExist) {
		return missing(ctx, reach, typed)
	}
	if err != nil {
		return err
	}
	r, err := report.Decode(content)
	if err != nil {
		return err
	}
	err = s.deliver(want.output, func(w io.Writer) error { return want.write(w, content, r, s.renderOptions(cfg, want, content)) })
	return errors.Join(err, doubt(content, ring))
}

// ownKeys are the company's public keys if they are at hand: to read a report nobody
// needs the vault.
func (s *streams) ownKeys(ctx context.Context, configuration *configFlag, cfg *config.Config) report.Keyring {
	if cfg == nil {
		return nil
	}
	ring, _, err := (&keysFlag{configuration: configuration}).ring(ctx)
	if err != nil {
		return nil
	}
	return ring
}

// doubt says why the report is not known to be as it was signed, if there are keys to
// know it by.
func doubt(content []byte, ring report.Keyring) error {
	if len(ring) == 0 {
		return nil
	}
	if _, _, err := report.Check(content, ring); err != nil {
		return fmt.Errorf("do not rely on this report: %w", err)
	}
	return nil
}

// renderOptions are those that the configuration and the flags make.
func (s *streams) renderOptions(cfg *config.Config, want rendition, content []byte) render.Options {
	o := render.Options{Language: render.Language(want.language), NameRecipients: want.names, Date: s.now()}
	o.Seal.Key, o.Seal.SHA256 = report.SealOf(content)
	if cfg != nil {
		c := cfg.Company
		o.Company = render.Company{Name: c.Name, Address: c.Address, Contact: c.Contact, Authority: c.Authority}
		o.Letters, o.Location = c.Letters, cfg.Regulation.Location
	}
	return o
}

// deliver writes to the file, readable by its owner only, or to the standard
// output. A file is written whole or not at all.
func (s *streams) deliver(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(s.out)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

func (w rendition) write(to io.Writer, content []byte, r dsr.Report, o render.Options) error {
	switch w.form {
	case formJSON:
		return w.writeJSON(to, content)
	case formHTML:
		return render.HTML(to, r, o)
	case formPDF:
		return render.PDF(to, r, o)
	case formLetter:
		return w.writeText(to, render.Letter, r, o)
	case formRecord:
		return w.writeText(to, render.DestructionRecord, r, o)
	default:
		return report.Text(to, r)
	}
}

// writeJSON writes the report as it was signed. For the standard output it is
// indented, which a signature does not mind.
func (w rendition) writeJSON(to io.Writer, content []byte) error {
	if w.output == "" {
		var b bytes.Buffer
		if err := json.Indent(&b, content, "", "  "); err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
		b.WriteByte('\n')
		content = b.Bytes()
	}
	_, err := to.Write(content)
	return err
}

// writeText writes a letter or record in the form that the file's name says.
func (w rendition) writeText(
	to io.Writer, compose func(dsr.Report, render.Options) (render.Text, error), r dsr.Report, o render.Options,
) error {
	t, err := compose(r, o)
	if err != nil {
		return err
	}
	switch strings.ToLower(filepath.Ext(w.output)) {
	case ".html":
		return t.HTML(to)
	case ".pdf":
		return t.PDF(to)
	default:
		return t.Plain(to)
	}
}

// latest reads the newest report on the request, as it is stored. If only the id
// was typed, the archive says which kind of request is meant.
func latest(ctx context.Context, archive string, typed requests.Name, ring report.Keyring) ([]byte, error) {
	bucket, err := storage.OpenExisting(ctx, archive)
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	defer func() { _ = bucket.Close() }() // it was only read
	found := map[dsr.Kind][]byte{}
	name, err := typed.Choose(func(kind dsr.Kind) (bool, error) {
		content, err := report.NewArchive(bucket).LatestFile(ctx, kind, typed.ID, ring)
		if errors.Is(err, report.ErrNotFound) {
			return false, nil
		}
		found[kind] = content
		return err == nil, err
	})
	if err != nil || found[name.Kind] != nil {
		return found[name.Kind], err
	}
	return report.NewArchive(bucket).LatestFile(ctx, name.Kind, name.ID, ring)
}

// missing says why there is no report: the request may still be open, and wait for a
// person. Temporal knows, if it can be asked.
func missing(ctx context.Context, reach *access, typed requests.Name) error {
	reason := fmt.Errorf("%w; if it is still open, 'lethe show %s' says how it stands", report.ErrNotFound, typed)
	err := reach.atRequest(ctx, typed, func(desk *requests.Desk, n requests.Name) error {
		line, err := desk.Line(ctx, n.Kind, n.ID)
		switch {
		case errors.Is(err, requests.ErrUnknown):
			reason = fmt.Errorf("%w, and %w", report.ErrNotFound, err)
		case err != nil:
			return err
		case line.Running() && line.Waiting:
			reason = statusError{exitPerson, fmt.Sprintf("the request waits for a person, so there is no report yet; see what to do with: lethe show %s", n)}
		case line.Running():
			reason = fmt.Errorf("the request is still open, so there is no report yet; 'lethe show %s' says how it stands", n)
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil && unreached(err):
		return statusError{exitUnreached, reason.Error()}
	default:
		return reason
	}
}
