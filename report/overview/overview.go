package overview

import (
	"time"

	"ite.digital/lethe/dsr"
)

// Version is the version of the overview's JSON form.
const Version = "1"

// An Overview is what came of the requests that were received in a period.
type Overview struct {
	Version string `json:"version"`
	// From and To are the first and the last day of the period, in TimeZone.
	From     string    `json:"from"`
	To       string    `json:"to"`
	TimeZone string    `json:"time_zone"`
	MadeAt   time.Time `json:"made_at"`
	// Requests are those received in the period, by kind. Dry runs are left out
	// everywhere and counted in DryRuns.
	Requests []Requests `json:"requests"`
	DryRuns  int        `json:"dry_runs_left_out"`
	Timing   Timing     `json:"time_to_completion"`
	// Systems are those that the reports name: those with the most exceptions come
	// first, then those with the most errors.
	Systems []System `json:"systems"`
	// Exceptions are the outcomes that keep requests from being complete, by reason.
	Exceptions []Exception `json:"exceptions"`
	// Reviews are what is kept on legal grounds and has to be looked at again by now, or
	// within three months.
	Reviews []Review `json:"reviews,omitempty"`
	// Extended counts the requests whose time to answer was extended.
	Extended int      `json:"extended"`
	Identity Identity `json:"identity_checks"`
	Reruns   Reruns   `json:"reruns"`
	// Now is how all open requests stand, whenever they were received; nil if Temporal
	// was not asked.
	Now *Open `json:"now,omitempty"`
	// Source says what the overview was made from.
	Source Source `json:"source"`
	// Listed are the requests themselves, if they were asked for, in the order in
	// which they were received.
	Listed []Request `json:"listed,omitempty"`
}

// Requests counts the requests of one kind by what came of them.
type Requests struct {
	Kind      dsr.Kind `json:"kind"`
	Received  int      `json:"received"`
	Completed int      `json:"completed"`
	// WithExceptions are completed, and something was left undone.
	WithExceptions int `json:"completed_with_exceptions"`
	Cancelled      int `json:"cancelled"`
	// Open are those of the period that have no report yet; 0 if Temporal was not
	// asked.
	Open int `json:"open"`
}

// Timing is how long the completed requests of the period took, in days of 24 hours
// from receipt, and how they stood to their deadlines, extensions included.
// Cancelled requests are left out.
type Timing struct {
	Completed int `json:"completed"`
	// Median and the 95th percentile are by nearest rank: so many requests took at
	// most that long.
	MedianDays float64 `json:"median_days"`
	P95Days    float64 `json:"p95_days"`
	// Late counts those that were completed after their deadline; the other two are
	// by how much.
	Late           int     `json:"late"`
	LateMedianDays float64 `json:"late_median_days"`
	LateMaxDays    float64 `json:"late_max_days"`
	// Distribution counts the requests by how far from the deadline they were
	// completed.
	Distribution []Bin `json:"distribution,omitempty"`
}

// A Bin counts the requests that were completed more than After and at most UpTo
// days after the deadline; days before it are negative, so that no bin holds some
// that are late and some that are not. An Open bin holds all beyond it as well.
type Bin struct {
	After int  `json:"after_days"`
	UpTo  int  `json:"up_to_days"`
	Open  bool `json:"open_ended,omitempty"`
	Count int  `json:"count"`
}

// Late reports whether the bin holds requests that were late.
func (b Bin) Late() bool { return b.After >= 0 }

// A System is what the reports say of one system.
type System struct {
	Name string `json:"name"`
	// Title is that of a report that names the system.
	Title string `json:"title"`
	// Requests counts those in which the system was asked.
	Requests int `json:"requests"`
	// Outcomes counts them by what came of the system.
	Outcomes map[dsr.State]int `json:"outcomes"`
	// Exceptions counts the outcomes that kept a request from being complete.
	Exceptions int `json:"exceptions"`
	// Attempts counts activity attempts, those that failed included, and Calls the
	// HTTP requests, earlier runs included.
	Attempts int    `json:"attempts"`
	Calls    int    `json:"calls"`
	Errors   Errors `json:"errors"`
	// Repairs counts how often an operator had it tried again.
	Repairs int `json:"retried_by_operators"`
}

