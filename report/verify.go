package report

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ite.digital/lethe/storage"
)

// A Verification is what a look at a whole archive has shown.
type Verification struct {
	// Reports counts those that are there and as they were signed, Removed those
	// that were removed when their time was over.
	Reports int `json:"reports"`
	Removed int `json:"removed_by_retention"`
	// Entries counts those of the chain; Head is its end.
	Entries int  `json:"entries"`
	Head    Head `json:"head"`
	// Pending names the reports whose entry is still to be written because a
	// process was interrupted; the next sweep does.
	Pending []string `json:"pending,omitempty"`
	// Problems says, a sentence each, what is not as it was archived.
	Problems []string `json:"problems,omitempty"`
}

// OK reports whether everything is as it was archived.
func (v Verification) OK() bool { return len(v.Problems) == 0 }

// verifier walks through an archive.
type verifier struct {
	Verification
	archive *Archive
	keys    Keyring
	noted   map[int]string
	// known is what the chain says of each report, in the order of their keys'
	// first entries; names are the keys by the reports' hashes.
	known map[string]*fate
	order []string
	names map[string]string
}

// fate is what the chain says of one report.
type fate struct {
	sha256  string
	at      time.Time
	removed bool
	seen    bool
}

// Verify compares all reports with the chain, and the chain with itself and with
// heads that were noted before, if any. It needs the public keys and nothing
// else.
func (a *Archive) Verify(ctx context.Context, keys Keyring, noted ...Head) (Verification, error) {
	v := &verifier{archive: a, keys: keys, noted: map[int]string{}, known: map[string]*fate{}, names: map[string]string{}}
	v.Head = Head{SHA256: noEntry}
	for _, head := range noted {
		v.noted[head.Sequence] = head.SHA256
	}
	if err := v.walk(ctx); err != nil {
		return v.Verification, err
	}
	for _, head := range noted {
		if head.Sequence > v.Head.Sequence {
			v.problem("the chain ends at entry %d, but entry %d was noted before: its end was cut off", v.Head.Sequence, head.Sequence)
		}
	}
	if err := v.reports(ctx); err != nil {
		return v.Verification, err
	}
	v.missing()
	return v.Verification, nil
}

func (v *verifier) problem(format string, arguments ...any) {
	v.Problems = append(v.Problems, fmt.Sprintf(format, arguments...))
}

// walk follows the chain.
func (v *verifier) walk(ctx context.Context) error {
	sound := true // whether the entry before was as it was signed
	for name, err := range v.archive.bucket.List(ctx, chainPrefix) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the chain of reports: %w", err)
		}
		sequence := sequenceOf(name)
		if sequence == 0 {
			v.problem("%s lies in the chain's folder and is no entry of it", plain(name))
			continue
		}
		if gap := sequence - v.Head.Sequence - 1; gap > 0 {
			v.problem("%s of the chain %s missing", entries(v.Head.Sequence+1, sequence-1), map[bool]string{true: "is", false: "are"}[gap == 1])
			sound = false
		}
		content, err := v.archive.bucket.Read(ctx, name, maxEntry)
		if err != nil {
			return fmt.Errorf("read the chain of reports: %w", err)
		}
		sound = v.entry(sequence, content, sound)
		v.Entries++
		v.Head = Head{Sequence: sequence, SHA256: digest(content)}
		if noted, ok := v.noted[sequence]; ok && noted != v.Head.SHA256 {
			v.problem("entry %d of the chain is not the one that was noted before: the chain was written anew", sequence)
		}
	}
	return nil
}

func entries(first, last int) string {
	if first == last {
		return fmt.Sprintf("entry %d", first)
	}
	return fmt.Sprintf("entries %d to %d", first, last)
}

// entry looks at one entry, and reports whether it is as it was signed.
func (v *verifier) entry(sequence int, content []byte, sound bool) bool {
	body, _, err := unseal(content, v.keys)
	if err != nil {
		v.problem("entry %d of the chain: %v", sequence, err)
		return false
	}
	e, err := readEntry(body)
	switch {
	case err != nil:
		v.problem("entry %d of the chain: %v", sequence, err)
		return false
	case e.Sequence != sequence:
		v.problem("entry %d of the chain holds entry %d: entries were swapped", sequence, e.Sequence)
		return false
	case sound && e.Previous != v.Head.SHA256:
		v.problem("entry %d of the chain does not follow from the one before: one of both was replaced", sequence)
	}
	v.note(e)
	return true
}

// note remembers what the chain says of a report.
func (v *verifier) note(e Entry) {
	f := v.known[e.Report]
	switch {
	case f == nil:
		f = &fate{}
		v.known[e.Report] = f
		v.order = append(v.order, e.Report)
	case e.Event == Archived && !f.removed && f.sha256 != e.SHA256:
		v.problem("entry %d of the chain says of %s something else than an entry before: a report was replaced", e.Sequence, e.Report)
	}
	f.sha256, f.at, f.removed = e.SHA256, e.At, e.Event == Removed
	v.names[e.SHA256] = e.Report
}

// reportName matches the keys of reports.
var reportName = regexp.MustCompile(`^[a-z]+/[A-Za-z0-9._-]+/\d{3,4}\.json$`)

// reports looks at all reports that are there.
func (v *verifier) reports(ctx context.Context) error {
	for name, err := range v.archive.bucket.List(ctx, "") {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		if !reportName.MatchString(name) {
			continue
		}
		content, err := v.archive.bucket.Read(ctx, name, maxReport)
		if errors.Is(err, storage.ErrNotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		if err := v.report(ctx, name, content); err != nil {
			return err
		}
	}
	return nil
}

// report looks at one report.
func (v *verifier) report(ctx context.Context, name string, content []byte) error {
	f := v.known[name]
	if f == nil {
		return v.unknown(ctx, name, content)
	}
	f.seen = true
	if f.removed {
		return nil // the sweep was interrupted and takes it away the next time
	}
	if sum := digest(content); sum != f.sha256 {
		if other := v.names[sum]; other != "" {
			v.problem("%s holds the report that belongs to %s: reports were swapped", name, other)
		} else {
			v.problem("%s was altered: it is not what was archived on %s", name, f.at.Format(time.DateOnly))
		}
		return nil
	}
	if _, _, err := Check(content, v.keys); err != nil {
		v.problem("%s: %v", name, err)
		return nil
	}
	v.Reports++
	return nil
}

// unknown looks at a report that the chain does not know.
func (v *verifier) unknown(ctx context.Context, name string, content []byte) error {
	waits, err := v.archive.bucket.Exists(ctx, pendingPrefix+name)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	_, _, checkErr := Check(content, v.keys)
	switch {
	case checkErr != nil:
		v.problem("%s is not in the chain: %v", name, checkErr)
	case waits:
		v.Pending = append(v.Pending, name)
		v.Reports++
	default:
		v.problem("%s is not in the chain: its entry was taken away, or it was copied from another archive", name)
	}
	return nil
}

// missing says which reports the chain knows and nobody has seen.
func (v *verifier) missing() {
	for _, name := range v.order {
		switch f := v.known[name]; {
		case f.removed:
			v.Removed++
		case !f.seen:
			v.problem("%s, archived on %s, is missing: it was taken away", name, f.at.Format(time.DateOnly))
		}
	}
	slices.Sort(v.Pending)
}

// plain is a name for a message, without what terminals act on.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
}
