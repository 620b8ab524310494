package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

func key(kind dsr.Kind, requestID string, number int) string {
	return fmt.Sprintf("%s/%s/%03d.json", kind, requestID, number)
}

// Put stores the report under the request's next free number, adds it to the
// chain, and returns its key. A report that is there already is not stored again.
func (a *Archive) Put(ctx context.Context, r dsr.Report) (string, error) {
	if a.signer == nil {
		return "", errors.New("archive the report: there is no key to sign it with")
	}
	body, err := canonical(r)
	if err != nil {
		return "", err
	}
	for range maxRaces {
		numbers, err := a.numbers(ctx, r.Kind, r.RequestID)
		if err != nil {
			return "", err
		}
		next := 1
		for _, number := range numbers {
			name := key(r.Kind, r.RequestID, number)
			if same, err := a.same(ctx, name, body); err != nil {
				return "", err
			} else if same {
				return name, a.complete(ctx, name)
			}
			next = number + 1
		}
		if next > maxVersions {
			break
		}
		name := key(r.Kind, r.RequestID, next)
		if err := a.store(ctx, name, r); !errors.Is(err, storage.ErrExists) {
			return name, err
		} // somebody was faster; look at what they stored
	}
	return "", fmt.Errorf("archive the report: the request has %d reports already", maxVersions)
}

// numbers lists the numbers of the reports on a request, in order. What was
// removed leaves gaps.
func (a *Archive) numbers(ctx context.Context, kind dsr.Kind, requestID string) ([]int, error) {
	prefix := fmt.Sprintf("%s/%s/", kind, requestID)
	var numbers []int
	for name, err := range a.bucket.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("read the archive: %w", err)
		}
		number, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(name, prefix), ".json"))
		if err == nil && number > 0 {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// same reports whether the stored report says the same, whoever signed it.
func (a *Archive) same(ctx context.Context, name string, body []byte) (bool, error) {
	stored, err := a.bucket.Read(ctx, name, maxReport)
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
}

const pendingPrefix = "pending/"

// store stores a new report and adds it to the chain.
func (a *Archive) store(ctx context.Context, name string, r dsr.Report) error {
	content, err := seal(ctx, a.signer, r)
	if err != nil {
		return err
	}
	note, err := json.Marshal(pending{Since: a.now().UTC()})
	if err != nil {
		return err
	}
	if err := a.bucket.Create(ctx, pendingPrefix+name, note); err != nil && !errors.Is(err, storage.ErrExists) {
		return fmt.Errorf("archive the report: %w", err)
	}
	if err := a.bucket.Create(ctx, name, content); err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	return a.enchain(ctx, name, content)
}

// enchain adds a stored report to the chain.
func (a *Archive) enchain(ctx context.Context, name string, content []byte) error {
	e := Entry{Event: Archived, Report: name, SHA256: digest(content), At: a.now().UTC().Truncate(time.Second)}
	if err := a.chain.append(ctx, a.signer, e); err != nil {
		return err
	}
	return a.settle(ctx, name)
}

// settle says that a report's entry is written.
func (a *Archive) settle(ctx context.Context, name string) error {
	if err := a.bucket.Remove(ctx, pendingPrefix+name); err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	return nil
}

// skew is how far the clocks of two processes may be apart.
const skew = time.Hour

// complete adds a stored report to the chain if whoever stored it was interrupted
// before. If both do, the chain knows the report twice, which says the same.
func (a *Archive) complete(ctx context.Context, name string) error {
	var note pending
	content, err := a.bucket.Read(ctx, pendingPrefix+name, maxEntry)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(content, &note)
	}
	if err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	there, err := a.chain.holds(ctx, name, note.Since.Add(-skew))
	if err != nil {
		return err
	}
	if there {
		return a.settle(ctx, name)
	}
	stored, err := a.bucket.Read(ctx, name, maxReport)
	if err != nil {
		return fmt.Errorf("archive the report: %w", err)
	}
	return a.enchain(ctx, name, stored)
}

// Latest returns the newest report on the request, or ErrNotFound.
func (a *Archive) Latest(ctx context.Context, kind dsr.Kind, requestID string) (dsr.Report, error) {
	content, err := a.LatestFile(ctx, kind, requestID)
	if err != nil {
		return dsr.Report{}, err
	}
	return Decode(content)
}

// LatestFile returns the newest report on the request as it is stored, with its
// signature, or ErrNotFound.
func (a *Archive) LatestFile(ctx context.Context, kind dsr.Kind, requestID string) ([]byte, error) {
	numbers, err := a.numbers(ctx, kind, requestID)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return nil, ErrNotFound
	}
	content, err := a.bucket.Read(ctx, key(kind, requestID, numbers[len(numbers)-1]), maxReport)
	if err != nil {
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	return content, nil
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
