package dsr

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ReportVersion is the version of the report's JSON form.
const ReportVersion = "1"

// Status is where a request as a whole stands.
type Status string

const (
	// StatusOpen: at least one system is still being worked on.
	StatusOpen Status = "open"
	// StatusOverdue: open, and the deadline has passed. It is told apart from
	// open in Temporal's lists only.
	StatusOverdue Status = "overdue"
	// StatusCompleted: every system has an outcome that is a success.
	StatusCompleted Status = "completed"
	// StatusPlanned: a dry run has ended; nothing was changed anywhere.
	StatusPlanned Status = "planned"
	// StatusCancelled: an operator cancelled the request before anything was done.
	StatusCancelled Status = "cancelled"
	// StatusRestricted: a restriction is in force in every system.
	StatusRestricted Status = "restricted"
	// StatusSuperseded: a restriction has ended because the same person is, or was,
	// erased; nothing was given back.
	StatusSuperseded Status = "superseded"
	// StatusExceptions: every system has an outcome, but not every one is a
	// success; the report lists the exceptions first.
	StatusExceptions Status = "completed_with_exceptions"
)

// A Report says what came of a request. It holds no identifier of the subject.
// While the request is open it is the answer to the query "status".
type Report struct {
	Version   string `json:"version"`
	RequestID string `json:"request_id"`
	Kind      Kind   `json:"kind"`
	// SubjectTokens are the subject's only identification: the HMAC-SHA-256 of each
	// identifier of the request, and of the SHA-256 by which others may hand it in, in
	// base64url, under a key that the vault keeps.
	// Whoever has the key finds the subject's requests by them, and nobody learns
	// the identifiers.
	SubjectTokens []string `json:"subject_tokens,omitempty"`
	// Searched lists the types of identifier by which systems were searched,
	// those included that systems disclosed on the way.
	Searched    []IdentifierType `json:"searched_by"`
	ReceivedAt  time.Time        `json:"received_at"`
	StartedAt   time.Time        `json:"started_at"`
	DueAt       time.Time        `json:"due_at"`
	CompletedAt time.Time        `json:"completed_at,omitzero"`
	// Regulation names the rules by which DueAt was found, such as "gdpr@1".
	Regulation string `json:"regulation,omitempty"`
	// Extension is why and how the answer was given more time, if it was.
	Extension *Extension `json:"extension,omitempty"`
	// Identity is the wait for proof of who the subject is, if there was one.
	Identity *IdentityCheck `json:"identity,omitempty"`
	// Mail says how the address of a request was obtained that came by mail.
	Mail *MailOrigin `json:"mail,omitempty"`
	// FollowUps are the person's answers to the acknowledgement, if there are any.
	FollowUps *FollowUps `json:"follow_ups,omitempty"`
	// Restriction is how a restriction stands; nil for an erasure.
	Restriction *RestrictionRecord `json:"restriction,omitempty"`
	// Related are other requests of the same person that this one has met.
	Related []Meeting `json:"related,omitempty"`
	// Cancellation is who cancelled the request and why, if somebody did. What had
	// been done by then is in the systems' outcomes.
	Cancellation *Action `json:"cancellation,omitempty"`
	// Discarded counts what was sent to the request itself and was not believed: answers to
	// its own steps, and signals, that came from no part of Lethe. Those to steps at the
	// systems are counted there.
	Discarded int `json:"discarded,omitempty"`
	// Unarchived is why the report could not be archived so far, while that fails.
	Unarchived *ArchiveFailure `json:"unarchived,omitempty"`
	// DryRun says that the outcomes are what would be done.
	DryRun bool   `json:"dry_run,omitempty"`
	Status Status `json:"status"`
	// Exceptions says, a sentence a system, what is not as it should be.
	Exceptions []string  `json:"exceptions,omitempty"`
	Systems    []Outcome `json:"systems"`
	// Earlier are the runs before the one that the report is of, in the order in
	// which they began.
	Earlier []Run `json:"earlier_runs,omitempty"`
}

// An Extension is more time for the answer to a request, because of its
// complexity or number (GDPR Art. 12(3)).
type Extension struct {
	Operator string    `json:"operator"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	// NoticeSentAt is when the subject was told of it, with the reason.
	NoticeSentAt time.Time `json:"notice_sent_at"`
}

// An IdentityCheck is the wait for proof of who the subject is, where there are
// reasonable doubts (GDPR Art. 12(6)). Nothing is erased meanwhile.
type IdentityCheck struct {
	Operator string `json:"operator"`
	// Reason is what the doubts are.
	Reason string `json:"reason"`
	// AskedAt is when the subject was asked for proof.
	AskedAt time.Time `json:"asked_at"`
	// ClockRunsOn says why the time to answer does not stand still meanwhile, if
	// it does not.
	ClockRunsOn string `json:"clock_runs_on,omitempty"`
	// ConfirmedBy is the operator who has seen the proof, received at AnsweredAt;
	// Evidence says how anybody can know.
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	Evidence    string    `json:"evidence,omitempty"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	// WaitedDays is how many days were added to the time to answer.
	WaitedDays int `json:"waited_days,omitempty"`
}

// Open reports whether the proof has not been received.
func (c *IdentityCheck) Open() bool { return c != nil && c.AnsweredAt.IsZero() }

