package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// ResolveHash hands in what the subject's hashed identifiers are the hashes of, in
// normal form: systems are searched by what they store. What does not fit a hash is
// refused, so that nobody else is searched for.
type ResolveHash struct {
	Operator    string           `json:"operator"`
	Identifiers []dsr.Identifier `json:"identifiers,omitempty"`
	// Unknown says that nobody can tell, and Reason why: the systems go on without. It
	// stays in the report and must not name the subject.
	Unknown bool   `json:"unknown,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

func (p ResolveHash) validate() error { return checkNormal("identifiers", p.Identifiers) }

func (e *process) checkHash(_ workflow.Context, p ResolveHash) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	open := dsr.Subject{Identifiers: identity.Unresolved(e.known.sure())}
	switch {
	case len(open.Identifiers) == 0:
		return errors.New("there is no hashed identifier of which the plain one is not known")
	case p.Unknown && len(p.Identifiers) > 0:
		return errors.New("unknown: either hand in identifiers, or say that they are unknown")
	case p.Unknown:
		return e.checkText("reason", p.Reason)
	case len(p.Identifiers) == 0:
		return errors.New("identifiers: hand in what the hash is of, or say that it is unknown")
	}
	for i, id := range p.Identifiers {
		if _, _, hashed := id.Type.Plain(); hashed || !identity.Recognises(open, id) {
			return fmt.Errorf("identifiers[%d]: is not what the request has the hash of", i)
		}
	}
	known := e.known
	if !known.share(p.Identifiers) {
		return fmt.Errorf("identifiers: more than %d cannot be one person's", maxKnown)
	}
	return nil
}

func (e *process) resolveHash(ctx workflow.Context, p ResolveHash) error {
	action := dsr.Action{Name: UpdateResolveHash, Operator: p.Operator, At: workflow.Now(ctx), Text: p.Reason}
	if !p.Unknown {
		action.Text = fmt.Sprintf("%d identifiers were handed in that fit their hashes", len(p.Identifiers))
	}
	for _, s := range e.systems {
		if q := s.outcome.Question; q != nil && q.Kind == dsr.QuestionHash {
			s.outcome.Actions = append(s.outcome.Actions, action)
		}
	}
	e.hashesUnknown = e.hashesUnknown || p.Unknown
	e.known.share(p.Identifiers)
	e.wake(dsr.QuestionHash)
	return nil
}

// askHash asks a person what is behind hashed identifiers by which the system cannot
// be searched, if it could be by the plain ones.
func (s *system) askHash() *dsr.Question {
	if s.request.hashesUnknown || s.request.lifting {
		return nil
	}
	var missing []string
	for _, id := range identity.Unresolved(s.request.known.sure()) {
		plain, digest, _ := id.Type.Plain()
		if slices.Contains(s.plan.Needs, plain) && !slices.Contains(s.plan.Needs, id.Type) {
			missing = append(missing, string(plain)+" ("+string(digest)+")")
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &dsr.Question{Kind: dsr.QuestionHash, Text: "the request has but the hash of an identifier, by which the system cannot be searched: " +
		strings.Join(missing, ", ") + "; find out whose it is and hand it in with resolve-hash, which compares it; say there that it is unknown; " +
		"or skip-system with the reason"}
}
