package simtest_test

import (
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/simulators/simtest"
)

func TestAReservedPortIsNobodysUntilItListens(t *testing.T) {
	t.Parallel()
	port := simtest.ReservePort(t)
	dialer := net.Dialer{}
	_, err := dialer.DialContext(t.Context(), "tcp", port.Address)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	_, err = net.Listen("tcp", port.Address)
	require.ErrorIs(t, err, syscall.EADDRINUSE)

	listener := port.Listen(t)
	t.Cleanup(func() { _ = listener.Close() })
	require.Equal(t, port.Address, listener.Addr().String())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "hello")
		_ = conn.Close()
	}()
	conn, err := dialer.DialContext(t.Context(), "tcp", port.Address)
	require.NoError(t, err)
	content, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, "hello", string(content))
	require.NoError(t, conn.Close())
}

func TestServerPortsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for range 200 {
		port := simtest.ServerPort(t)
		require.False(t, seen[port], port)
		seen[port] = true
	}
}
