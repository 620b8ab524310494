package requests

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
)

// forgetful is a Temporal that knows no workflow any more.
type forgetful struct{ client.Client }

func (forgetful) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return nil, serviceerror.NewNotFound("no such workflow")
}

func TestItIsKnownWhoHasHandedAForgottenRequestIn(t *testing.T) {
	t.Parallel()
	const id, other = "a7551968-d5d6-44b2-9831-815ac9017798", "b7551968-d5d6-44b2-9831-815ac9017798"
	dir := t.TempDir()
	keys, err := vault.Open(t.Context(), vault.Options{Store: "file://" + filepath.Join(dir, "keys"), KEK: "file://" + filepath.Join(dir, "kek")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	desk := NewDesk(forgetful{}, client.Options{}, keys)
	from := func(controller, id string) dsr.Request {
		return dsr.Request{ID: id, Kind: dsr.Erasure, Intake: &dsr.Intake{Controller: controller}}
	}
	belongs := func(id, controller string) Belonging {
		answer, err := desk.Belongs(t.Context(), id, controller)
		require.NoError(t, err)
		return answer
	}
	require.Equal(t, Unnoted, belongs(id, "acme"))

	require.NoError(t, desk.claim(t.Context(), from("acme", id)))
	require.NoError(t, desk.claim(t.Context(), from("acme", id)), "whoever was interrupted comes again")
	require.NoError(t, desk.claim(t.Context(), from("acme", other)))
	require.ErrorIs(t, desk.claim(t.Context(), from("shop", id)), ErrTaken)
	require.NoError(t, keys.Ensure(t.Context(), "erasure/"+id))
	_, err = keys.Destroy(t.Context(), "erasure/"+id)
	require.NoError(t, err)

	require.Equal(t, Own, belongs(id, "acme"))
	require.Equal(t, Foreign, belongs(id, "shop"))
	one, err := keys.Claimed(t.Context(), id)
	require.NoError(t, err)
	two, err := keys.Claimed(t.Context(), other)
	require.NoError(t, err)
	require.NotEqual(t, one.By, two.By, "nobody sees without the key whose requests are one controller's")
	require.NotContains(t, one.By, "acme")
}

// TestAClaimOfBeforeControllersWereNotedIsNobodys has one that an earlier release has left.
func TestAClaimOfBeforeControllersWereNotedIsNobodys(t *testing.T) {
	t.Parallel()
	const id = "a7551968-d5d6-44b2-9831-815ac9017798"
	dir := t.TempDir()
	keys, err := vault.Open(t.Context(), vault.Options{Store: "file://" + filepath.Join(dir, "keys"), KEK: "file://" + filepath.Join(dir, "kek")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	desk := NewDesk(forgetful{}, client.Options{}, keys)
	_, err = keys.Claim(t.Context(), id, vault.Claim{Owner: "erasure"})
	require.NoError(t, err)

	answer, err := desk.Belongs(t.Context(), id, "acme")

	require.NoError(t, err)
	require.Equal(t, Unnoted, answer)
	require.NoError(t, desk.claim(t.Context(), dsr.Request{ID: id, Kind: dsr.Erasure, Intake: &dsr.Intake{Controller: "acme"}}), "the same request may come again")
}
