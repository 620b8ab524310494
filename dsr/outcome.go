package dsr

import (
	"strconv"
	"strings"
	"time"
)

// State is what came, or is becoming, of one system.
type State string

// The settled states.
const (
	// Erased: the records are gone, and a look confirmed it.
	Erased State = "erased"
	// Restricted: the records are kept and used no more, and a look confirmed it.
	Restricted State = "restricted"
	// Lifted: the records are used as before the restriction.
	Lifted State = "lifted"
	// NotFound: the system holds nothing on the subject.
	NotFound State = "not_found"
	// Accepted: the vendor took the order and carries it out later.
	Accepted State = "accepted"
	// Attested: an operator did it by hand and says so.
	Attested State = "attested"
	// Retained: records are kept on a legal ground.
	Retained State = "retained"
	// NotApplicable: the system holds no personal data.
	NotApplicable State = "not_applicable"
	// CannotIdentify: the system needs an identifier that nobody has (Art. 11).
	CannotIdentify State = "cannot_identify"
	// Skipped: an operator decided to leave the system out.
	Skipped State = "skipped"
	// Planned: this would be done; the request is a dry run.
	Planned State = "planned"
)

// AlreadyGone is a state of records and of no system: asked to erase the record, the system
// answered that there is none. It claims nothing: the record may have been erased before, by
// an order whose answer was lost, or still be there. Only a look says which.
const AlreadyGone State = "already_gone"

// Ordered is a state of records and of no system: the system was told to erase or to
// restrict the record, and nobody has seen yet, or any more, that it did. A record that was
// erased and is seen again is ordered.
const Ordered State = "ordered"

// The open states.
const (
	Pending       State = "pending"
	Locating      State = "locating"
	Acting        State = "acting"
	Verifying     State = "verifying"
	NeedsOperator State = "needs_operator"
)

// Open reports whether the system is still being worked on.
func (s State) Open() bool {
	switch s {
	case Pending, Locating, Acting, Verifying, NeedsOperator:
		return true
	default:
		return false
	}
}

// Success reports whether nothing of the subject is left in the system that
// should not be, as far as anybody can know.
func (s State) Success() bool {
	switch s {
	case Erased, Restricted, Lifted, NotFound, Accepted, Attested, NotApplicable, Planned:
		return true
	default:
		return false
	}
}

// EvidenceKind is how we know what we say of a system.
type EvidenceKind string

const (
	// ReadBack: the system was asked again and no longer shows the records.
	ReadBack EvidenceKind = "read_back"
	// AcceptedCount: the system said, record by record, what it took on.
	AcceptedCount EvidenceKind = "accepted_count"
	// Submission: the system confirmed that it received the order; it does not
	// let anybody look.
	Submission EvidenceKind = "submission"
	// PersonsWord: an operator says so.
	PersonsWord EvidenceKind = "persons_word"
	// Statement: the configuration states why there is nothing to do.
	Statement EvidenceKind = "statement"
)

// Mode is how a system is reached.
type Mode string

const (
	// Automatic systems are reached through a connector.
	Automatic Mode = "automatic"
	// Manual systems are a task for a person.
	Manual Mode = "manual"
	// None: the system holds no personal data or no longer exists.
	None Mode = "none"
)

// Role is what a recipient of personal data is by the law.
type Role string

const (
	// Processor: it works on the company's instruction (GDPR Art. 28).
	Processor Role = "processor"
	// JointController: it decides together with the company (Art. 26).
	JointController Role = "joint_controller"
	// Controller: it decides on its own (Art. 4(7)).
	Controller Role = "controller"
)

// Roles are all of them.
func Roles() []Role { return []Role{Processor, JointController, Controller} }

