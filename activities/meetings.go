package activities

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// AttributeSubject is the search attribute with keyed hashes of the identifiers
// that a request was handed in with.
const AttributeSubject = "LetheSubject"

// maxMeetings bounds how many other requests of a person are known of.
const maxMeetings = 20

// Acquaintances know which other requests there are of the same person.
type Acquaintances interface {
	// Of returns the other requests that are being carried out, or have ended by
	// themselves, the newest first.
	Of(ctx context.Context, request dsr.Request) ([]dsr.Meeting, error)
}

// Neighbours finds other requests of a person in Temporal's lists. Only
// identifiers that requests were handed in with count.
type Neighbours struct {
	Temporal  client.Client
	Namespace string
	// Tokens are the hashes under which an identifier may be listed.
	Tokens func(ctx context.Context, id dsr.Identifier) ([]string, error)
}

var _ Acquaintances = Neighbours{}

// Of implements [Acquaintances].
func (n Neighbours) Of(ctx context.Context, request dsr.Request) ([]dsr.Meeting, error) {
	own := tokens{}
	for _, id := range request.Subject.Identifiers {
		for _, form := range identity.Forms(id) {
			all, err := n.Tokens(ctx, form)
			if err != nil {
				return nil, err
			}
			for _, token := range all {
				own[token] = id.Type.Base()
			}
		}
	}
	var quoted []string
	for _, token := range slices.Sorted(maps.Keys(own)) {
		quoted = append(quoted, "'"+token+"'")
	}
	if len(quoted) == 0 {
		return nil, nil
	}
	answer, err := n.Temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: n.Namespace, PageSize: maxMeetings,
		Query: fmt.Sprintf("%s IN (%s) AND WorkflowId != '%s' AND (ExecutionStatus = 'Running' OR ExecutionStatus = 'Completed')",
			AttributeSubject, strings.Join(quoted, ", "), request.WorkflowID()),
	})
	if err != nil {
		return nil, err
	}
	var found []dsr.Meeting
	for _, execution := range answer.GetExecutions() {
		kind, id, ok := strings.Cut(execution.GetExecution().GetWorkflowId(), "/")
		other := dsr.Meeting{Kind: dsr.Kind(kind), RequestID: id, StartedAt: execution.GetStartTime().AsTime(), Uncertain: !own.samePerson(execution)}
		if !ok || slices.ContainsFunc(found, other.Same) || dsr.CheckKind(other.Kind) != nil {
			continue
		}
		if execution.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			other.Ended = strings.ToLower(execution.GetStatus().String())
		}
		found = append(found, other)
	}
	return found, nil
}

// tokens are the hashes of a subject's identifiers, with the types of these.
type tokens map[string]dsr.IdentifierType

// samePerson reports whether the other request was handed in with an identifier of
// this one that people do not share, or with the same ones and no other. A phone
// number alone may be a household's or a company's.
func (t tokens) samePerson(execution *workflowpb.WorkflowExecutionInfo) bool {
	var theirs []string
	payload := execution.GetSearchAttributes().GetIndexedFields()[AttributeSubject]
	if converter.GetDefaultDataConverter().FromPayload(payload, &theirs) != nil {
		return false // nobody can tell
	}
	for _, token := range theirs {
		if kind, shared := t[token]; shared && kind != dsr.Phone {
			return true
		}
	}
	ownTypes := map[dsr.IdentifierType]bool{}
	for _, kind := range t {
		ownTypes[kind] = true
	}
	others := slices.DeleteFunc(theirs, func(token string) bool { _, shared := t[token]; return shared })
	return len(others) == 0 && len(ownTypes) == 1
}
