package requests

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func TestAWorkerLivesIfItAskedForWorkLately(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *taskqueuepb.PollerInfo {
		return &taskqueuepb.PollerInfo{LastAccessTime: timestamppb.New(now.Add(-d))}
	}
	for name, c := range map[string]struct {
		pollers []*taskqueuepb.PollerInfo
		nobody  bool
	}{
		"none":                     {nil, true},
		"just now":                 {[]*taskqueuepb.PollerInfo{ago(0)}, false},
		"in a long poll":           {[]*taskqueuepb.PollerInfo{ago(70 * time.Second)}, false},
		"at the bound":             {[]*taskqueuepb.PollerInfo{ago(livingWithin)}, false},
		"stopped, and listed":      {[]*taskqueuepb.PollerInfo{ago(livingWithin + time.Second)}, true},
		"one of two lives":         {[]*taskqueuepb.PollerInfo{ago(4 * time.Minute), ago(time.Minute)}, false},
		"all of them were stopped": {[]*taskqueuepb.PollerInfo{ago(4 * time.Minute), ago(3 * time.Minute)}, true},
		"the clocks differ":        {[]*taskqueuepb.PollerInfo{ago(-time.Minute)}, false},
		"no times":                 {[]*taskqueuepb.PollerInfo{{Identity: "w"}}, false},
		"a time is missing":        {[]*taskqueuepb.PollerInfo{ago(4 * time.Minute), {Identity: "w"}}, false},
	} {
		require.Equal(t, c.nobody, pollingOf("privacy", c.pollers).Nobody(now), name)
	}
}
