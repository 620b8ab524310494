package dsr

import (
	"slices"
	"time"
)

// RestrictionFacts say what a restriction of processing (GDPR Art. 18) means in a
// system.
type RestrictionFacts struct {
	// Able says that the system can stop processing without erasing, through its
	// connector or by a person's hand.
	Able bool `json:"able"`
	// Covers lists what stops.
	Covers []string `json:"covers,omitempty"`
	// GoesOn lists what the vendor does regardless.
	GoesOn []string `json:"goes_on,omitempty"`
	// Irreversible lists what lifting cannot give back.
	Irreversible []string `json:"irreversible,omitempty"`
	// Instead says why the system cannot restrict and what the company can do
	// there, if it is not able.
	Instead string `json:"instead,omitempty"`
	// Task and LiftTask are what a person has to do, for a manual system. They are
	// part of a plan and not of a kind's facts.
	Task     *Task `json:"task,omitempty"`
	LiftTask *Task `json:"lift_task,omitempty"`
}

// A Setting is one thing about a record that a restriction changes, such as
// whether the person may be e-mailed.
type Setting struct {
	// Name is the vendor's word, with the id of what it concerns, such as
	// "unsubscribed_from_emails" or "subscription/17". It is unique in its record
	// and names nobody.
	Name string `json:"name"`
	// Value is the value as it is, or in a change as it is to be.
	Value string `json:"value"`
	// Restricted is the value that the setting has under a restriction.
	Restricted string `json:"restricted"`
	// Irreversible says that no API gives the setting its value back once it is
	// restricted.
	Irreversible bool `json:"irreversible,omitempty"`
	// Unverifiable says that the system does not show the setting: Value is empty, nobody
	// knows what was true before, and a change is made at the system's word alone.
	Unverifiable bool `json:"unverifiable,omitempty"`
}

// RecordSettings are settings of one record.
type RecordSettings struct {
	Kind     string    `json:"kind"`
	ID       string    `json:"id"`
	Settings []Setting `json:"settings"`
}

// Key identifies the record within its system.
func (r RecordSettings) Key() string { return Record{Kind: r.Kind, ID: r.ID}.Key() }

// Restrict returns the changes that restrict records with the settings before:
// every setting that does not have its restricted value is given it. The settings
// before are the undo record; whoever makes the changes has recorded them first.
func Restrict(before []RecordSettings) []RecordSettings {
	return choose(before, func(_ string, s Setting) (Setting, bool) {
		if s.Value == s.Restricted {
			return s, false
		}
		s.Value = s.Restricted
		return s, true
	})
}

// Drift returns the settings of restricted records that do not have their
// restricted value: somebody or something has changed them, or they are new. They
// have the value that was found. Of a setting that is not shown nobody knows.
func Drift(now []RecordSettings) []RecordSettings {
	return choose(now, func(_ string, s Setting) (Setting, bool) { return s, !s.Unverifiable && s.Value != s.Restricted })
}

// ToRestrict returns the settings that a restriction has to change: those that do not have
// their restricted value, and those that the system does not show, until they were changed
// once. From then on they are among changed, by their names (see [SettingNames]).
func ToRestrict(now []RecordSettings, changed []string) []RecordSettings {
	return choose(now, func(key string, s Setting) (Setting, bool) {
		if s.Unverifiable {
			return s, !slices.Contains(changed, settingName(key, s))
		}
		return s, s.Value != s.Restricted
	})
}

// SettingNames are the names of settings with their records, such as "customer/17: blocked".
func SettingNames(settings []RecordSettings) []string {
	var names []string
	for _, record := range settings {
		for _, setting := range record.Settings {
			names = append(names, settingName(record.Key(), setting))
		}
	}
	return names
}

func settingName(key string, s Setting) string { return key + ": " + s.Name }

// Shown reports whether the system shows any of the settings.
func Shown(settings []RecordSettings) bool { return len(Verifiable(settings)) > 0 }