// Errors counts the calls that got no usable answer. What is not there (404, 410)
// is an answer.
type Errors struct {
	// NoAnswer: the connection failed or timed out.
	NoAnswer int `json:"no_answer"`
	// Faults: the vendor has a fault (500 and above).
	Faults int `json:"faults"`
	// Limited: too many calls (429).
	Limited int `json:"rate_limited"`
	// Credentials: the key was not accepted (401, 403, 407).
	Credentials int `json:"credentials_rejected"`
	// Rejected: any other status of 400 to 499.
	Rejected int `json:"rejected"`
}

// All is the sum of them.
func (e Errors) All() int { return e.NoAnswer + e.Faults + e.Limited + e.Credentials + e.Rejected }

// Reason is why an outcome keeps a request from being complete: one of the states
// below, or [Unproven].
type Reason string

// The reasons.
const (
	Skipped        = Reason(dsr.Skipped)
	CannotIdentify = Reason(dsr.CannotIdentify)
	Retained       = Reason(dsr.Retained)
	// Unproven: the outcome is a success that nothing shows, or a state that this
	// release does not know.
	Unproven Reason = "unproven"
)

// Reasons are all of them.
func Reasons() []Reason { return []Reason{Skipped, CannotIdentify, Retained, Unproven} }

// An Exception counts the outcomes with a reason, and the requests that have one.
type Exception struct {
	Reason   Reason `json:"reason"`
	Outcomes int    `json:"outcomes"`
	Requests int    `json:"requests"`
}

// Identity counts the requests in which the subject was asked for proof of who they
// are (GDPR Art. 12(6)).
type Identity struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
	// AddedDays is how many days the waits added to the time to answer, in all.
	AddedDays int `json:"added_days"`
}

// Reruns counts the requests that were carried out again, or reset, and their
// earlier runs. Such a request counts once, by its newest report.
type Reruns struct {
	Requests int `json:"requests"`
	Runs     int `json:"earlier_runs"`
}

// Open is how the open requests stand.
type Open struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
	// Waiting are those in which a system waits for a person.
	Waiting int `json:"waiting_for_a_person"`
	// NotBegun are those that no worker has taken up, and Unanswered those that have
	// begun and do not answer. They may wait for a person, and not all that are overdue
	// are known to be.
	NotBegun   int `json:"not_begun,omitempty"`
	Unanswered int `json:"unanswered,omitempty"`
	// Unasked are those that were not asked: only that they are open is known.
	Unasked int `json:"not_asked,omitempty"`
	// Again are those of the period that have a report and are carried out again.
	Again int `json:"carried_out_again,omitempty"`
}

// Source says what an overview was made from.
type Source struct {
	// Reports counts the requests of the period that the archive holds a report on,
	// and Verified those of them whose signature was checked and fits.
	Reports  int `json:"reports"`
	Verified int `json:"verified"`
	// Unchecked says that there were no public keys to check signatures with.
	Unchecked bool `json:"signatures_not_checked,omitempty"`
	// Unread are the reports that could not be read and are not counted, whatever
	// their period: nobody can know. Doubtful are those that are counted although
	// their signature is missing or does not fit: leaving them out would let whoever
	// alters a report make its request go away.
	Unread   []Problem `json:"unreadable,omitempty"`
	Doubtful []Problem `json:"not_verified,omitempty"`
}

// A Problem is a report that is not as it should be.
type Problem struct {
	// Report is its key in the archive, which has the request's id in it.
	Report string `json:"report"`
	What   string `json:"what"`
}

// A Request is one of the listed requests.
type Request struct {
	ID     string     `json:"request_id"`
	Kind   dsr.Kind   `json:"kind"`
	Status dsr.Status `json:"status"`
	// ReceivedAt, DueAt and CompletedAt are as in the report.
	ReceivedAt  time.Time `json:"received_at"`
	DueAt       time.Time `json:"due_at"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
	Late        bool      `json:"late,omitempty"`
	Exceptions  int       `json:"exceptions,omitempty"`
}
