package engine

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// choosePort says which port to listen on: wanted, or for 0 the preferred one, or any when that is taken.
func choosePort(ip string, wanted, preferred int) (int, error) {
	l, err := listen(ip, wanted, preferred)
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// listen opens the port that choosePort describes.
func listen(ip string, wanted, preferred int) (net.Listener, error) {
	if wanted != 0 {
		return listenOn(ip, wanted)
	}
	if l, err := listenOn(ip, preferred); err == nil {
		return l, nil
	}
	return listenOn(ip, 0)
}

func listenOn(ip string, port int) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d on %s is already in use by another program", port, ip)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open port %d on %s: %w", port, ip, err)
	}
	return l, nil
}
