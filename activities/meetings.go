package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
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
	var quoted []string
	for _, id := range request.Subject.Identifiers {
		tokens, err := n.Tokens(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, token := range tokens {
			quoted = append(quoted, "'"+token+"'")
		}
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
		known := slices.ContainsFunc(found, func(m dsr.Meeting) bool { return string(m.Kind) == kind && m.RequestID == id })
		if !ok || known || dsr.CheckKind(dsr.Kind(kind)) != nil {
			continue
		}
		other := dsr.Meeting{Kind: dsr.Kind(kind), RequestID: id, StartedAt: execution.GetStartTime().AsTime()}
		if execution.GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			other.Ended = strings.ToLower(execution.GetStatus().String())
		}
		found = append(found, other)
	}
	return found, nil
}