// Verifiable returns those of the settings that the system shows.
func Verifiable(settings []RecordSettings) []RecordSettings {
	return choose(settings, func(_ string, s Setting) (Setting, bool) { return s, !s.Unverifiable })
}

// Unverifiable returns those of the settings that the system does not show, so that it can
// be said that nobody has seen what became of them.
func Unverifiable(settings []RecordSettings) []RecordSettings {
	return choose(settings, func(_ string, s Setting) (Setting, bool) { return s, s.Unverifiable })
}

// Reversible returns those of the changes, or of the drifted settings, that can be
// undone.
func Reversible(settings []RecordSettings) []RecordSettings {
	return choose(settings, func(_ string, s Setting) (Setting, bool) { return s, !s.Irreversible })
}

// Irreversible returns those of the changes, or of the drifted settings, that
// cannot be undone, so that a person can be asked first.
func Irreversible(settings []RecordSettings) []RecordSettings {
	return choose(settings, func(_ string, s Setting) (Setting, bool) { return s, s.Irreversible })
}

// Remember returns the undo record before with the records of seen that it does
// not hold yet. What it holds stays as it is: the values of a record that is
// restricted already are not those from before.
func Remember(before, seen []RecordSettings) []RecordSettings {
	undo := slices.Clone(before)
	for _, record := range seen {
		if !slices.ContainsFunc(undo, func(r RecordSettings) bool { return r.Key() == record.Key() }) {
			undo = append(undo, record)
		}
	}
	return undo
}

// A Lifting is what lifting a restriction does and what it leaves.
type Lifting struct {
	// Changes give settings the value that they had before the restriction.
	Changes []RecordSettings `json:"changes,omitempty"`
	// Conflicts are settings, with the value that they have now, that somebody
	// changed during the restriction to neither the value before nor the
	// restricted one. They are left as they are.
	Conflicts []RecordSettings `json:"conflicts,omitempty"`
	// Irreversible are settings, with the value that they had before, that stay
	// restricted because nothing can give it back.
	Irreversible []RecordSettings `json:"irreversible,omitempty"`
	// Unknown are settings that came during the restriction, such as a campaign
	// that was joined later, and those that the system did not show before it. They
	// stay restricted: what they would be without it was never seen.
	Unknown []RecordSettings `json:"unknown,omitempty"`
}

// Lift compares the settings before a restriction with those now.
//
// A setting that still has its restricted value gets back the one that it had
// before. If that was the restricted one it stays: whoever had unsubscribed on
// their own stays unsubscribed. A setting with another value was changed by
// somebody else, whose decision stands. Records and settings that are gone are
// left out.
func Lift(before, now []RecordSettings) Lifting {
	var lifting Lifting
	lifting.Changes = choose(now, func(key string, s Setting) (Setting, bool) {
		was, known := find(before, key, s.Name)
		back := known && was.given(s) && !was.Unverifiable && !was.Irreversible && was.Value != was.Restricted
		s.Value, s.Restricted = was.Value, was.Restricted
		return s, back
	})
	lifting.Conflicts = choose(now, func(key string, s Setting) (Setting, bool) {
		was, known := find(before, key, s.Name)
		return s, known && !was.Unverifiable && !was.given(s) && s.Value != was.Value
	})
	lifting.Irreversible = choose(now, func(key string, s Setting) (Setting, bool) {
		was, known := find(before, key, s.Name)
		return was, known && was.given(s) && !was.Unverifiable && was.Irreversible && was.Value != was.Restricted
	})
	lifting.Unknown = choose(now, func(key string, s Setting) (Setting, bool) {
		was, known := find(before, key, s.Name)
		return s, known && was.Unverifiable && was.given(s) || !known && s.Value == s.Restricted
	})
	return lifting
}

// given reports whether the setting has the value that the restriction gave it.
// What counts as restricted may have changed since: it is the value then that
// counts. One that is not shown any more is taken to have it.
func (s Setting) given(now Setting) bool { return now.Unverifiable || now.Value == s.Restricted }

