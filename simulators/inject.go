package simulators

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// elsewhere is where Redirect points when a rule names no other host. The name is reserved and resolves nowhere.
const elsewhere = "http://elsewhere.invalid"

// gatewayPage is what a proxy in front of a vendor says when the vendor does not answer it.
const gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
	"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// decide returns the answer to a request: the vendor's own, or what the fault makes of it.
func (s *Server) decide(r *http.Request, body []byte, fault *Rule) *reply {
	if fault == nil {
		return s.carryOut(r)
	}
	switch fault.Kind {
	case Down, ResetBefore:
		return &reply{manner: reset}
	case ResetAfter:
		s.carryOut(r)
		return &reply{manner: reset}
	case SlowBody:
		answer := s.carryOut(r)
		answer.manner, answer.over = dribbled, fault.Duration
		return answer
	case Malformed:
		answer := s.carryOut(r)
		return jsonReply(http.StatusOK, append([]byte("{"), answer.body...))
	case Truncated:
		answer := jsonReply(http.StatusOK, atLeast(s.carryOut(r).body))
		answer.manner = cutShort
		return answer
	case HalfAnswer:
		whole := atLeast(s.carryOut(r).body)
		return jsonReply(http.StatusOK, whole[:len(whole)/2])
	case BadGateway:
		answer := newReply(http.StatusBadGateway)
		answer.header.Set("Content-Type", "text/html")
		answer.body = []byte(gatewayPage)
		return answer
	case Foreign:
		return fault.Page.reply()
	case Redirect:
		return redirectReply(*fault, r)
	}
	return s.refuse(r, body, *fault)
}

// refuse answers in the vendor's manner without carrying the request out.
func (s *Server) refuse(r *http.Request, body []byte, fault Rule) *reply {
	status := map[Kind]int{
		TooManyRequests:    http.StatusTooManyRequests,
		ServerError:        http.StatusInternalServerError,
		ServiceUnavailable: http.StatusServiceUnavailable,
		FailureInside:      http.StatusOK,
		Status:             fault.Status,
	}[fault.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	answer := jsonReply(status, s.behaviour.Failure(status, r, s.behaviour.Person(r, body)))
	if s.behaviour.FailureHeader != nil && status != http.StatusOK {
		s.behaviour.FailureHeader(status, r, answer.header)
	}
	if fault.RetryAfter > 0 {
		answer.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(fault.RetryAfter.Seconds()))))
	}
	return answer
}

func redirectReply(fault Rule, r *http.Request) *reply {
	status, base := fault.Status, fault.Location
	if status == 0 {
		status = http.StatusTemporaryRedirect
	}
	if base == "" {
		base = elsewhere
	}
	answer := newReply(status)
	answer.header.Set("Location", base+r.URL.RequestURI())
	return answer
}

// atLeast gives faults that cut an answer something to cut where the vendor's own answer has no body.
func atLeast(body []byte) []byte {
	if len(body) < 2 {
		return []byte(`{"success":true}`)
	}
	return body
}

// manner is how an answer goes over the wire.
type manner int

const (
	whole manner = iota
	reset
	cutShort
	dribbled
)

// dribbles is in how many pieces a slow answer arrives.
const dribbles = 8

// reply is an answer that is recorded before it is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
	manner manner
	over   time.Duration
}

func newReply(status int) *reply { return &reply{status: status, header: http.Header{}} }

func jsonReply(status int, body []byte) *reply {
	answer := newReply(status)
	answer.header.Set("Content-Type", "application/json")
	answer.body = body
	return answer
}

// Header implements http.ResponseWriter.
func (a *reply) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *reply) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *reply) Write(p []byte) (int, error) {
	a.body = append(a.body, p...)
	return len(p), nil
}

func (a *reply) ledgerStatus() int {
	if a.manner == reset {
		return 0
	}
	return a.status
}
