package dsr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Kind is what a data subject asks for.
type Kind string

const (
	// Erasure asks that every system forgets the subject (GDPR Art. 17).
	Erasure Kind = "erasure"
	// Restriction asks that every system keeps the subject's data and uses it no
	// more, until the restriction is lifted (GDPR Art. 18).
	Restriction Kind = "restriction"
)

// Kinds lists the kinds of request that Lethe carries out.
func Kinds() []Kind { return []Kind{Erasure, Restriction} }

// A Channel is the way by which a request came, where that makes a difference.
type Channel string

// ChannelMail is for requests that were taken out of a mailbox: their sender is not
// known, and a restriction's ground is named by whoever approves it.
const ChannelMail Channel = "mail"

// maxOwnIdentifiers is how many identifiers a request may bring.
const maxOwnIdentifiers = 20

// A Request is what the intake hands over. It is the input of a workflow.
type Request struct {
	// ID names the request everywhere: in the workflow's id, in logs, in the
	// archive. It must not say who the subject is.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Subject holds the identifiers that the intake knows, in normal form.
	Subject Subject `json:"subject"`
	// ReceivedAt is when the controller received the request, by whatever
	// channel: the legal clock starts here (GDPR Art. 12(3)).
	ReceivedAt time.Time `json:"received_at"`
	// Systems limits the request to the systems of these names; empty means
	// every configured system.
	Systems []string `json:"systems,omitempty"`
	// ApprovalRequired lets a person approve what is to be erased, in every
	// system.
	ApprovalRequired bool `json:"approval_required,omitempty"`
	// DryRun ends the request with the plan as its report: the subject is located
	// and nothing is changed anywhere.
	DryRun bool `json:"dry_run,omitempty"`
	// Ground is why a restriction is asked for; empty for an erasure, and for a
	// restriction that came by mail.
	Ground Ground `json:"ground,omitempty"`
	// Channel is set for what came by mail only.
	Channel Channel `json:"channel,omitempty"`
	// Mail says how a request's address was obtained that came by mail; nil for others.
	Mail *MailOrigin `json:"mail,omitempty"`
	// Intake is how the request came in through the gateway; nil if it was handed in
	// by hand.
	Intake *Intake `json:"intake,omitempty"`
}

// WorkflowID is the id of the workflow that carries out the request: the same
// request handed over twice is one workflow.
func (r Request) WorkflowID() string { return WorkflowID(r.Kind, r.ID) }

// WorkflowID is the id of the workflow of the request with the given kind and id.
func WorkflowID(kind Kind, requestID string) string { return string(kind) + "/" + requestID }

var requestID = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$`)

// CheckRequestID says what is wrong with a request's id, if anything.
func CheckRequestID(id string) error {
	if !requestID.MatchString(id) {
		return errors.New("must be 1 to 64 letters, digits, dots, dashes or underscores, a letter or digit first and last, and must not name the person")
	}
	return nil
}

// CheckKind says what is wrong with a request's kind, if anything.
func CheckKind(kind Kind) error {
	if slices.Contains(Kinds(), kind) {
		return nil
	}
	return fmt.Errorf("must be one of %s", strings.Join(namesOf(Kinds()), ", "))
}

// Validate says everything that is wrong with the request, as [Problems], or
// returns nil. now is the time at which it is handed over; check says what is wrong
// with an identifier, as [ite.digital/lethe/dsr/identity.Check] does.
func (r Request) Validate(now time.Time, check func(Identifier) error) error {
	var problems Problems
	if err := CheckRequestID(r.ID); err != nil {
		problems.add("id", err)
	}
	if err := CheckKind(r.Kind); err != nil {
		problems.add("kind", err)
	}
	switch n := len(r.Subject.Identifiers); {
	case n == 0:
		problems.add("identifiers", errors.New("at least one is needed, such as an e-mail address"))
	case n > maxOwnIdentifiers:
		problems.add("identifiers", fmt.Errorf("at most %d are accepted", maxOwnIdentifiers))
	}
	for i, id := range r.Subject.Identifiers {
		if err := check(id); err != nil {
			problems.add(fmt.Sprintf("identifiers[%d] (%s)", i, id.Type), err)
		}
	}
	switch {
	case r.ReceivedAt.IsZero():
		problems.add("received_at", errors.New("the time at which the controller received the request is needed"))
	case r.ReceivedAt.After(now.Add(time.Hour)):
		problems.add("received_at", errors.New("lies in the future"))
	}
	if err := r.checkGround(); err != nil {
		problems.add("ground", err)
	}
	if err := r.checkChannel(); err != nil {
		problems.add("channel", err)
	}
	if err := r.Mail.check(r.Channel); err != nil {
		problems.add("mail", err)
	}
	seen := map[string]bool{}
	for i, name := range r.Systems {
		if name == "" || seen[name] {
			problems.add(fmt.Sprintf("systems[%d]", i), errors.New("is empty or named twice"))
		}
		seen[name] = true
	}
	return problems.orNil()
}
