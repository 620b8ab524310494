package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // serves file:// archives
)

// onlyOwner is the mode of an archive's folders.
const onlyOwner = 0o700

// OpenBucket opens the object storage of an archive by its URL, such as
// "file:///var/lib/lethe/reports". The folder of a file archive is made if it is
// not there; it and the folders in it are open to their owner only. The caller
// closes the bucket.
func OpenBucket(ctx context.Context, archive string) (*blob.Bucket, error) {
	location, err := url.Parse(archive)
	if err != nil {
		return nil, errors.New("the archive's URL is not valid; use one such as file:///var/lib/lethe/reports")
	}
	if location.Scheme == "file" {
		if err := os.MkdirAll(location.Path, onlyOwner); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the archive's folder: %w", err)
		}
		query := location.Query()
		query.Set("metadata", "skip")
		query.Set("no_tmp_dir", "true")
		query.Set("dir_file_mode", strconv.Itoa(onlyOwner))
		location.RawQuery = query.Encode()
	}
	bucket, err := blob.OpenBucket(ctx, location.String())
	if err != nil {
		return nil, fmt.Errorf("open the archive: %w", err)
	}
	return bucket, nil
}
