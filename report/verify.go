package report

import (
	"context"
	"errors"
	"fmt"
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
	known map[reportName]*fate
	order []reportName
	names map[string]reportName
	// sound says that the chain's end so far is as it was signed.
	sound bool
	// more counts the problems beyond those that are said one by one.
	more int
}

// maxProblems bounds how many problems are said one by one.
const maxProblems = 1000

// Verify compares all reports with the chain, and the chain with itself and with
// heads that were noted before, if any. It needs the public keys and nothing
// else.
func (a *Archive) Verify(ctx context.Context, keys Keyring, noted ...Head) (Verification, error) {
	v := &verifier{archive: a, keys: keys, noted: map[int]string{}, known: map[reportName]*fate{}, names: map[string]reportName{}, sound: true}
	v.Head = Head{SHA256: noEntry}
	for _, head := range noted {
		v.noted[head.Sequence] = head.SHA256
	}
	if err := v.walk(ctx); err != nil {
		return v.Verification, err
	}
	if err := v.reports(ctx); err != nil {
		return v.Verification, err
	}
	if err := v.missing(ctx); err != nil {
		return v.Verification, err
	}
	for _, head := range noted {
		if head.Sequence > v.Head.Sequence {
			v.problem("the chain ends at entry %d, but entry %d was noted before: its end was cut off", v.Head.Sequence, head.Sequence)
		}
	}
	if v.more > 0 {
		v.Problems = append(v.Problems, fmt.Sprintf("there are %d problems more like these", v.more))
	}
	return v.Verification, nil
}

func (v *verifier) problem(format string, arguments ...any) {
	if len(v.Problems) == maxProblems {
		v.more++
		return
	}
	v.Problems = append(v.Problems, fmt.Sprintf(format, arguments...))
}

// walk follows the chain.
func (v *verifier) walk(ctx context.Context) error {
	for name, err := range v.archive.bucket.List(ctx, chainPrefix) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the chain of reports: %w", err)
		}
		sequence := sequenceOf(name)
		if sequence == 0 {
			v.problem("%v", strange(name))
			continue
		}
		if gap := sequence - v.Head.Sequence - 1; gap > 0 {
			v.problem("%s of the chain %s missing", entries(v.Head.Sequence+1, sequence-1), map[bool]string{true: "is", false: "are"}[gap == 1])
			v.sound = false
		}
		content, err := v.archive.bucket.Read(ctx, name, maxEntry)
		if err != nil && !errors.Is(err, storage.ErrTooLarge) {
			return fmt.Errorf("read the chain of reports: %w", err)
		}
		v.entry(sequence, content, err)
	}
	return nil
}

// follow reads the entries that were added since.
func (v *verifier) follow(ctx context.Context) error {
	for v.Head.Sequence < maxEntries {
		sequence := v.Head.Sequence + 1
		content, err := v.archive.bucket.Read(ctx, entryKey(sequence), maxEntry)
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		if err != nil && !errors.Is(err, storage.ErrTooLarge) {
			return fmt.Errorf("read the chain of reports: %w", err)
		}
		v.entry(sequence, content, err)
	}
	return nil
}

func entries(first, last int) string {
	if first == last {
		return fmt.Sprintf("entry %d", first)
	}
	return fmt.Sprintf("entries %d to %d", first, last)
}

// entry looks at one entry, which may be too large to be one.
func (v *verifier) entry(sequence int, content []byte, err error) {
	v.sound = v.signed(sequence, content, err)
	v.Entries++
	v.Head = Head{Sequence: sequence, SHA256: digest(content)}
	if noted, ok := v.noted[sequence]; ok && noted != v.Head.SHA256 {
		v.problem("entry %d of the chain is not the one that was noted before: the chain was written anew", sequence)
	}
}

// signed reports whether an entry is as it was signed.
func (v *verifier) signed(sequence int, content []byte, err error) bool {
	var body []byte
	if err == nil {
		body, _, err = unseal(content, v.keys)
	}
	if err != nil {
		v.problem("entry %d of the chain: %v", sequence, err)
		return false
	}
	e, err := numbered(body, sequence)
	if err != nil {
		v.problem("%v", err)
		return false
	}
	if v.sound && e.Previous != v.Head.SHA256 {
		v.problem("entry %d of the chain does not follow from the one before: one of both was replaced", sequence)
	}
	n, ok := parseName(e.Report)
	if !ok {
		v.problem("entry %d of the chain: %v", sequence, strange(e.Report))
		return false
	}
	v.note(n, e)
	return true
}

