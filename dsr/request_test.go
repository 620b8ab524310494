package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func valid() dsr.Request {
	return dsr.Request{ID: "R-1", Kind: dsr.Erasure, ReceivedAt: now,
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ana@example.com"}}}}
}

func TestAValidRequestIsAccepted(t *testing.T) {
	t.Parallel()
	require.NoError(t, valid().Validate(now, identity.Check))
	require.Equal(t, "erasure/R-1", valid().WorkflowID())
}

func TestEveryProblemOfARequestIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	r := valid()
	r.ID = "ana@example.com"
	r.Kind = "oblivion"
	r.ReceivedAt = now.AddDate(0, 0, 2)
	r.Subject.Identifiers = []dsr.Identifier{{Type: dsr.Email, Value: "ana@EXAMPLE.com"}, {Type: dsr.Phone, Value: "12"}}
	r.Systems = []string{"gist", "gist"}

	err := r.Validate(now, identity.Check)

	var problems dsr.Problems
	require.ErrorAs(t, err, &problems)
	fields := make([]string, len(problems))
	for i, p := range problems {
		fields[i] = p.Field
	}
	require.Equal(t, []string{"id", "kind", "identifiers[0] (email)", "identifiers[1] (phone)", "received_at", "systems[1]"}, fields)
	require.NotContains(t, err.Error(), "@")
}

func TestARequestWithoutIdentifiersOrDateIsRefused(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, dsr.Request{ID: "R-1", Kind: dsr.Erasure}.Validate(now, identity.Check), "identifiers: at least one is needed")
	require.ErrorContains(t, dsr.Request{ID: "R-1", Kind: dsr.Erasure}.Validate(now, identity.Check), "received_at: the time")
}

func TestOnlyWhatCameByMailMayLackTheGroundOfARestriction(t *testing.T) {
	t.Parallel()
	r := valid()
	r.Kind = dsr.Restriction
	require.ErrorContains(t, r.Validate(now, identity.Check), "ground: say why the processing is to be restricted: accuracy (Art. 18(1)(a)), unlawful")
	r.Channel = dsr.ChannelMail
	require.ErrorContains(t, r.Validate(now, identity.Check), "channel: a From line proves nothing", "somebody has to approve it, and names the ground")
	r.ApprovalRequired = true
	require.NoError(t, r.Validate(now, identity.Check))
	for _, g := range dsr.Grounds() {
		r.Ground = g
		require.NoError(t, r.Validate(now, identity.Check))
	}
	r.Ground = "whim"
	require.ErrorContains(t, r.Validate(now, identity.Check), "ground: say why")
	r.Ground, r.Intake = "", &dsr.Intake{}
	require.ErrorContains(t, r.Validate(now, identity.Check), "channel: a request cannot come by mail and through the gateway")
	r.Intake, r.Channel = nil, "fax"
	require.ErrorContains(t, r.Validate(now, identity.Check), "channel: must be mail or left out")
	require.ErrorContains(t, r.Validate(now, identity.Check), "ground: say why")
	erasure := valid()
	erasure.Channel, erasure.ApprovalRequired = dsr.ChannelMail, true
	require.NoError(t, erasure.Validate(now, identity.Check))
	erasure.Ground = dsr.GroundClaims
	require.ErrorContains(t, erasure.Validate(now, identity.Check), "ground: is for restrictions only")
}
