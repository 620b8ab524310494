package hubspot

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

const (
	// defaultVersion is the newest version of HubSpot's API when this release was made.
	defaultVersion = "2026-09"
	// firstVersion is the oldest dated version in HubSpot's collection of specifications.
	firstVersion = "2025-09"
	// monthsSupported is for how long HubSpot supports a dated version.
	monthsSupported = 18
)

// The names of versions: those that are dated, and those that came before.
var (
	datedVersion    = regexp.MustCompile(`^20[0-9]{2}-(0[1-9]|1[0-2])$`)
	numberedVersion = regexp.MustCompile(`^v?[1-4]$`)
)

// api is what is known of the versions of HubSpot's API.
func api() *connectors.API {
	return &connectors.API{
		Option:  optionAPIVersion,
		Default: defaultVersion,
		Versions: []connectors.APIVersion{
			{
				Name: "2026-09", Released: connectors.Day(2026, time.September, 8), Ends: connectors.Day(2028, time.March, 8),
				Note: "18 months after the release. From this version on, the account's rules for required " +
					"properties bind changes by the API.",
			},
			{
				Name: "2026-03", Released: connectors.Day(2026, time.March, 30), Ends: connectors.Day(2027, time.September, 30),
				Note: "18 months after the release.",
			},
			{Name: "v4", Ends: connectors.Day(2027, time.March, 30), Refused: true, Note: "Announced by HubSpot."},
			{
				Name: "v1, v2, v3", Ends: connectors.Day(2027, time.September, 1), Refused: true,
				Note: "HubSpot names the month without a day.",
			},
		},
		Policy: "HubSpot releases a version in March and in September and supports it for 18 months; after that it " +
			"mends no more defects in it.",
		Rule: supportEnds,
		Sources: []string{
			"https://developers.hubspot.com/docs/developer-tooling/platform/versioning (two versions a year, " +
				"unsupported after 18 months)",
			"https://developers.hubspot.com/docs/api-reference/legacy/migration-guide (the first release on 30 " +
				"March 2026)",
			"https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement (2026-09 released on 8 " +
				"September 2026; required properties)",
			"https://developers.hubspot.com/changelog/legacy-apis-and-legacy-apps-whats-going-unsupported-and-when " +
				"(the ends of v1 to v4)",
		},
	}
}

// supportEnds computes the end of a dated version's support from the first day of its
// month: the release may be later, so the day is never too late. It is zero for a
// name that is no date.
func supportEnds(version string) time.Time {
	month, err := time.Parse("2006-01", version)
	if err != nil {
		return time.Time{}
	}
	return month.AddDate(0, monthsSupported, 0)
}

// apiVersion is the version that the settings choose, or what is wrong with it.
func apiVersion(s connectors.Settings) (string, dsr.Problems) {
	version := cmp.Or(s.Option(optionAPIVersion), defaultVersion)
	problem := func(text string) (string, dsr.Problems) {
		return "", dsr.Problems{{Field: "options." + optionAPIVersion, Text: text}}
	}
	switch {
	case numberedVersion.MatchString(version):
		return problem("is a version that HubSpot is ending (v4 on 2027-03-30, v1 to v3 in September 2027) and that " +
			"Lethe does not call; " +
			"use a dated one, such as " + defaultVersion)
	case !datedVersion.MatchString(version):
		return problem("must be a dated version of HubSpot's API, year and month, such as " + defaultVersion)
	case version < firstVersion:
		return problem("is older than HubSpot's first dated version, " + firstVersion + "; use " + defaultVersion)
	}
	return version, nil
}

// paths are the paths of one version of the API.
type paths struct {
	search, contact, purge, property string

	definitions, statuses, optOut string
}

func pathsOf(version string) paths {
	objects := "/crm/objects/" + version + "/contacts"
	preferences := "/communication-preferences/" + version
	return paths{
		search:      objects + "/search",
		contact:     objects + "/{id}",
		purge:       objects + "/gdpr-delete",
		property:    "/crm/properties/" + version + "/contacts/{name}",
		definitions: preferences + "/definitions",
		statuses:    preferences + "/statuses/{email}",
		optOut:      preferences + "/statuses/{email}/unsubscribe-all",
	}
}

// isPreferences reports whether a path is of subscriptions, whose scopes have names
// of their own.
func isPreferences(path string) bool { return strings.HasPrefix(path, "/communication-preferences/") }
