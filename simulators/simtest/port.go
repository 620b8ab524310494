package simtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A Port is a port of the loopback interface on which nobody listens. It stays taken, so
// that no other test or program can answer on it: a port that was opened and closed again
// may be somebody else's a moment later.
type Port struct {
	// Address is where the port refuses connections, as host:port.
	Address string
	// Number is the port's number.
	Number int

	socket *os.File
}

// ReservePort takes a free port until the test ends.
func ReservePort(t testing.TB) *Port {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	p := &Port{socket: os.NewFile(uintptr(fd), "reserved port")}
	t.Cleanup(func() { _ = p.socket.Close() }) // closing what is closed already is no failure
	syscall.CloseOnExec(fd)
	// A socket that is bound and does not listen refuses connections.
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	p.Number = name.(*syscall.SockaddrInet4).Port
	p.Address = (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: p.Number}).String()
	return p
}

// The ports from which ServerPort chooses: below those that systems hand out to whoever asks for any.
const firstServerPort, serverPorts = 20_000, 10_000

// ServerPort returns a free port for a server that opens it itself, now and after each restart. Until the test ends no
// other test gets it, in this process or another one: a name among the abstract sockets stands for it.
func ServerPort(t testing.TB) int {
	t.Helper()
	for range serverPorts {
		port := firstServerPort + rand.IntN(serverPorts)
		name, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: fmt.Sprintf("@lethe-test-port-%d", port)})
		if err != nil {
			continue
		}
		t.Cleanup(func() { _ = name.Close() }) // nobody connects to it
		listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			continue
		}
		require.NoError(t, listener.Close())
		return port
	}
	require.FailNow(t, "no port is free")
	return 0
}

// Listen starts to answer on the port. The caller closes the listener.
func (p *Port) Listen(t testing.TB) net.Listener {
	t.Helper()
	require.NoError(t, syscall.Listen(int(p.socket.Fd()), syscall.SOMAXCONN))
	listener, err := net.FileListener(p.socket)
	require.NoError(t, err)
	require.NoError(t, p.socket.Close(), "the listener has a descriptor of its own")
	return listener
}