// note remembers what the chain says of a report.
func (v *verifier) note(n reportName, e Entry) {
	f := v.known[n]
	switch {
	case f == nil:
		f = &fate{}
		v.known[n] = f
		v.order = append(v.order, n)
	case e.Event == Archived && !f.removed && f.sha256 != e.SHA256:
		v.problem("entry %d of the chain says of %s something else than an entry before: a report was replaced", e.Sequence, n)
	}
	seen := f.seen
	*f = *fateOf(e)
	f.seen = seen
	v.names[e.SHA256] = n
}

// reports looks at all objects that are there.
func (v *verifier) reports(ctx context.Context) error {
	for name, err := range v.archive.bucket.List(ctx, "") {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		n, ok := parseName(name)
		if !ok {
			v.other(name)
			continue
		}
		content, err := v.archive.bucket.Read(ctx, name, maxReport)
		switch {
		case errors.Is(err, storage.ErrNotFound): // removed meanwhile
		case errors.Is(err, storage.ErrTooLarge):
			v.problem("%s: %v", n, err)
			v.seen(n)
		case err != nil:
			return fmt.Errorf("read the archive: %w", err)
		default:
			if err := v.report(ctx, n, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// other looks at the name of an object that is no report.
func (v *verifier) other(name string) {
	_, waits := parsePending(name)
	if !waits && name != positionObject && !strings.HasPrefix(name, chainPrefix) {
		v.problem("%v", strange(name))
	}
}

// seen notes that something lies where a report does.
func (v *verifier) seen(n reportName) {
	if f := v.known[n]; f != nil {
		f.seen = true
	}
}

// report looks at one report.
func (v *verifier) report(ctx context.Context, n reportName, content []byte) error {
	if v.known[n] == nil { // it may have been archived since the chain was read
		if err := v.follow(ctx); err != nil {
			return err
		}
	}
	f := v.known[n]
	if f == nil {
		return v.unknown(ctx, n, content)
	}
	f.seen = true
	if err := f.holds(content, v.archive.now()); err != nil {
		if other, ok := v.names[digest(content)]; ok && other != n && !f.removed {
			v.problem("%s holds the report that belongs to %s: reports were swapped", n, other)
		} else {
			v.problem("%s %s", n, strings.TrimPrefix(err.Error(), "it "))
		}
		return nil
	}
	if f.removed {
		return nil // the sweep that was interrupted takes it away the next time
	}
	if err := inspect(n, content, v.keys); err != nil {
		v.problem("%s: %v", n, err)
		return nil
	}
	v.Reports++
	return nil
}

// unknown looks at a report that the chain does not know.
func (v *verifier) unknown(ctx context.Context, n reportName, content []byte) error {
	if other, ok := v.names[digest(content)]; ok {
		v.problem("%s holds the report that belongs to %s: it was copied", n, other)
		return nil
	}
	waits, err := v.archive.bucket.Exists(ctx, pendingName(n))
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	err = inspect(n, content, v.keys)
	switch {
	case err != nil:
		v.problem("%s is not in the chain: %v", n, err)
	case waits:
		v.Pending = append(v.Pending, n.String())
		v.Reports++
	default:
		v.problem("%s %s", n, strings.TrimPrefix(errUnchained.Error(), "it "))
	}
	return nil
}

// missing says which reports the chain knows and nobody has seen. Each is looked for once
// more: it may have been archived after the names were listed, or removed meanwhile.
func (v *verifier) missing(ctx context.Context) error {
	for i := 0; i < len(v.order); i++ { //nolint:intrange // lookAgain may add to it
		n := v.order[i]
		f := v.known[n]
		if !f.removed && !f.seen {
			if err := v.lookAgain(ctx, n); err != nil {
				return err
			}
		}
		switch {
		case f.removed:
			v.Removed++
		case !f.seen:
			v.problem("%s, archived on %s, is missing: it was taken away", n, f.at.Format(time.DateOnly))
		}
	}
	slices.Sort(v.Pending)
	return nil
}

// lookAgain looks for a report by its name.
func (v *verifier) lookAgain(ctx context.Context, n reportName) error {
	content, err := v.archive.bucket.Read(ctx, n.String(), maxReport)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return v.follow(ctx) // for the entry that it was removed
	case err != nil:
		return fmt.Errorf("read the archive: %w", err)
	default:
		return v.report(ctx, n, content)
	}
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
