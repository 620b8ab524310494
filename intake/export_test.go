package intake

import "net"

// ResolveBy has the sender ask a resolver of the test's.
func (s *Sender) ResolveBy(resolver *net.Resolver) { s.dialer.Resolver = resolver }
