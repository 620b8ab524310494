package engine

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/log/tag"
)

func TestAPortThatIsTakenIsRecognisedInWhatTheServerLogs(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	_, err = net.Listen("tcp", taken.Addr().String())
	require.Error(t, err)
	fatal := newFatalError("Failed to start gRPC listener", []tag.Tag{tag.Service("frontend"), tag.Error(err)})
	require.True(t, isListenError(fatal))
	require.Contains(t, fatal.Error(), "address already in use")
	require.False(t, isListenError(newFatalError("Failed otherwise", []tag.Tag{tag.Service("frontend")})))
}
