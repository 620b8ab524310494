package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

const (
	// maxVersions bounds how many different reports one request can leave.
	maxVersions = 1000
	// maxReport bounds the size of a report, in bytes.
	maxReport = 8 << 20
)

// ErrNotFound says that the archive holds no report on the request.
var ErrNotFound = errors.New("the archive holds no report on this request")

// An Archive keeps reports in object storage, as JSON, each under
// "<kind>/<request id>/<number>.json". A report is never overwritten: if a
// request is carried out again, its next report stands beside the first.
type Archive struct {
	bucket *storage.Bucket
}

// NewArchive returns the archive in the bucket. The caller closes the bucket.
func NewArchive(bucket *storage.Bucket) *Archive { return &Archive{bucket: bucket} }

func key(kind dsr.Kind, requestID string, number int) string {
	return fmt.Sprintf("%s/%s/%03d.json", kind, requestID, number)
}

// Put stores the report under the request's next free number, and returns its
// key. A report that is there already is not stored again.
func (a *Archive) Put(ctx context.Context, r dsr.Report) (string, error) {
	content, err := Encode(r)
	if err != nil {
		return "", err
	}
	for number := 1; number <= maxVersions; number++ {
		name := key(r.Kind, r.RequestID, number)
		err := a.bucket.Create(ctx, name, content)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, storage.ErrExists) {
			return "", fmt.Errorf("archive the report: %w", err)
		}
		stored, err := a.bucket.Read(ctx, name, maxReport)
		if err != nil {
			return "", fmt.Errorf("archive the report: %w", err)
		}
		if bytes.Equal(stored, content) {
			return name, nil
		}
	}
	return "", fmt.Errorf("archive the report: the request has %d reports already", maxVersions)
}

// Latest returns the newest report on the request, or ErrNotFound.
func (a *Archive) Latest(ctx context.Context, kind dsr.Kind, requestID string) (dsr.Report, error) {
	var newest []byte
	for number := 1; number <= maxVersions; number++ {
		content, err := a.bucket.Read(ctx, key(kind, requestID, number), maxReport)
		if errors.Is(err, storage.ErrNotFound) {
			break
		}
		if err != nil {
			return dsr.Report{}, fmt.Errorf("read the archive: %w", err)
		}
		newest = content
	}
	if newest == nil {
		return dsr.Report{}, ErrNotFound
	}
	return Decode(newest)
}

// Encode writes the report as indented JSON with a newline at the end.
func Encode(r dsr.Report) ([]byte, error) {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	return append(content, '\n'), nil
}

// Decode reads a report that [Encode] has written.
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
