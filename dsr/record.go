package dsr

import (
	"slices"
	"time"
)

// A Record is something a system holds on the subject and can erase on its own.
type Record struct {
	// Kind is the system's own word, such as "contact" or "conversation".
	Kind string `json:"kind"`
	// ID is the system's own id of the record. Never empty.
	ID string `json:"id"`
	// Identifiers are those the record itself carries, in normal form. They are
	// what the guard compares and what leads on to other systems. A record that
	// belongs to another one (a conversation) may carry none.
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Secondary are those of Identifiers that the vendor keeps beside a main value of
	// the same type, such as a contact's additional addresses: whoever they belong to
	// need not be whom the record is about.
	Secondary []Identifier `json:"secondary,omitempty"`
	// FixedLines are those of Identifiers that are fixed lines by their country's plan: a
	// household's or an office's. Plans change with releases, so that it is noted where the
	// record is read.
	FixedLines []Identifier `json:"fixed_lines,omitempty"`
	// OtherForm says that nothing but another form of one of the subject's identifiers led to
	// the record: one that may be somebody else's.
	OtherForm bool `json:"other_form,omitempty"`
	// Ambiguous are the readings of fields that can be read in several ways. One of
	// them may be on the record, and nobody knows which.
	Ambiguous []Identifier `json:"ambiguous,omitempty"`
	// Unread are the fields that should identify the person and do not.
	Unread []UnreadField `json:"unread,omitempty"`
	// Parent is the key of the record that this one is part of, for a record that
	// carries no identifiers of its own: whatever is decided on that one is
	// decided on this one.
	Parent string `json:"parent,omitempty"`
	// FoundBy is the subject's identifier that led to the record, compared
	// exactly.
	FoundBy Identifier `json:"found_by"`
}

// Key identifies the record within its system.
func (r Record) Key() string { return r.Kind + "/" + r.ID }

// An UnreadField is a field of a vendor's record whose value, or one of whose values,
// identifies nobody. The value is not repeated: it is lost with the record.
type UnreadField struct {
	// Field is the vendor's name of the field, as documented or configured.
	Field string         `json:"field"`
	Type  IdentifierType `json:"type"`
	// Reason says why, as a code of package identity.
	Reason string `json:"reason"`
}

// Findings is what a system answers when it is asked for a subject.
type Findings struct {
	Records []Record `json:"records,omitempty"`
	// Searched says in which forms the system was asked for identifiers of each type: what
	// was not found is known to be absent in these forms, and in no others.
	Searched []Search `json:"searched,omitempty"`
}

// A Search says in which forms a system was asked for identifiers of one type.
type Search struct {
	Type IdentifierType `json:"type"`
	// Spellings are codes of forms, as package identity names them, such as "lower_case".
	// They never hold a value.
	Spellings []string `json:"spellings"`
}

// An Effect is what a system did with records it was told to erase, one entry
// a record.
type Effect struct {
	Records []RecordEffect `json:"records,omitempty"`
}

// A RecordEffect is what a system did with one record.
type RecordEffect struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// State is Erased, AlreadyGone, Ordered, Accepted or Retained.
	State State `json:"state"`
	// ExpectedBy is when an accepted erasure will be done, by the vendor's word.
	ExpectedBy time.Time `json:"expected_by,omitzero"`
	// Ground is the legal ground on which a record was retained, by the system's
	// word. Reason is the same in words, as older releases have it.
	Ground RetentionGround `json:"ground,omitempty"`
	Reason string          `json:"reason,omitempty"`
}

// Key identifies the record within its system.
func (e RecordEffect) Key() string { return Record{Kind: e.Kind, ID: e.ID}.Key() }

// Promised reports whether the system has promised to erase the record by a day.
func (e RecordEffect) Promised() bool { return e.State == Accepted && !e.ExpectedBy.IsZero() }

// Became is what a system did with the record.
func (r Record) Became(state State) RecordEffect {
	return RecordEffect{Kind: r.Kind, ID: r.ID, State: state}
}

// ErasedAll is the effect of a system that erased all the records.
func ErasedAll(records []Record) Effect {
	var effect Effect
	for _, r := range records {
		effect.Records = append(effect.Records, r.Became(Erased))
	}
	return effect
}

// CountRecords counts the records by what became of them, in the order of first
// appearance.
func CountRecords(effects []RecordEffect) []RecordCount {
	var counts []RecordCount
next:
	for _, effect := range effects {
		for i := range counts {
			if counts[i].Kind == effect.Kind && counts[i].State == effect.State {
				counts[i].Count++
				continue next
			}
		}
		counts = append(counts, RecordCount{Kind: effect.Kind, State: effect.State, Count: 1})
	}
	return counts
}

// A Call counts the requests of one form made to a third party. Path is a
// template such as "/contacts/{id}": never a value, for values are people.
type Call struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Status is the HTTP status; 0 when no answer came.
	Status int `json:"status"`
	Count  int `json:"count"`
	// RequestIDs are the vendor's own names of the newest of these requests, by
	// which its support finds them; none from vendors that give no name.
	RequestIDs []string `json:"request_ids,omitempty"`
}

// maxRequestIDs bounds how many request ids of calls of one form are kept.
const maxRequestIDs = 5

// AddCalls merges more into calls, keeping one entry for each form and status
// in the order of first appearance, with the newest request ids.
func AddCalls(calls []Call, more ...Call) []Call {
	for _, call := range more {
		at := slices.IndexFunc(calls, func(c Call) bool {
			return c.Method == call.Method && c.Path == call.Path && c.Status == call.Status
		})
		if at < 0 {
			calls = append(calls, call)
			continue
		}
		calls[at].Count += call.Count
		// A new list, for whoever reads the old one may still do so.
		ids := slices.Concat(calls[at].RequestIDs, call.RequestIDs)
		calls[at].RequestIDs = ids[max(0, len(ids)-maxRequestIDs):]
	}
	return calls
}