// choose returns the settings that pick says yes to, as pick returns them.
// Records without any are left out.
func choose(records []RecordSettings, pick func(key string, s Setting) (Setting, bool)) []RecordSettings {
	var chosen []RecordSettings
	for _, record := range records {
		some := RecordSettings{Kind: record.Kind, ID: record.ID}
		for _, setting := range record.Settings {
			if picked, yes := pick(record.Key(), setting); yes {
				some.Settings = append(some.Settings, picked)
			}
		}
		if len(some.Settings) > 0 {
			chosen = append(chosen, some)
		}
	}
	return chosen
}

func find(records []RecordSettings, key, name string) (Setting, bool) {
	for _, record := range records {
		for _, setting := range record.Settings {
			if record.Key() == key && setting.Name == name {
				return setting, true
			}
		}
	}
	return Setting{}, false
}

// A RestrictionRecord is how a restriction stands.
type RestrictionRecord struct {
	// Ground is empty until somebody names it, for a restriction that came without.
	Ground Ground `json:"ground"`
	// Until says what is expected to lift it.
	Until string `json:"until"`
	// NamedBy is the operator who named the ground, at NamedAt; empty if the request
	// came with it.
	NamedBy string    `json:"named_by,omitempty"`
	NamedAt time.Time `json:"named_at,omitzero"`
	// InForceSince is when every system had an outcome for the first time.
	InForceSince time.Time `json:"in_force_since,omitzero"`
	// Lift is how it was lifted, if somebody has asked for that.
	Lift *LiftRecord `json:"lift,omitempty"`
	// SupersededBy is the erasure request for which it ended, if it did.
	SupersededBy string `json:"superseded_by,omitempty"`
}

// LacksGround reports whether somebody has to say on which ground the processing is
// restricted before it is.
func (r *RestrictionRecord) LacksGround() bool {
	return r != nil && r.Ground == "" && r.SupersededBy == ""
}

// GroundTask stands among the systems that wait for a person for the ground of a
// restriction.
const GroundTask = "ground"

// NoticeTask stands among the systems that wait for a person for the notice to the
// subject that a restriction is lifted.
const NoticeTask = "notice"

// A LiftRecord is the end of a restriction (GDPR Art. 18(3)).
type LiftRecord struct {
	Operator string    `json:"operator"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	// NoticeSentAt is when the subject was told, before anything was lifted, and
	// NoticeBy who has confirmed it; NoticeEvidence says how anybody can know.
	NoticeSentAt   time.Time `json:"notice_sent_at,omitzero"`
	NoticeBy       string    `json:"notice_by,omitempty"`
	NoticeEvidence string    `json:"notice_evidence,omitempty"`
}

// Noticed reports whether the subject was told that the restriction is lifted.
func (l *LiftRecord) Noticed() bool { return l != nil && !l.NoticeSentAt.IsZero() }

// status is how the request stands, if its systems stand like that.
func (r *RestrictionRecord) status(bySystems Status) Status {
	switch {
	case r.SupersededBy != "":
		return StatusSuperseded
	case bySystems == StatusCompleted && !r.Lift.Noticed():
		return StatusRestricted
	default:
		return bySystems
	}
}

// A Meeting is another request of the same person.
type Meeting struct {
	Kind      Kind   `json:"kind"`
	RequestID string `json:"request_id"`
	// StartedAt is when it began to be carried out.
	StartedAt time.Time `json:"started_at"`
	// Ended is how it has ended, in Temporal's word; empty if it is being carried
	// out.
	Ended string `json:"ended,omitempty"`
	// Ground is that of a restriction.
	Ground Ground `json:"ground,omitempty"`
	// Run tells the runs of one request apart.
	Run string `json:"run,omitempty"`
	// Uncertain says that the two may be of different people: nothing but a phone
	// number is the same.
	Uncertain bool `json:"uncertain,omitempty"`
	// Decision is what an operator decided where the two were in each other's way.
	Decision *Action `json:"decision,omitempty"`
}

// Same reports whether both are of the same request.
func (m Meeting) Same(other Meeting) bool {
	return m.Kind == other.Kind && m.RequestID == other.RequestID
}