// Conclude sets the status and the exceptions from the outcomes: completed
// only if every system has an outcome, nothing was left out, and each claim
// says how it is known.
func (r *Report) Conclude() {
	r.Status, r.Exceptions = StatusCompleted, nil
	for _, outcome := range r.Systems {
		if outcome.State.Open() {
			r.Status, r.Exceptions = StatusOpen, nil
			return
		}
		if text := outcome.exception(); text != "" {
			r.Status = StatusExceptions
			r.Exceptions = append(r.Exceptions, outcome.Title+": "+text)
		}
	}
	if r.DryRun {
		r.Status = StatusPlanned
	}
	if r.Restriction != nil {
		r.Status = r.Restriction.status(r.Status)
	}
	if r.Cancellation != nil && !slices.ContainsFunc(r.Systems, Outcome.acted) {
		r.Status = StatusCancelled
	}
}

// What people are told instead of a status that says less. Nothing is stored under
// these words.
const (
	// StandingRestrictedInPart: a restriction is in force, with exceptions.
	StandingRestrictedInPart Status = "restricted_with_exceptions"
	// StandingLifted: a restriction was lifted, and all is as it was before.
	StandingLifted Status = "lifted"
	// StandingLiftedInPart: a restriction was lifted, with exceptions.
	StandingLiftedInPart Status = "lifted_with_exceptions"
)

// Standing is the status in words for the request's kind: a restriction that is in
// force is not completed, and one that is lifted is more than that.
func (r Report) Standing() Status {
	if r.Restriction == nil {
		return r.Status
	}
	lifted := r.Restriction.Lift.Noticed()
	switch {
	case r.Status == StatusExceptions && lifted:
		return StandingLiftedInPart
	case r.Status == StatusExceptions:
		return StandingRestrictedInPart
	case r.Status == StatusCompleted && lifted:
		return StandingLifted
	default:
		return r.Status
	}
}

// InForce reports whether the report is of a restriction that holds, so that its
// request is not completed though it is reported on.
func (r Report) InForce() bool {
	standing := r.Standing()
	return standing == StatusRestricted || standing == StandingRestrictedInPart
}

// acted reports whether anything was done at the system.
func (o Outcome) acted() bool { return !o.ActedAt.IsZero() }

// An Exception is why an outcome keeps a request from being complete.
type Exception string

// The exceptions; empty is none.
const (
	// ExceptionLeftOut: a person left the system out.
	ExceptionLeftOut Exception = "left_out"
	// ExceptionUnidentified: the system could not be searched.
	ExceptionUnidentified Exception = "unidentified"
	// ExceptionUndecided: data are kept, and it is not on record why, for how long or by
	// whose decision.
	ExceptionUndecided Exception = "undecided"
	// ExceptionUnknown: the state is none that this release knows.
	ExceptionUnknown Exception = "unknown"
	// ExceptionUndated: an erasure was accepted without a date.
	ExceptionUndated Exception = "undated"
	// ExceptionUnrestricted: nobody has seen that the restriction holds.
	ExceptionUnrestricted Exception = "unrestricted"
	// ExceptionNotGivenBack: lifting a restriction did not give everything back.
	ExceptionNotGivenBack Exception = "not_given_back"
	// ExceptionUnverified: nobody has seen that the records are gone.
	ExceptionUnverified Exception = "unverified"
)

// Exception says why the outcome keeps a request from being complete, or nothing.
func (o Outcome) Exception() Exception {
	switch {
	case o.State == Skipped && o.Explanation != "":
		return ExceptionLeftOut
	case o.State == CannotIdentify && o.Explanation != "":
		return ExceptionUnidentified
	case o.State == Skipped, o.State == CannotIdentify:
		return ""
	case o.State == Retained && (len(o.Retained) == 0 || slices.ContainsFunc(o.Retained, func(r Retention) bool { return !r.complete() })):
		return ExceptionUndecided
	case o.State == Retained:
		return ""
	case !o.State.Success():
		return ExceptionUnknown
	case o.State == Accepted && o.ExpectedBy.IsZero():
		return ExceptionUndated
	case o.State == Restricted && o.VerifiedAt.IsZero():
		return ExceptionUnrestricted
	case o.State == Lifted && len(o.Left) > 0:
		return ExceptionNotGivenBack
	case o.State == Erased && o.VerifiedAt.IsZero() && o.Explanation == "":
		return ExceptionUnverified
	}
	return ""
}

// exception says in a sentence why the outcome keeps a request from being complete.
func (o Outcome) exception() string {
	switch o.Exception() {
	case ExceptionLeftOut, ExceptionUnidentified:
		return o.Explanation
	case ExceptionUndecided:
		return o.Explanation + "; without all of ground, reason, categories, review date and who decided"
	case ExceptionUnknown:
		return fmt.Sprintf("the state %q is unknown", o.State)
	case ExceptionUndated:
		return "the vendor accepted the erasure without saying when it will be done"
	case ExceptionUnrestricted:
		return "the restriction was not verified"
	case ExceptionNotGivenBack:
		return "not everything is as it was before: " + strings.Join(o.Left, "; ")
	case ExceptionUnverified:
		return "the erasure was not verified"
	default:
		return ""
	}
}

// A Completion is the result of a finished request's workflow.
type Completion struct {
	Status Status `json:"status"`
	// Report is the key of the report in the archive.
	Report string `json:"report"`
}
