package main

import (
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// A composition is what docker-compose.yml says of services and configs.
type composition struct {
	Services map[string]struct {
		Image       string
		Ports       []string
		NetworkMode string `yaml:"network_mode"`
		Configs     []struct{ Source, Target string }
	}
	Configs map[string]struct{ Content string }
}

func composed(t *testing.T) composition {
	t.Helper()
	content, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	var c composition
	require.NoError(t, yaml.Unmarshal(content, &c))
	require.NotEmpty(t, c.Services)
	return c
}

func TestWhatTheCompositionPublishesIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	for name, service := range composed(t).Services {
		require.Empty(t, service.NetworkMode, name)
		for _, port := range service.Ports {
			host, _, found := strings.Cut(port, ":")
			require.True(t, found, "%s: %s has no address", name, port)
			ip := net.ParseIP(host)
			require.NotNil(t, ip, "%s: %s has no address", name, port)
			require.True(t, ip.IsLoopback(), "%s: %s", name, port)
		}
	}
}

// servers matches the blocks of an nginx configuration that serve a name each.
var servers = regexp.MustCompile(`(?s)server \{(.*?\n)\}`)

// TestNobodyReachesTheWebUIOfTheCompositionByAnotherName follows the only way to it.
func TestNobodyReachesTheWebUIOfTheCompositionByAnotherName(t *testing.T) {
	t.Parallel()
	c := composed(t)
	ui := "" // the name of its service
	for name, service := range c.Services {
		if strings.HasPrefix(service.Image, "temporalio/ui:") {
			require.Empty(t, ui, "there is one Web UI")
			ui = name
			require.Empty(t, service.Ports, "it answers whatever name it is asked by")
		}
	}
	require.NotEmpty(t, ui)
	guards := 0
	for name, service := range c.Services {
		for _, config := range service.Configs {
			content := c.Configs[config.Source].Content
			if !strings.Contains(content, ui) {
				continue
			}
			guards++
			require.Contains(t, service.Image, "nginx", name)
			require.Equal(t, "/etc/nginx/conf.d/default.conf", config.Target, "or the image's own answers as well")
			blocks := servers.FindAllString(content, -1)
			require.Len(t, blocks, 2)
			for _, block := range blocks {
				if strings.Contains(block, "default_server") {
					require.NotContains(t, block, "proxy_pass")
					require.Contains(t, block, "return 421;")
				} else {
					require.Contains(t, block, "server_name localhost 127.0.0.1;")
				}
			}
			require.Equal(t, 1, strings.Count(content, "default_server"), "what has no known name goes there")
		}
	}
	require.Equal(t, 1, guards)
}
