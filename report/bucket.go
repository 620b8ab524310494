package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // serves file:// archives
)

// OpenBucket opens the object storage of an archive by its URL, such as
// "file:///var/lib/lethe/reports". The folder of a file archive is made if it is
// not there; its files are readable by their owner only. The caller closes the
// bucket.
func OpenBucket(ctx context.Context, archive string) (*blob.Bucket, error) {
	location, err := url.Parse(archive)
	if err != nil {
		return nil, errors.New("the archive's URL is not valid; use one such as file:///var/lib/lethe/reports")
	}
	if location.Scheme == "file" {
		if err := os.MkdirAll(location.Path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the archive's folder: %w", err)
		}
		query := location.Query()
		query.Set("metadata", "skip")
		query.Set("no_tmp_dir", "true")
		location.RawQuery = query.Encode()
	}
	bucket, err := blob.OpenBucket(ctx, location.String())
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	return bucket, nil
}
