package config_test

import (
	"path/filepath"
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

// What nobody can listen on is said before anything is started.
func TestAPortIsANumber(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:metrics"} {
		for _, key := range []string{"worker: {listen: \"" + address + "\"}", "codec_server: {listen: \"" + address + "\"}"} {
			path := filepath.Join(t.TempDir(), "lethe.yaml")
			write(t, path, []byte(key+"\nsystems: [{name: old, connector: none, reason: retired}]\n"))
			_, err := config.Load(path, kinds(), config.Options{})
			require.ErrorContains(t, err, "listen: is not an address to listen on", key)
		}
	}
}
