package config

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // the default archive is a folder
)

// longestRecheck is the longest wait for the second look: the legal deadline
// is a month.
const longestRecheck = 30 * 24 * time.Hour

// region reads a country code.
func region(v value) string {
	text, ok := v.text()
	if ok && !phonenumbers.GetSupportedRegions()[text] {
		v.refuse("is not a country code; write the two capital letters of ISO 3166-1, such as FR")
		return ""
	}
	return text
}

// recheckAfter reads the wait before the second look.
func recheckAfter(v value) time.Duration {
	text, ok := v.text()
	if !ok {
		return 0
	}
	wait, err := time.ParseDuration(text)
	switch {
	case err != nil:
		v.refuse("is not a duration; write hours, minutes or seconds with their unit, such as 24h or 90m")
	case wait < 0 || wait > longestRecheck:
		v.refuse("is not between 0s and %dh; write a duration within the legal deadline, such as 24h", int(longestRecheck.Hours()))
	}
	return wait
}

// archive reads the URL of the reports' bucket.
func (l *loader) archive(v value) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	return l.archiveURL(text, v)
}

func (l *loader) archiveURL(text string, v value) string {
	u, err := url.Parse(text)
	schemes := blob.DefaultURLMux().BucketSchemes()
	switch {
	case err != nil || u.Scheme == "" || u.Opaque != "":
		v.refuse("is not a URL; write file://./folder for a folder beside this file, or file:///folder for an absolute one")
	case u.User != nil:
		v.refuse("must not hold a user or password; give credentials to the storage's own environment variables")
	case !slices.Contains(schemes, u.Scheme):
		v.refuse("names a storage that is not built in; use a URL that begins with %s://", strings.Join(schemes, "://, "))
	case u.Scheme != "file":
		return text
	case u.Path == "" || u.Host == "" && u.Path == "/", !slices.Contains([]string{"", ".", "localhost"}, u.Host):
		v.refuse("is not the URL of a folder; after file:// write /folder for an absolute path or ./folder for one beside this file")
	default:
		return l.folderURL(u)
	}
	return ""
}

// folderURL makes the path of a file:// URL absolute.
func (l *loader) folderURL(u *url.URL) string {
	path := filepath.FromSlash(u.Path)
	if u.Host == "." {
		path = filepath.Join(l.folder, path)
	}
	u.Host, u.Path = "", "/"+strings.TrimPrefix(filepath.ToSlash(path), "/")
	return u.String()
}
