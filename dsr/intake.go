package dsr

import (
	"slices"
	"time"
)

// An Intake is how a request came in from another system, which asks after it and
// is called back.
type Intake struct {
	// Controller is the id under which the gateway knows the controller. Nobody else
	// is told of the request, or may cancel it.
	Controller string `json:"controller"`
	// AcceptedAt is when the gateway took the request in. The legal clock starts
	// earlier, at [Request.ReceivedAt].
	AcceptedAt time.Time `json:"accepted_at"`
	// Regulation is the law that the controller names, such as "gdpr".
	Regulation string `json:"regulation"`
	// Callbacks are the URLs that are told whenever the [Stage] changes.
	Callbacks []string `json:"callbacks,omitempty"`
	Reading
	// Digest is the SHA-256, in hexadecimal, of what was handed in. It tells whether
	// a request that comes again is the same.
	Digest string `json:"digest"`
}

// A Reading is what the gateway made of a request's identities and extensions. It
// holds counts and places, nothing of their content.
type Reading struct {
	// Understood counts the identities by which systems are searched, by OpenDSR's name
	// of their type. One that came twice counts twice: together with Unused these are
	// all that were handed in.
	Understood map[string]int `json:"understood,omitempty"`
	// Unused are the identities that came along and lead nowhere.
	Unused []UnusedIdentity `json:"unused,omitempty"`
	// IgnoredExtensions counts the extensions for other domains than the gateway's,
	// which OpenDSR has it leave alone.
	IgnoredExtensions int `json:"ignored_extensions,omitempty"`
}

// Same reports whether both came from the same controller with the same contents.
// Requests that came in by hand have no intake.
func (i *Intake) Same(other *Intake) bool {
	if i == nil || other == nil {
		return i == other
	}
	return i.Controller == other.Controller && i.Digest == other.Digest
}

// An UnusedIdentity is one by which no system can be searched. It does not say
// whose it is.
type UnusedIdentity struct {
	// Index is its place in the request's list, from 0.
	Index int `json:"index"`
	// Type and Format are OpenDSR's words.
	Type   string `json:"identity_type"`
	Format string `json:"identity_format"`
}

// A Stage is where a request stands in the words of OpenDSR 2.0 (section 8), which
// has none for what failed or was done in part.
type Stage string

const (
	// StagePending: the request is in, and nothing was changed anywhere.
	StagePending Stage = "pending"
	// StageInProgress: the request is being carried out, or a person has to see to
	// what was not done, or vendors have promised what they have not done yet.
	StageInProgress Stage = "in_progress"
	// StageCompleted: the request is fulfilled. A restriction is once it is in force.
	StageCompleted Stage = "completed"
	// StageCancelled: the request was cancelled. What was done by then is done.
	StageCancelled Stage = "cancelled"
)

// Progress is what the intake is told of a request. It holds nothing by which the
// subject could be recognised, and no free text.
type Progress struct {
	Stage Stage `json:"stage"`
	// ExpectedAt is when the request is expected to be done: the legal deadline, or
	// the last of the vendors' promises. It can lie in the past.
	ExpectedAt time.Time `json:"expected_at"`
	// Records counts the records that were found and acted on.
	Records int `json:"records"`
	// Status is where the request stands in Lethe's own words, which tell what Stage
	// cannot.
	Status  Status           `json:"status"`
	Systems []SystemProgress `json:"systems"`
}

// SystemProgress is where one system stands.
type SystemProgress struct {
	Name       string       `json:"name"`
	State      State        `json:"state"`
	Records    int          `json:"records"`
	Evidence   EvidenceKind `json:"evidence,omitempty"`
	ExpectedBy time.Time    `json:"expected_by,omitzero"`
}

// Progress says what the intake is to be told now. It is a pure function, so that
// the gateway and workflows say the same.
//
// "Completed" is for what is done: every system ended well or keeps records on a
// legal ground, and no vendor's promise is outstanding. A request that ended in any
// other way stays "in progress": a person has to see to it.
func (r Report) Progress(now time.Time) Progress {
	p := Progress{Status: r.Status, ExpectedAt: r.DueAt, Systems: make([]SystemProgress, 0, len(r.Systems))}
	for _, o := range r.Systems {
		s := SystemProgress{Name: o.Name, State: o.State, Evidence: o.Evidence, ExpectedBy: o.ExpectedBy}
		for _, count := range o.Records {
			s.Records += count.Count
		}
		p.Records += s.Records
		p.Systems = append(p.Systems, s)
		if o.State == Accepted && o.ExpectedBy.After(p.ExpectedAt) {
			p.ExpectedAt = o.ExpectedBy
		}
	}
	p.Stage = r.stage(now)
	return p
}

func (r Report) stage(now time.Time) Stage {
	switch {
	case r.Cancellation != nil:
		return StageCancelled
	case r.Status == StatusOpen:
		if slices.ContainsFunc(r.Systems, Outcome.begun) {
			return StageInProgress
		}
		return StagePending
	case r.Status == StatusSuperseded: // by an erasure, of which the controller knows
		return StageCompleted
	case r.Status != StatusCompleted && r.Status != StatusExceptions && r.Status != StatusRestricted:
		return StageInProgress
	case slices.ContainsFunc(r.Systems, func(o Outcome) bool { return !o.fulfilled(now) }):
		return StageInProgress
	default:
		return StageCompleted
	}
}

// begun reports whether something was, or may have been, changed at the system.
func (o Outcome) begun() bool {
	if o.acted() || o.Erasures > 0 {
		return true
	}
	switch o.State {
	case Pending, Locating, NotFound, NotApplicable, CannotIdentify, Skipped, Retained:
		return false
	case NeedsOperator:
		// Whether the error was met before or after a change is not known here.
		return o.Question == nil || o.Question.Kind == QuestionError || o.Question.Kind == QuestionReappeared
	default:
		return true
	}
}

// fulfilled reports whether the system has done what was asked for, or may keep what
// it holds.
func (o Outcome) fulfilled(now time.Time) bool {
	switch o.State {
	case Retained:
		return (len(o.Retained) == 0 || o.exception() == "") && !o.ExpectedBy.After(now)
	case Accepted:
		return !o.ExpectedBy.IsZero() && !o.ExpectedBy.After(now)
	default:
		return o.State != Planned && o.State.Success() && o.exception() == ""
	}
}
