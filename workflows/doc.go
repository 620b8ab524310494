// Package workflows orchestrates requests: deterministic code that decides
// what is done next, survives any crash, and waits for weeks if it must. Side
// effects live in package activities.
//
// Requests in flight outlive releases. A change to this package must keep the
// recorded histories in testdata/replay replaying, or be versioned with
// workflow.GetVersion.
package workflows

import (
	"time"

	"ite.digital/lethe/dsr"
)

// TaskQueue is where the workflows and the steps that concern no system run.
const TaskQueue = "lethe"

// SystemTaskQueue is where the steps at one system run: a bulkhead, and the
// place where Temporal limits how many steps start a second, over all worker
// processes. Each process limits its calls on its own.
func SystemTaskQueue(system string) string { return TaskQueue + "." + system }

// The queries that a request's workflow answers.
const (
	// QueryStatus answers with a [dsr.Report] of how things stand.
	QueryStatus = "status"
	// QuerySubject answers with the [dsr.Subject] as known now, for operators
	// who work on a manual task: without what is doubtful or in question.
	QuerySubject = "subject"
)

// Queries lists the names of the queries.
func Queries() []string { return []string{QueryStatus, QuerySubject} }

// The updates that a request's workflow accepts, each with its parameters.
const (
	UpdateRetrySystem = "retry-system"
	UpdateSkipSystem  = "skip-system"
	// UpdateRetainSystem keeps data on a legal ground.
	UpdateRetainSystem = "retain-system"
	UpdateCompleteTask = "complete-task"
	UpdateResolveMatch = "resolve-match"
	UpdateApprove      = "approve"
	// UpdateResolveHash hands in what a hashed identifier is the hash of.
	UpdateResolveHash = "resolve-hash"
	// UpdateExtendDeadline and UpdateCancel are about the request as a whole.
	UpdateExtendDeadline = "extend-deadline"
	UpdateCancel         = "cancel"
	// UpdateAskIdentity and UpdateConfirmIdentity frame the wait for proof of who
	// the subject is.
	UpdateAskIdentity     = "ask-identity"
	UpdateConfirmIdentity = "confirm-identity"
	// UpdateLift and UpdateConfirmNotice end a restriction, in this order.
	UpdateLift          = "lift"
	UpdateConfirmNotice = "confirm-notice"
	// UpdateResolveConflict decides between an erasure and a restriction.
	UpdateResolveConflict = "resolve-conflict"
)

// Approve lets a system do what it has asked approval for; later records are
// asked about again.
type Approve struct {
	System   string `json:"system"`
	Operator string `json:"operator"`
	// Records names the records that the operator has seen in the plan. If there
	// are others by now, nothing is approved. It is empty for a task.
	Records []string `json:"records,omitempty"`
	// WithoutIrreversible leaves out the part of a restriction that cannot be
	// undone, where a system has asked about that.
	WithoutIrreversible bool `json:"without_irreversible,omitempty"`
	// Ground is why processing is to be restricted. It is needed if the restriction
	// came without, and then stands for all systems; without a System nothing else is
	// approved.
	Ground dsr.Ground `json:"ground,omitempty"`
	// MessagesRead is how many of the person's answers to the acknowledgement the
	// operator has read. Nothing is approved while one of them is unread.
	MessagesRead int `json:"messages_read,omitempty"`
}

// ResolveMatch says which of the records that a system is held for are the
// subject's. Each candidate is named once.
type ResolveMatch struct {
	System   string `json:"system"`
	Operator string `json:"operator"`
	// Erase names the records that are the subject's, Keep those that are
	// somebody else's and are never touched.
	Erase []string `json:"erase,omitempty"`
	Keep  []string `json:"keep,omitempty"`
	// Reason says how the operator knows.
	Reason string `json:"reason"`
}

// Cancel ends the request. Nothing is begun any more; what was done is reported.
type Cancel struct {
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}

// ExtendDeadline gives the answer more time, once, as the law allows.
type ExtendDeadline struct {
	Operator string `json:"operator"`
	// Reason is why, as the subject was told. It stays in the report and must not
	// name the subject.
	Reason string `json:"reason"`
	// NoticeSentAt is when the subject was told.
	NoticeSentAt time.Time `json:"notice_sent_at"`
}

// RetrySystem tells a system that waits, for a person or for its next attempt,
// to try again now.
type RetrySystem struct {
	System   string `json:"system"`
	Operator string `json:"operator"`
}

// SkipSystem leaves a system out, for good.
type SkipSystem struct {
	System   string `json:"system"`
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}

// CompleteTask says what came of a manual system's task, by the word of the person who did
// it.
type CompleteTask struct {
	System   string `json:"system"`
	Operator string `json:"operator"`
	// Outcome is "erased" for an erasure, "restricted" for a restriction and "lifted" when
	// one is lifted, or else "nothing_found" or "not_done".
	Outcome dsr.TaskOutcome `json:"outcome"`
	// Records is how many records were erased or restricted.
	Records int `json:"records,omitempty"`
	// Evidence says how anybody can know: a ticket, a screenshot's place, a
	// reply's date. It stays in the report and must not name the subject. It is needed
	// unless the task was not done.
	Evidence string `json:"evidence,omitempty"`
	// Reason says why the task could not be done, and is for that only. It stays in the
	// report and must not name the subject.
	Reason string `json:"reason,omitempty"`
	// Found are identifiers that the system disclosed, in normal form, by which
	// other systems may know the subject.
	Found []dsr.Identifier `json:"found,omitempty"`
}
