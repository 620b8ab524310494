package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
)

func TestLoadReadsWhereWorkersSayHowTheyAre(t *testing.T) {
	t.Parallel()
	const systems = "systems: [{name: old, connector: none, reason: retired}]\n"
	require.Empty(t, load(t, systems, config.Options{}).Worker.Listen)
	require.Equal(t, "0.0.0.0:8236", load(t, "worker: {listen: 0.0.0.0:8236}\n"+systems, config.Options{}).Worker.Listen)
}
