package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/storage"
)

// A statistic is what the flags of the stats command ask for.
type statistic struct {
	from, to, archive, form, language, output string
	archiveOnly, json, requests               bool
	keys                                      *keysFlag
}

func statForms() []string { return []string{formText, formJSON, formHTML} }

func newStats(s *streams) *cobra.Command {
	var reach *access
	var want statistic
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Say what came of all requests of a period",
		Long: `Say what came of all requests that were received in a period: how many there
were, how long they took and how many were late, what was left undone and why,
which systems failed. Without --from and --to it is the last quarter that is over.

The numbers come from the newest report on every request in the archive; how open
requests stand comes from Temporal. They hold no identifier of anybody, no text
that people wrote and, unless --requests asks for them, no request ids. Reports
that cannot be read are named and not counted; those whose signature does not fit
are named and counted.

If open requests have not begun or do not answer, or Temporal cannot be reached, the
numbers are printed and the exit code is 4: some that are overdue may be missing.`,
		Example: `  lethe stats
  lethe stats --from 2026-01-01 --to 2026-03-31 --requests
  lethe stats --format html --language fr --output quarter.html
  lethe stats --archive file:///mnt/copy --key report-keys.pem --archive-only --json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(want.check(cmd), want.keys.check(cmd)); err != nil {
				return err
			}
			cfg, err := reach.config.optional()
			if want.archive == "" {
				cfg, err = reach.config.outline()
			}
			if err != nil {
				return err
			}
			period, err := overview.ParsePeriod(want.from, want.to, s.now().In(zoneOf(cfg)))
			if err != nil {
				return usagef(cmd, "--from and --to: %v", err)
			}
			return s.stats(cmd.Context(), reach, want, cfg, period)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&want.from, "from", "", "first `DAY` of the period, such as 2026-01-01 (default: that of the last quarter)")
	flags.StringVar(&want.to, "to", "", "last `DAY` of the period (default: today, or the end of the last quarter)")
	archiveFlag(cmd, &want.archive)
	flags.BoolVar(&want.archiveOnly, "archive-only", false, "do not ask Temporal for open requests")
	flags.BoolVar(&want.requests, "requests", false, "list the requests themselves as well")
	flags.StringVar(&want.form, "format", formText, "`FORMAT`: "+strings.Join(statForms(), ", "))
	flags.BoolVar(&want.json, "json", false, "write JSON, the same as --format json")
	flags.StringVar(&want.language, "language", string(render.English), "`LANGUAGE` of html: en, fr or ar")
	flags.StringVarP(&want.output, "output", "o", "", "`FILE` to write to (default: the standard output)")
	reach = s.accessFlags(cmd)
	want.keys = &keysFlag{configuration: reach.config}
	want.keys.flag(cmd)
	return cmd
}

// check says what is wrong with the flags.
func (w *statistic) check(cmd *cobra.Command) error {
	if w.json {
		w.form = formJSON
	}
	if !slices.Contains(statForms(), w.form) {
		return usagef(cmd, "--format must be one of %s", strings.Join(statForms(), ", "))
	}
	if _, err := render.ParseLanguage(w.language); err != nil {
		return usagef(cmd, "--language %v", err)
	}
	return nil
}

// zoneOf is the time zone in which days begin: that of the deadlines.
func zoneOf(cfg *config.Config) *time.Location {
	if cfg == nil || cfg.Regulation.Location == nil {
		return time.UTC
	}
	return cfg.Regulation.Location
}

func (s *streams) stats(ctx context.Context, reach *access, want statistic, cfg *config.Config, period overview.Period) error {
	ring, err := s.ringAtHand(ctx, want, cfg)
	if err != nil {
		return err
	}
	tally := overview.New(period, s.now().In(period.From.Location()), want.requests)
	if len(ring) == 0 {
		tally.Unchecked()
	}
	var verdict error
	if !want.archiveOnly {
		// Open requests come first: one that is carried out again counts once.
		verdict = reach.atDesk(ctx, func(desk *requests.Desk) error {
			found, err := s.countOpen(ctx, desk, cfg, tally)
			return cmp.Or(err, found.verdict(s.now()))
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		verdict = leftOut(verdict)
	}
	if err := countArchive(ctx, reach, want.archive, ring, tally); err != nil {
		return err
	}
	o := tally.Overview()
	s.mindSource(o.Source, want)
	err = s.deliver(want.output, func(w io.Writer) error { return want.write(w, o, cfg, period) })
	return cmp.Or(err, verdict)
}

// leftOut is why open requests are not counted, or not all of them could say how they
// stand. The numbers of the archive are there all the same.
func leftOut(err error) error {
	var known statusError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return statusError{exitUnreached, "open requests are left out: " + oneLine(err.Error()) + "; --archive-only leaves them out without asking"}
}

// mind says on stderr what a number does not.
func (s *streams) mind(format string, arguments ...any) {
	_, _ = fmt.Fprintf(s.err, "lethe: "+format+"\n", arguments...)
}

// mindSource names the reports that are not as they should be, where a page that
// others are given does not.
func (s *streams) mindSource(source overview.Source, want statistic) {
	if want.form != formHTML || want.requests {
		return
	}
	problems := source.Unread
	if !source.Unchecked {
		problems = slices.Concat(problems, source.Doubtful)
	}
	for _, p := range problems {
		s.mind("%s: %s", p.Report, oneLine(p.What))
	}
}

// ringAtHand is the public keys that were named, or those of the vault if it can be
// had: to look at numbers nobody needs the vault. Where the archive is another one than
// the configured, nobody would think of the configuration, so it is named.
func (s *streams) ringAtHand(ctx context.Context, want statistic, cfg *config.Config) (report.Keyring, error) {
	keys := want.keys
	if len(keys.files) == 0 && cfg == nil {
		return report.Keyring{}, nil
	}
	ring, origin, err := keys.ring(ctx)
	if err != nil && len(keys.files) == 0 && ctx.Err() == nil {
		s.mind("signatures are not checked: %s", oneLine(err.Error()))
		return report.Keyring{}, nil
	}
	if err == nil && origin.Found && want.archive != "" {
		s.mind("signatures are checked with the public keys from %s", origin)
	}
	return ring, err
}

// countOpen counts the open requests by what their workflows say, and those that say
// nothing.
func (s *streams) countOpen(ctx context.Context, d crowd, cfg *config.Config, tally *overview.Tally) (silence, error) {
	all, found, err := s.inquire(d, maxOpenAsked, cfg).askOpen(ctx)
	if err != nil {
		return silence{}, err
	}
	tally.AskedNow()
	for _, h := range all {
		if h.hearing == answeredNow {
			tally.AddOpen(h.report)
		}
	}
	for _, r := range found.Requests {
		tally.AddSilent(r.Why == silentUnanswered, r.DueAt)
	}
	tally.AddUnasked(found.NotAsked + found.Late)
	return found, nil
}

// countArchive counts the newest report on every request.
func countArchive(ctx context.Context, reach *access, location string, ring report.Keyring, tally *overview.Tally) error {
	bucket, err := openArchive(ctx, reach.config, location)
	if location == "" && errors.Is(err, fs.ErrNotExist) { // it is made with its first report
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = bucket.Close() }() // it was only read
	return countReports(ctx, bucket, ring, tally)
}

func countReports(ctx context.Context, bucket *storage.Bucket, ring report.Keyring, tally *overview.Tally) error {
	return report.NewArchive(bucket).EachNewest(ctx, ring, func(f report.Filed) {
		if f.Unread != nil {
			tally.Unread(f.Name, f.Unread)
			return
		}
		if f.Doubt != nil && !errors.Is(f.Doubt, report.ErrUnchecked) {
			tally.Doubt(f.Name, f.Doubt)
		}
		tally.Add(f.Report, f.Doubt == nil, f.Reports)
	})
}

func (w statistic) write(to io.Writer, o overview.Overview, cfg *config.Config, period overview.Period) error {
	switch w.form {
	case formJSON:
		return writeIndented(to, o)
	case formHTML:
		options := render.Options{Language: render.Language(w.language), Location: period.From.Location()}
		if cfg != nil {
			options.Company.Name = cfg.Company.Name
		}
		return render.Overview(to, o, options)
	default:
		return overview.Text(to, o)
	}
}
