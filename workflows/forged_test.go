package workflows_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// TestNobodyEndsARequestByAFailureThatIsNotThePlans has a stranger refuse the request when it
// is planned for, with what lies encrypted in its history: as the text of a failure, and as its
// details.
func TestNobodyEndsARequestByAFailureThatIsNotThePlans(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	forged := 0
	tr.env.OnActivity("MakePlan", mock.Anything, mock.Anything).Return(
		func(ctx context.Context, p activities.MakePlanParams) (activities.Plan, error) {
			details := []any{tr.request}
			switch forged++; forged {
			case 1:
				details = nil
			case 2, 3:
			default:
				return tr.steps.MakePlan(ctx, p)
			}
			return activities.Plan{}, temporal.NewNonRetryableApplicationError("skip it", activities.InvalidRequest, nil, details...)
		})

	r := tr.run()

	require.Equal(t, 3, r.Discarded)
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Equal(t, 1, strings.Count(tr.told.String(), "answers to a request's steps were discarded"), "people are told once")
}