// A System is a third party as a request's plan sees it: the configuration,
// without secrets, at the time at which the request started.
type System struct {
	Name string `json:"name"`
	// Title is what people call the system.
	Title string `json:"title"`
	// Connector is the kind of connector that reaches it.
	Connector string `json:"connector"`
	// Processor is the legal name of the company that runs the system.
	Processor string `json:"processor,omitempty"`
	// Role is what that company is by the law.
	Role Role `json:"role,omitempty"`
	// Category is the category of recipients that it belongs to, as the company
	// calls it (GDPR Art. 13(1)(e)).
	Category string `json:"category,omitempty"`
	Mode     Mode   `json:"mode"`
	// Needs lists the identifier types with which the system can be searched;
	// one of them is enough.
	Needs []IdentifierType `json:"needs,omitempty"`
	// Verifiable says that the system can be looked into after the erasure.
	Verifiable bool `json:"verifiable,omitempty"`
	// Parts says that records have parts which are found by the record's own id, whether or
	// not it is gone.
	Parts bool `json:"parts,omitempty"`
	// ApprovalRequired lets a person approve what is to be erased here.
	ApprovalRequired bool `json:"approval_required,omitempty"`
	// MaxRecords is how many records are erased without asking a person.
	MaxRecords int `json:"max_records,omitempty"`
	// Task is what a person has to do, for a manual system.
	Task *Task `json:"task,omitempty"`
	// Reason says why there is nothing to do, for mode none.
	Reason string `json:"reason,omitempty"`
	// NotCovered lists what an erasure through this connector leaves untouched.
	NotCovered []string `json:"not_covered,omitempty"`
	// Retention are the company's rules on what the system keeps on a legal ground.
	Retention []RetentionRule `json:"retention,omitempty"`
	// Restriction says what a restriction of processing means in the system; nil if
	// nothing is known of it, as in plans of older releases.
	Restriction *RestrictionFacts `json:"restriction,omitempty"`
}

// Searchable reports whether any of the subject's identifiers is of use to the
// system.
func (s System) Searchable(subject Subject) bool { return len(subject.Of(s.Needs...)) > 0 }

// A Task guides a person through what no connector can do.
type Task struct {
	// Steps tell what to do, in order.
	Steps []string `json:"steps"`
	// Link leads to the page where it is done.
	Link string `json:"link,omitempty"`
	// Evidence says what to hand in as proof.
	Evidence string `json:"evidence,omitempty"`
}

// QuestionKind is why a system waits for a person.
type QuestionKind string

const (
	// QuestionTask: a person has to do the work.
	QuestionTask QuestionKind = "task"
	// QuestionError: the connector cannot go on until something is repaired.
	QuestionError QuestionKind = "error"
	// QuestionMatch: records may belong to somebody else.
	QuestionMatch QuestionKind = "match"
	// QuestionApproval: a person has to approve what is to be done.
	QuestionApproval QuestionKind = "approval"
	// QuestionIdentity: the subject has to prove who they are first.
	QuestionIdentity QuestionKind = "identity"
	// QuestionIrreversible: what is to be done cannot be undone.
	QuestionIrreversible QuestionKind = "irreversible"
	// QuestionConflict: a restriction of the same person has arrived, for which the
	// data must be kept.
	QuestionConflict QuestionKind = "conflict"
	// QuestionReappeared: records come back after every erasure.
	QuestionReappeared QuestionKind = "reappeared"
	// QuestionHash: the subject is known by the hash of an identifier only, with which
	// the system cannot be searched.
	QuestionHash QuestionKind = "hash"
	// QuestionRetention: the system keeps records on a legal ground, and nobody has
	// decided that it may.
	QuestionRetention QuestionKind = "retention"
)

// A Question is what a system waits for a person to answer.
type Question struct {
	Kind QuestionKind `json:"kind"`
	// Text says what is the matter and what to do, without any identifier.
	Text string `json:"text"`
	Task *Task  `json:"task,omitempty"`
	// Candidates are the records that may be somebody else's, for QuestionMatch,
	// or that are to be erased, for QuestionApproval.
	Candidates []Candidate `json:"candidates,omitempty"`
	// Subject is what is known of the subject, masked, to hold the candidates against.
	Subject []CarriedIdentifier `json:"subject,omitempty"`
	Since   time.Time           `json:"since"`
}

