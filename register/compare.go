package register

import (
	"slices"
	"time"

	"ite.digital/lethe/spelling"
)

// A State says whether a recipient is reached.
type State string

// The states.
const (
	// Covered: configured systems carry out its erasure.
	Covered State = "covered"
	// Exempt: it is not reached, by a decision that holds.
	Exempt State = "exempt"
	// Expired: the decision was to be reviewed, and that day has passed.
	Expired State = "exemption_expired"
	// Undecided: the day of the decision is yet to come.
	Undecided State = "exemption_not_decided"
	// UnknownSystem: it names a system that is not configured.
	UnknownSystem State = "unknown_system"
	// Uncovered: it has neither a system nor an exemption.
	Uncovered State = "not_covered"
)

// Holds reports whether the recipient is as it should be.
func (s State) Holds() bool { return s == Covered || s == Exempt }

// Coverage is what came of comparing a register with the configured systems.
type Coverage struct {
	Policy string `json:"policy,omitempty"`
	// Recipients are in the register's order.
	Recipients []Entry `json:"recipients"`
	// Unnamed are the configured systems that belong to no recipient: the
	// policy leaves out a recipient (GDPR Art. 13(1)(e), 15(1)(c)).
	Unnamed []string `json:"not_in_register"`
	// ExemptButConfigured are the recipients that are exempt although there is
	// a system of their name, which erases there.
	ExemptButConfigured []string `json:"exempt_but_configured"`
}

// An Entry is a recipient and how it is reached.
type Entry struct {
	Recipient
	State State `json:"state"`
	// CoveredBy are the configured systems that carry out its erasure.
	CoveredBy []string `json:"covered_by,omitempty"`
	// Unknown are the systems that it names and that are not configured.
	Unknown []Unknown `json:"unknown_systems,omitempty"`
}

// An Unknown system is named but not configured.
type Unknown struct {
	System string `json:"system"`
	// Nearest is the configured system that was probably meant, if any.
	Nearest string `json:"nearest,omitempty"`
}

// Compare tells for each recipient whether the configured systems reach it
// today.
func (r Register) Compare(systems []string, now time.Time) Coverage {
	coverage := Coverage{
		Policy: r.Policy, Recipients: make([]Entry, len(r.Recipients)),
		Unnamed: []string{}, ExemptButConfigured: []string{},
	}
	named := map[string]bool{}
	for i, recipient := range r.Recipients {
		entry := recipient.entry(systems, DayOf(now))
		coverage.Recipients[i] = entry
		for _, system := range entry.CoveredBy {
			named[system] = true
		}
		if recipient.Exempt != nil && slices.Contains(systems, recipient.Name) {
			named[recipient.Name] = true
			coverage.ExemptButConfigured = append(coverage.ExemptButConfigured, recipient.Name)
		}
	}
	for _, system := range systems {
		if !named[system] {
			coverage.Unnamed = append(coverage.Unnamed, system)
		}
	}
	return coverage
}

// Failed are the recipients that are not as they should be.
func (c Coverage) Failed() []Entry {
	return slices.DeleteFunc(slices.Clone(c.Recipients), func(e Entry) bool { return e.State.Holds() })
}

func (r Recipient) entry(systems []string, today Day) Entry {
	entry := Entry{Recipient: r}
	if r.Exempt != nil {
		entry.State = r.Exempt.state(today)
		return entry
	}
	if len(r.Systems) == 0 {
		entry.State = Uncovered
		if slices.Contains(systems, r.Name) {
			entry.State, entry.CoveredBy = Covered, []string{r.Name}
		}
		return entry
	}
	entry.State = Covered
	for _, system := range r.Systems {
		if slices.Contains(systems, system) {
			entry.CoveredBy = append(entry.CoveredBy, system)
			continue
		}
		entry.State = UnknownSystem
		entry.Unknown = append(entry.Unknown, Unknown{System: system, Nearest: spelling.Nearest(system, systems)})
	}
	return entry
}

func (e Exemption) state(today Day) State {
	switch {
	case e.DecidedOn > today:
		return Undecided
	case e.ReviewOn < today:
		return Expired
	default:
		return Exempt
	}
}
