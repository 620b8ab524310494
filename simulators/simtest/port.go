package simtest

import (
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
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
	// A program that cannot be handed the socket may share the port, if the same user runs it and it asks to.
	require.NoError(t, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
	// A socket that is bound and does not listen refuses connections.
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	p.Number = name.(*syscall.SockaddrInet4).Port
	p.Address = (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: p.Number}).String()
	return p
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
