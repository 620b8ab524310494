package report

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

const (
	// maxVersions bounds how many different reports one request can leave.
	maxVersions = 1000
	// maxRaces bounds how often somebody else can be faster at storing a report on
	// the same request.
	maxRaces = 1000
	// maxReport bounds the size of a report, in bytes.
	maxReport = 8 << 20
)

// ErrNotFound says that the archive holds no report on the request.
var ErrNotFound = errors.New("the archive holds no report on this request")

// An Archive keeps reports in object storage, as signed JSON in its canonical form
// (RFC 8785), each under "<kind>/<request id>/<number>.json". A report is never
// overwritten: if a request is carried out again, its next report stands beside
// the first. A chain over all reports shows when one is altered, swapped or taken
// away:
//
//	erasure/R-1/001.json          a report
//	chain/00000001.json           the chain's entry that it was archived
//	pending/erasure/R-1/001.json  a report whose entry is still to be written
//	retention/position.json       up to where retention has gone through the chain
//
// An object of any other name was put there by somebody else.
type Archive struct {
	bucket *storage.Bucket
	chain  *chain
	signer Signer
	now    func() time.Time
}

// NewArchive returns the archive in the bucket, for reading and verifying. The
// caller closes the bucket.
func NewArchive(bucket *storage.Bucket) *Archive {
	return &Archive{bucket: bucket, chain: &chain{bucket: bucket}, now: time.Now}
}

// SignedBy returns the archive with somebody who signs what is put into it, by the
// given clock.
func (a *Archive) SignedBy(s Signer, now func() time.Time) *Archive {
	return &Archive{bucket: a.bucket, chain: a.chain, signer: s, now: now}
}

// Put stores the report under the request's next free number, adds it to the
// chain, and returns its key. A report that is there already is not stored again.
func (a *Archive) Put(ctx context.Context, r dsr.Report) (string, error) {
	if a.signer == nil {
		return "", errors.New("archive the report: there is no key to sign it with")
	}
	if !(reportName{kind: r.Kind, id: r.RequestID, number: 1}).given() {
		return "", errors.New("archive the report: it names no request by a kind and an id that Lethe gives")
	}
	body, err := canonical(r)
	if err != nil {
		return "", err
	}
	for range maxRaces {
		filed, err := a.filed(ctx, r.Kind, r.RequestID)
		if err != nil {
			return "", err
		}
		next := reportName{kind: r.Kind, id: r.RequestID, number: 1}
		for _, n := range filed.names {
			if same, err := a.same(ctx, n, body); err != nil {
				return "", err
			} else if same {
				return n.String(), a.complete(ctx, n)
			}
			next.number = n.number + 1
		}
		if next.number > maxVersions {
			break
		}
		if err := a.store(ctx, next, r); !errors.Is(err, storage.ErrExists) {
			return next.String(), err
		} // somebody was faster; look at what they stored
	}
	return "", fmt.Errorf("archive the report: the request has %d reports already", maxVersions)
}

// filed is what lies where the reports on one request do.
type filed struct {
	// names are those of reports, in order. What was removed leaves gaps.
	names []reportName
	// stray is an object whose name is that of no report; empty if there is none.
	stray string
}

func (a *Archive) filed(ctx context.Context, kind dsr.Kind, requestID string) (filed, error) {
	var f filed
	for name, err := range a.bucket.List(ctx, requestPrefix(kind, requestID)) {
		if err != nil {
			return filed{}, fmt.Errorf("read the archive: %w", err)
		}
		if n, ok := parseName(name); ok {
			f.names = append(f.names, n)
		} else {
			f.stray = name
		}
	}
	slices.SortFunc(f.names, func(a, b reportName) int { return a.number - b.number })
	return f, nil
}

// same reports whether the stored report says the same, whoever signed it.
func (a *Archive) same(ctx context.Context, n reportName, body []byte) (bool, error) {
	stored, err := a.bucket.Read(ctx, n.String(), maxReport)
	if errors.Is(err, storage.ErrTooLarge) { // Lethe has not written it
		return false, nil
	}
	if errors.Is(err, storage.ErrNotFound) { // removed meanwhile
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("archive the report: %w", err)
	}
	p, err := part(stored)
	return err == nil && bytes.Equal(p.body, body), nil
}

// pending notes that a report is about to be stored, so that its entry in the
// chain is not forgotten if this process dies in between.
type pending struct {
	Since time.Time `json:"since"`
	// Entry is the number under which the entry was created last, or was about to
	// be: if the chain knows the report, it does so there.
	Entry int `json:"entry,omitempty"`
}

const pendingPrefix = "pending/"

func pendingName(n reportName) string { return pendingPrefix + n.String() }

