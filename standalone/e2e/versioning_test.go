package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
)

// release is the release on which a request is carried out.
func (s *site) release(c client.Client, id string) string {
	s.Helper()
	described, err := c.DescribeWorkflowExecution(s.Context(), dsr.WorkflowID(dsr.Erasure, id), "")
	require.NoError(s, err)
	return described.GetWorkflowExecutionInfo().GetVersioningInfo().GetDeploymentVersion().GetBuildId()
}

// promoted starts the workers of a release and makes it the one that works.
func (s *site) promoted(buildID string) *process {
	s.Helper()
	p := s.start(programs.lethe, "worker", "--build-id", buildID)
	require.Eventually(s, func() bool { return s.lethe("promote", "--build-id", buildID).code == 0 }, patience, 200*time.Millisecond,
		"%s", lazily(func() string { return s.lethe("promote", "--build-id", buildID).err }))
	return p
}

// TestARequestStaysOnItsRelease begins requests on one release and has another one
// promoted while they wait for a person.
func TestARequestStaysOnItsRelease(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "worker: {versioning: pinned}\nsystems:")
	require.Contains(t, s.lethe("promote", "--build-id", "v1").err, "no worker of release v1")
	first := s.promoted("v1")
	s.submit("R-1", population.Ana)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	second := s.promoted("v2")
	s.submit("R-2", population.Ben)
	r := s.conclude("R-2")
	require.Equal(t, dsr.StatusExceptions, r.Status)
	c := s.clerk().client
	require.Equal(t, "v2", s.release(c, "R-2"))
	second.end(syscall.SIGTERM) // what is pinned does not need it

	r = s.conclude("R-1")

	require.Equal(t, complete(), states(r))
	require.Equal(t, "v1", s.release(c, "R-1"))
	first.end(syscall.SIGTERM)
	require.Empty(t, s.town.Remaining(population.Ana))
}

// TestARequestGoesOverToTheNextRelease does the same where requests upgrade, and
// the first release goes away.
func TestARequestGoesOverToTheNextRelease(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "worker: {versioning: auto-upgrade, deployment: privacy}\nsystems:")
	first := s.promoted("v1")
	s.submit("R-1", population.Ana)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	c := s.clerk().client
	require.Equal(t, "v1", s.release(c, "R-1"))
	s.promoted("v2")
	first.end(syscall.SIGTERM)

	r := s.conclude("R-1")

	require.Equal(t, complete(), states(r))
	require.Equal(t, "v2", s.release(c, "R-1"))
	s.forgotten(population.Ana)
}
