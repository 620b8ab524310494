package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

type runsBefore []activities.EarlierRun

func (r runsBefore) Of(context.Context, string, string, bool) ([]activities.EarlierRun, error) {
	return r, nil
}

type shop struct{ erased []string }

func (s *shop) Locate(context.Context, dsr.Subject) (dsr.Findings, error) { return dsr.Findings{}, nil }

func (s *shop) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	for _, r := range records {
		s.erased = append(s.erased, r.Key())
	}
	return dsr.ErasedAll(records), nil
}

// A reset to the point at which the erasure was ordered, without the later updates,
// goes on with the order that an operator has overruled since.
func TestAResetDoesNotEraseWhatWasDecidedToBeKept(t *testing.T) {
	t.Parallel()
	held := &shop{}
	steps := &activities.Systems{Connectors: map[string]connectors.Connector{"shop": held}, Past: runsBefore{{Ended: "terminated", Decisions: []activities.Decision{{
		Name: "retain-system", System: "shop", Operator: "sam", Ground: "legal_claims", Reason: "a claim is pending", Categories: []string{"contracts"},
		ReviewOn: "2099-01-01", At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}}}}}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(steps)

	_, err := env.ExecuteActivity(steps.Erase, activities.EraseParams{
		Target: activities.Target{System: "shop", Run: "the first run"}, Records: []dsr.Record{{Kind: "contact", ID: "1"}},
	})

	require.NoError(t, err)
	require.Empty(t, held.erased)
}

// An erasure by a hash meets a restriction of the same address.
func TestAHashMeetsThePlainIdentifier(t *testing.T) {
	t.Parallel()
	plain := dsr.Identifier{Type: dsr.Email, Value: "ana@example.com"}
	token := func(_ context.Context, id dsr.Identifier) ([]string, error) {
		return []string{"t(" + id.Key() + ")"}, nil
	}
	c := &mocks.Client{}
	var asked string
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(func(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) *workflowservice.ListWorkflowExecutionsResponse {
		asked = r.GetQuery()
		return &workflowservice.ListWorkflowExecutionsResponse{}
	}, nil)
	_, err := activities.Neighbours{Temporal: c, Namespace: "default", Tokens: token}.Of(t.Context(), dsr.Request{
		ID: "R-1", Kind: dsr.Restriction, Subject: dsr.Subject{Identifiers: []dsr.Identifier{plain}},
	})
	require.NoError(t, err)
	require.Contains(t, asked, "t("+identity.Hash(plain, dsr.SHA256).Key()+")", "an erasure was handed in by the hash")
}