// Records are the keys of the records that the question is about.
func (q Question) Records() []string {
	var records []string
	for _, c := range q.Candidates {
		records = append(records, c.Record)
	}
	return records
}

// A Candidate is a record that a person has to decide on. It says why it may not
// be the subject's, and not by which values.
type Candidate struct {
	// Record is the record's key within its system, such as "contact/4711".
	Record string `json:"record"`
	// FoundBy is the type of the identifier that led to it.
	FoundBy IdentifierType `json:"found_by"`
	// Contradicts are the types of identifier that the record has another value
	// of than the subject.
	Contradicts []IdentifierType `json:"contradicts,omitempty"`
	// Hold is why it may be somebody else's, where Contradicts does not say it.
	Hold Hold `json:"hold,omitempty"`
	// Carries are the identifiers on the record, masked.
	Carries []CarriedIdentifier `json:"carries,omitempty"`
}

// A CarriedIdentifier is an identifier on a record that a person has to decide on.
type CarriedIdentifier struct {
	Type IdentifierType `json:"type"`
	// Masked is the value, hidden but for what helps to tell it from others.
	Masked string `json:"masked"`
	// Subjects says that the subject is known by it, and Secondary that the vendor keeps it
	// beside a main value.
	Subjects  bool `json:"subjects,omitempty"`
	Secondary bool `json:"secondary,omitempty"`
}

// String is the identifier as operators see it.
func (c CarriedIdentifier) String() string {
	text := string(c.Type) + " " + c.Masked
	switch {
	case c.Subjects && c.Secondary:
		return text + " (the subject's, beside a main one)"
	case c.Subjects:
		return text + " (the subject's)"
	case c.Secondary:
		return text + " (beside a main one)"
	default:
		return text
	}
}

// Doubt says why the record may be somebody else's; empty if nothing says so.
func (c Candidate) Doubt() string {
	if len(c.Contradicts) > 0 {
		return "has another " + strings.Join(namesOf(c.Contradicts), ", ")
	}
	return map[Hold]string{
		HoldRivals:    "one of several people's",
		HoldTwoPeople: "holds the address of another person as well",
		HoldShared:    "by a shared " + string(c.FoundBy),
		HoldDoubtful:  "by a " + string(c.FoundBy) + " that may be somebody else's",
		HoldOtherForm: "by another form of a " + string(c.FoundBy),
		HoldAmbiguous: "by a " + string(c.FoundBy) + " that can be read in two ways",
	}[c.Hold]
}

// List is the record's identifiers side by side, as operators see them.
func List(carried []CarriedIdentifier) string {
	texts := make([]string, len(carried))
	for i, c := range carried {
		texts[i] = c.String()
	}
	return strings.Join(texts, " · ")
}

// A Hold is why nothing is done to a record before a person has said whose it is.
type Hold string

// The holds.
const (
	// HoldContradicts: the record's own values are others than the subject's.
	HoldContradicts Hold = "contradicts"
	// HoldRivals: several records that one identifier leads to are different people's.
	HoldRivals Hold = "rivals"
	// HoldTwoPeople: the address of another person, who has a record of their own, stands on
	// it beside the subject's.
	HoldTwoPeople Hold = "two_people"
	// HoldShared: what leads to it leads to somebody else as well.
	HoldShared Hold = "shared"
	// HoldDoubtful: it was found by a value of which nobody knows whose it is.
	HoldDoubtful Hold = "doubtful"
	// HoldOtherForm: it was found by another form of an identifier, which may be somebody
	// else's.
	HoldOtherForm Hold = "other_form"
	// HoldAmbiguous: a number on it can be read in two ways.
	HoldAmbiguous Hold = "ambiguous"
)

// An Action is what an operator did to a system.
type Action struct {
	// Name is the update that carried it: "retry-system", "skip-system",
	// "complete-task".
	Name     string `json:"name"`
	Operator string `json:"operator"`
	// Outcome is what the operator says came of a task, and Records of how many records,
	// for "complete-task".
	Outcome TaskOutcome `json:"outcome,omitempty"`
	Records int         `json:"records,omitempty"`
	Text    string      `json:"text,omitempty"`
	At      time.Time   `json:"at"`
}

