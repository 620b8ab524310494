package connectors

import (
	"fmt"
	"slices"
	"time"
)

// WarnBefore is how long before the end of a version's support people are warned.
const WarnBefore = 90 * 24 * time.Hour

// Day is the start of a day in UTC. Facts of connectors name days, never hours.
func Day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// An API says which versions of a vendor's interface a kind calls, and until when the
// vendor supports them.
type API struct {
	// Option is the kind's own option that chooses the version; empty where the
	// connector speaks one version only.
	Option string
	// Default is the version that is called unless configured otherwise. It is one of
	// Versions.
	Default string
	// Versions lists what this release knows of the vendor's versions, the newest first.
	Versions []APIVersion
	// Policy says in a sentence how the vendor ends its versions, or that it announces
	// no end.
	Policy string
	// Rule computes when the support of a version that is not among Versions ends, by
	// a rule that the vendor has published. It returns the zero time for a version to
	// which the rule does not apply. Nil if the vendor has no rule.
	Rule func(version string) time.Time
	// Sources names the documents in which the versions and the policy were found.
	Sources []string
}

// An APIVersion is a version of a vendor's interface.
type APIVersion struct {
	Name string
	// Released is the day of its release; zero if the vendor does not name it.
	Released time.Time
	// Ends is the first day without support; zero if the vendor has announced none.
	Ends time.Time
	// Refused says that the connector does not speak the version. It is listed for
	// people who come from there.
	Refused bool
	// Note says in a sentence what else there is to know, such as how Ends was found.
	Note string
}

// An EndBasis says how the end of a version's support is known.
type EndBasis string

const (
	// EndListed: it is among the kind's facts.
	EndListed EndBasis = "listed"
	// EndByRule: it was computed by the vendor's rule for a version that this release
	// does not know.
	EndByRule EndBasis = "by_rule"
	// EndNotAnnounced: the vendor has announced no end.
	EndNotAnnounced EndBasis = "not_announced"
	// EndUnknown: this release knows neither the version nor a rule.
	EndUnknown EndBasis = "unknown"
)

// Support is the version of an API that a configured system calls, and until when
// its vendor supports it.
type Support struct {
	// Vendor is the kind's title.
	Vendor string
	// Version is empty for a kind that calls no API.
	Version string
	// Ends is the first day without support, as far as Basis says that it is known.
	Ends  time.Time
	Basis EndBasis
	// Option is the option that chooses another version; empty if there is none.
	Option string
}

// Support returns the version that a system with these settings calls. It is the zero
// value for a kind that calls no API.
func (k Kind) Support(s Settings) Support {
	if k.API == nil {
		return Support{}
	}
	support := Support{Vendor: k.Title, Version: k.API.version(s), Option: k.API.Option, Basis: EndUnknown}
	at := slices.IndexFunc(k.API.Versions, func(v APIVersion) bool { return v.Name == support.Version })
	switch {
	case at >= 0 && k.API.Versions[at].Ends.IsZero():
		support.Basis = EndNotAnnounced
	case at >= 0:
		support.Ends, support.Basis = k.API.Versions[at].Ends, EndListed
	case k.API.Rule != nil:
		if ends := k.API.Rule(support.Version); !ends.IsZero() {
			support.Ends, support.Basis = ends, EndByRule
		}
	}
	return support
}

// version is the one that the settings choose.
func (a *API) version(s Settings) string {
	if a.Option != "" {
		if chosen := s.Option(a.Option); chosen != "" {
			return chosen
		}
	}
	return a.Default
}

// End says in a few words when the support ends.
func (s Support) End() string {
	switch s.Basis {
	case EndListed:
		return s.Ends.Format(time.DateOnly)
	case EndByRule:
		return s.Ends.Format(time.DateOnly) + " by the vendor's rule"
	case EndNotAnnounced:
		return "none announced"
	case EndUnknown:
		return "not known to this release"
	default:
		return ""
	}
}

// Warning is a sentence from [WarnBefore] the end of support on, and says what to do.
// It is empty before, and where no end is known.
func (s Support) Warning(now time.Time) string {
	if s.Ends.IsZero() {
		return ""
	}
	year, month, day := now.UTC().Date()
	left := s.Ends.Sub(Day(year, month, day))
	advice := "take a release of Lethe that calls a newer version"
	if s.Option != "" {
		advice = "set " + s.Option + " to a newer version"
	}
	switch {
	case left > WarnBefore:
		return ""
	case left <= 0:
		return fmt.Sprintf("the support for version %s of the API of %s ended on %s, and calls may fail from now on "+
			"without notice: %s",
			s.Version, s.Vendor, s.End(), advice)
	}
	return fmt.Sprintf("the support for version %s of the API of %s ends on %s, in %s: %s", s.Version, s.Vendor, s.End(), days(left), advice)
}

func days(d time.Duration) string {
	if n := int(d / (24 * time.Hour)); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}

// Provenance says how it is known that a connector and its vendor understand each
// other.
type Provenance struct {
	// DocumentationRead is the last day on which the connector was compared with the
	// vendor's documentation.
	DocumentationRead time.Time
	// Documentation names, in a phrase, the documents it was compared with.
	Documentation string
	// Simulator says whether its tests run against somebody else's understanding of
	// the documentation.
	Simulator SimulatorAuthor
	// LiveRun is the last run against the vendor itself; nil if there never was one.
	LiveRun *LiveRun
}

// A SimulatorAuthor is who wrote the simulated vendor of a connector's tests.
type SimulatorAuthor string

const (
	// AnotherAuthor: somebody else than the connector's author, from the documentation.
	AnotherAuthor SimulatorAuthor = "another"
	// SameAuthor: the connector's author, or nobody knows.
	SameAuthor SimulatorAuthor = "same"
)

// A LiveRun is a run of a connector's conformance suite, or of a request, against an
// account at the vendor.
type LiveRun struct {
	// By names who made it.
	By string
	On time.Time
}

// An Access is one way to get the credentials of a kind.
type Access struct {
	// Title names the way and whom it is for.
	Title string
	// Steps are what to do, in order, a sentence a step.
	Steps []string
}