// store stores a new report and adds it to the chain.
func (a *Archive) store(ctx context.Context, n reportName, r dsr.Report) error {
	content, err := seal(ctx, a.signer, r)
	if err != nil {
		return err
	}
	end, err := a.chain.head(ctx)
	if err != nil {
		return err
	}
	noted := end.Sequence + 1
	note, err := json.Marshal(pending{Since: a.now().UTC(), Entry: noted})
	if err != nil {
		return err
	}
	switch err := a.bucket.Create(ctx, pendingName(n), note); {
	case errors.Is(err, storage.ErrExists): // it names another entry, if any
		noted = 0
	case err != nil:
		return fmt.Errorf("archive the report: %w", err)
	}
	if err := a.bucket.Create(ctx, n.String(), content); err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	return a.enchain(ctx, n, content, end, noted)
}

// enchain adds a stored report to the chain, which ends as it is said to unless
// somebody has added to it. Before each try the report's note names the entry, so that
// whoever repeats the step finds it by one read; noted is the number that it names
// already.
func (a *Archive) enchain(ctx context.Context, n reportName, content []byte, end Head, noted int) error {
	e := Entry{Event: Archived, Report: n.String(), SHA256: digest(content), At: a.now().UTC().Truncate(time.Second)}
	err := a.chain.append(ctx, a.signer, e, end, func(sequence int) error {
		if sequence == noted {
			return nil
		}
		note, err := json.Marshal(pending{Since: a.now().UTC(), Entry: sequence})
		if err != nil {
			return err
		}
		return a.bucket.Replace(ctx, pendingName(n), note)
	})
	if err != nil {
		return err
	}
	return a.settle(ctx, n)
}

// settle says that a report's entry is written.
func (a *Archive) settle(ctx context.Context, n reportName) error {
	if err := a.bucket.Remove(ctx, pendingName(n)); err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	return nil
}

// note reads a report's note, or returns [storage.ErrNotFound]. A note that cannot be
// read is as good as one that says nothing.
func (a *Archive) note(ctx context.Context, n reportName) (pending, error) {
	content, err := a.bucket.Read(ctx, pendingName(n), maxEntry)
	if err != nil && !errors.Is(err, storage.ErrTooLarge) {
		return pending{}, err
	}
	var note pending
	if err := json.Unmarshal(content, &note); err != nil {
		note = pending{}
	}
	return note, nil
}

// complete adds a stored report to the chain if whoever stored it was interrupted
// before. If several do so at once, the chain knows the report twice, which says the
// same.
func (a *Archive) complete(ctx context.Context, n reportName) error {
	note, err := a.note(ctx, n)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	content, err := a.bucket.Read(ctx, n.String(), maxReport)
	if err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	there, err := a.chain.holds(ctx, note.Entry, n, digest(content))
	if err != nil {
		return err
	}
	if there {
		return a.settle(ctx, n)
	}
	if err := a.own(ctx, n, content); err != nil {
		return refused(n, err)
	}
	end, err := a.chain.head(ctx)
	if err != nil {
		return err
	}
	return a.enchain(ctx, n, content, end, 0)
}

// own makes sure that a stored report is the one that its name says, that the company
// signed it, and that it is no copy of another one: with an entry of the chain, whatever
// somebody put there would be genuine.
func (a *Archive) own(ctx context.Context, n reportName, content []byte) error {
	keys, err := a.ring(ctx)
	if err != nil {
		return err
	}
	if err := inspect(n, content, keys); err != nil {
		return err
	}
	return a.uncopied(ctx, n, content)
}

// uncopied makes sure that no other report on the request has the same content: the
// archive stores none twice.
func (a *Archive) uncopied(ctx context.Context, n reportName, content []byte) error {
	beside, err := a.filed(ctx, n.kind, n.id)
	if err != nil {
		return err
	}
	for _, other := range beside.names {
		if other == n {
			continue
		}
		stored, err := a.bucket.Read(ctx, other.String(), maxReport)
		if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrTooLarge) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		if bytes.Equal(stored, content) {
			return belongsTo(other)
		}
	}
	return nil
}

// A keyLister lists the public keys of all keys that have signed reports; a
// [vault.Vault] does.
type keyLister interface {
	ReportKeys(ctx context.Context) ([]ed25519.PublicKey, error)
}

// ring holds the keys that the company signs reports with, now and before.
func (a *Archive) ring(ctx context.Context) (Keyring, error) {
	if lister, ok := a.signer.(keyLister); ok {
		keys, err := lister.ReportKeys(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the public keys: %w", err)
		}
		return NewKeyring(keys...), nil
	}
	key, _, err := a.signer.SignReport(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("read the public keys: %w", err)
	}
	return NewKeyring(key), nil
}

// Encode writes the report as indented JSON with a newline at the end.
func Encode(r dsr.Report) ([]byte, error) {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	return append(content, '\n'), nil
}

// Decode reads a report that [Encode] has written, or the archive. It does not look
// at the signature.
func Decode(content []byte) (dsr.Report, error) {
	var r dsr.Report
	if err := json.Unmarshal(content, &r); err != nil {
		return dsr.Report{}, fmt.Errorf("the report cannot be read: %w", err)
	}
	if r.Version != dsr.ReportVersion {
		return dsr.Report{}, fmt.Errorf("the report has version %q; this release reads version %s", r.Version, dsr.ReportVersion)
	}
	return r, nil
}
