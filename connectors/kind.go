package connectors

import (
	"time"

	"github.com/rs/zerolog"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// A Kind describes a kind of connector: what the documentation, the
// configuration and the workflows need to know of it. The description lives
// beside the connector's code and is data only.
type Kind struct {
	// Name is what the configuration calls it, such as "gist".
	Name string
	// Title is the vendor's or the kind's name for people.
	Title string
	// Summary says in a sentence or two what the connector does.
	Summary string
	Mode    dsr.Mode
	// Needs lists the identifier types with which the system can be searched;
	// any one of them is enough. Describe may replace them by what the
	// configuration says.
	Needs []dsr.IdentifierType
	// Yields lists the identifier types that the system's records disclose.
	Yields []dsr.IdentifierType
	// Verifiable says that the system can be looked into after an erasure.
	Verifiable bool
	// Parts says that its connector is a [FamilyLocator].
	Parts bool
	// Evidence is the strongest evidence that the kind can give.
	Evidence dsr.EvidenceKind
	// BaseURL is the vendor's API, used unless the configuration names another;
	// empty for kinds without one or where it must be configured.
	BaseURL string
	// API says which versions of the vendor's interface are called. Nil for kinds that
	// call none.
	API *API
	// Provenance says how the connector's behaviour towards the vendor is known. Nil
	// for kinds that call no API.
	Provenance *Provenance
	// Rate is the number of requests a second that each process makes unless
	// configured otherwise.
	Rate float64
	// CompletionTime is how long the vendor takes to carry out an erasure it
	// accepted; 0 where it is done at once.
	CompletionTime time.Duration
	// Credentials and Options are the keys the configuration may hold beyond
	// the common ones.
	Credentials []Key
	Options     []Key
	// Access lists the ways to get the credentials, step by step, the preferred one
	// first. Empty for kinds without credentials.
	Access []Access
	// Fields lists the identifier types that may be read from fields of the
	// vendor's records, named in the configuration.
	Fields []dsr.IdentifierType
	// NotCovered lists what an erasure through this connector leaves untouched.
	NotCovered []string
	// FedBy names kinds of system that are known to push people into this one.
	FedBy []string
	// SideEffects lists what an erasure does beyond erasing.
	SideEffects []string
	// Restriction says what a restriction of processing means in the system. Describe
	// may replace it by what the configuration says.
	Restriction *dsr.RestrictionFacts
	// Endpoints lists what is called, for the documentation.
	Endpoints []Endpoint
	// Limits says what is known of the vendor's rate limits and quotas.
	Limits string
	// Sources names the documents in which the facts were found.
	Sources []string
	// Describe completes the system of a plan by what its configuration
	// decides, such as Needs, Task or Reason, and refuses options that make no
	// sense. Nil where the kind's facts say it all. It touches no network.
	Describe func(Settings, *dsr.System) error
	// New makes the connector of one configured system. It touches no network.
	// Nil for kinds that reach nothing.
	New func(Settings) (Connector, error)
}

// A Key is a configuration key that a kind understands.
type Key struct {
	Name     string
	Required bool
	// List says that the value is a list of texts rather than one text.
	List bool
	Help string
}

// An Endpoint is one operation of a vendor's API that a connector uses.
type Endpoint struct {
	Method, Path, Purpose string
}

// Settings is one configured system, as its connector needs it. Secrets are
// resolved.
type Settings struct {
	// System is the configured name.
	System string
	// BaseURL is the API's root, from the configuration or the kind.
	BaseURL string
	// Credentials holds the resolved secrets by key.
	Credentials map[string]string
	// Options holds the kind's own options by key.
	Options map[string][]string
	// Fields names, for an identifier type, the fields of the vendor's records
	// that hold values of it.
	Fields map[dsr.IdentifierType][]string
	// Rate is the number of requests a second this process may make; 0 means
	// no limit.
	Rate float64
	// Parser brings the vendor's values into their normal form.
	Parser identity.Parser
	// Log receives one line for each call that failed: never a header, a query
	// string or a body.
	Log zerolog.Logger
	// Now is the clock for promises such as "done within 63 days"; nil means
	// time.Now.
	Now func() time.Time
	// Pace shortens the waits between quick tries, for tests; zero means the
	// defaults of package httpapi.
	Pace Pace
}

// Pace is the waits between the quick tries within one call.
type Pace struct {
	Min, Max time.Duration
}

// Option returns the first value of the kind's own option, or "".
func (s Settings) Option(name string) string {
	if values := s.Options[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Clock returns the settings' clock.
func (s Settings) Clock() func() time.Time {
	if s.Now != nil {
		return s.Now
	}
	return time.Now
}
