package requests

import (
	"bytes"
	"errors"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
)

func TestLoggerWritesTheSDKsPairsAsFields(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	logger := log.With(Logger(zerolog.New(&lines).Level(zerolog.InfoLevel)), "Namespace", "default")
	logger.Debug("left out")
	logger.Info("Started Worker", "TaskQueue", "lethe.gist", "Attempt", 2)
	logger.Error("Activity error.", "Error", errors.New("gist: status 500"))
	require.Equal(t, `{"level":"info","Namespace":"default","TaskQueue":"lethe.gist","Attempt":2,"message":"Started Worker"}
{"level":"error","Namespace":"default","Error":"gist: status 500","message":"Activity error."}
`, lines.String())
}