// RecordCount says what came of the records of one kind.
type RecordCount struct {
	Kind  string `json:"kind"`
	State State  `json:"state"`
	Count int    `json:"count"`
}

// An Outcome is what came of one system, as the report shows it. While the
// request runs it also is the system's progress.
type Outcome struct {
	System
	State   State         `json:"state"`
	Records []RecordCount `json:"records,omitempty"`
	// Evidence is how we know; empty while the system is open and for states
	// that claim nothing.
	Evidence EvidenceKind `json:"evidence,omitempty"`
	// Calls are the requests made to the vendor, by all attempts.
	Calls []Call `json:"calls,omitempty"`
	// Attempts counts the activity attempts, those that failed included.
	Attempts int `json:"attempts,omitempty"`
	// CutOff is how many attempts ended without saying what they had done, because their
	// worker died or they were called off: Calls may lack some of theirs.
	CutOff int `json:"cut_off,omitempty"`
	// Discarded counts answers to steps that were discarded: no worker of Lethe gave them,
	// or not for that step.
	Discarded int `json:"discarded,omitempty"`
	// Unread are fields of the vendor's records that should identify the subject and do not.
	// Their values are lost with the records.
	Unread []UnreadField `json:"unread,omitempty"`
	// Outages are the times in which steps had to be tried again, in their order.
	Outages []Outage `json:"outages,omitempty"`
	// Erasures counts how often records had to be erased; more than one means
	// that they came back or that further records turned up.
	Erasures int `json:"erasures,omitempty"`
	// Drifts counts how often a restriction was undone behind our back and
	// restored, the last time at DriftedAt.
	Drifts    int       `json:"drifts,omitempty"`
	DriftedAt time.Time `json:"drifted_at,omitzero"`
	// CheckedAt is when a restriction was last seen to hold.
	CheckedAt time.Time `json:"checked_at,omitzero"`
	// Left names settings that lifting a restriction did not give back, as
	// "contact/17: unsubscribed_from_emails", each with the reason.
	Left []string `json:"left,omitempty"`
	// Irreversible names the settings that a restriction has changed here, with an operator's
	// approval, and that lifting cannot give back. What was declined is not among them.
	Irreversible []string `json:"irreversible,omitempty"`

	StartedAt  time.Time `json:"started_at,omitzero"`
	ActedAt    time.Time `json:"acted_at,omitzero"`
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	SettledAt  time.Time `json:"settled_at,omitzero"`
	// ExpectedBy is when the vendor promises to be done, for Accepted.
	ExpectedBy time.Time `json:"expected_by,omitzero"`
	// Unseen names settings that a restriction has changed and that the system does not
	// show, as "customer/17: blocked": nobody has seen that they hold.
	Unseen []string `json:"unseen,omitempty"`
	// Looked says in which forms the system was asked for identifiers of each type, at the
	// last look.
	Looked []Search `json:"looked,omitempty"`
	// Retained are the decisions by which data are kept, a ground each.
	Retained []Retention `json:"retained,omitempty"`
	// Explanation says why the state is what it is, where that is not plain.
	Explanation string `json:"explanation,omitempty"`
	// Question is what the system waits for, for NeedsOperator.
	Question *Question `json:"question,omitempty"`
	Actions  []Action  `json:"actions,omitempty"`
}

// othersKept begins the explanation of an outcome in which records are somebody
// else's.
const othersKept = "records that are somebody else's, by an operator's decision, and were not touched: "

// OthersKept explains an outcome in which n records are somebody else's.
func OthersKept(n int) string { return othersKept + strconv.Itoa(n) }

// OthersKeptIn is the number of records of which an explanation says so.
func OthersKeptIn(explanation string) (n int, ok bool) {
	text, ok := strings.CutPrefix(explanation, othersKept)
	n, err := strconv.Atoi(text)
	return n, ok && err == nil
}
