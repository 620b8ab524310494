package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"gocloud.dev/blob"

	_ "ite.digital/lethe/storage" // registers the storages that are built in
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

// duration reads a duration between two others. example says what to write.
func duration(v value, least, most time.Duration, example string) time.Duration {
	text, ok := v.text()
	if !ok {
		return 0
	}
	wait, err := time.ParseDuration(text)
	switch {
	case err != nil:
		v.refuse("is not a duration; write hours, minutes or seconds with their unit, such as 24h or 90m")
	case wait < least || wait > most:
		v.refuse("is not between %s and %s; write a duration %s", least, hours(most), example)
	}
	return wait
}

// hours is a duration without minutes and seconds, if it has none.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return d.String()
}

// approval reads whether a person has to approve what is to be erased.
func approval(v value) bool {
	text, ok := v.text()
	if ok && text != "required" && text != "none" {
		v.refuse("is neither required nor none; required lets a person approve what is to be erased")
	}
	return text == "required"
}

// bucket reads the URL of a bucket.
func (l *loader) bucket(v value) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	return l.bucketURL(text, v)
}

func (l *loader) bucketURL(text string, v value) string {
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
		return l.pathURL(u)
	}
	return ""
}

// pathURL makes the path of a file:// URL absolute.
func (l *loader) pathURL(u *url.URL) string {
	path := filepath.FromSlash(u.Path)
	if u.Host == "." {
		path = filepath.Join(l.folder, path)
	}
	u.Host, u.Path = "", "/"+strings.TrimPrefix(filepath.ToSlash(path), "/")
	return u.String()
}
