package landbot

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

const root = "/v1/customers/"

// route redirects paths without a final slash before it looks at anything else, credentials included. A client that
// follows the redirect of a DELETE sends a GET.
func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/") && s.handlers(r.URL.Path+"/") != nil {
		s.slashless(w, r)
		return
	}
	if complaint := s.complaint(r); complaint != "" {
		w.Header().Set("WWW-Authenticate", "Token")
		refuse(w, http.StatusUnauthorized, detail(complaint))
		return
	}
	if !s.admit() {
		refuse(w, http.StatusTooManyRequests, tooMany)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	handlers := s.handlers(r.URL.Path)
	switch handle, ok := handlers[r.Method]; {
	case handlers == nil:
		refuse(w, http.StatusNotFound, s.general("path", "Not found."))
	case !ok:
		refuse(w, http.StatusMethodNotAllowed, s.general("method", fmt.Sprintf("Method \"%s\" not allowed.", r.Method)))
	default:
		handle(w, r)
	}
}

// slashless answers a path that lacks its final slash, which is a part of every path. The framework behind the API
// redirects to the path with a slash, unless it is told not to; nobody has measured what the API does.
func (s *Sim) slashless(w http.ResponseWriter, r *http.Request) {
	if s.options.Slashless != http.StatusMovedPermanently {
		refuse(w, s.options.Slashless, s.general("path", "Not found."))
		return
	}
	to := *r.URL
	to.Path += "/"
	w.Header().Set("Location", to.RequestURI())
	w.WriteHeader(http.StatusMovedPermanently)
}

// handlers are those of a path by method; nil where there is no such path. Ids are numbers.
func (s *Sim) handlers(path string) map[string]http.HandlerFunc {
	rest, ok := strings.CutPrefix(path, root)
	if !ok {
		return nil
	}
	if rest == "" {
		return map[string]http.HandlerFunc{http.MethodGet: s.list}
	}
	recordID, action, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if _, err := strconv.ParseInt(recordID, 10, 64); err != nil {
		return nil
	}
	switch {
	case action == "":
		return map[string]http.HandlerFunc{
			http.MethodGet:    s.withCustomer(recordID, s.get),
			http.MethodDelete: s.withCustomer(recordID, s.remove),
		}
	case action == "messages":
		return map[string]http.HandlerFunc{http.MethodGet: s.withCustomer(recordID, s.messages)}
	case action == "opt_out":
		return map[string]http.HandlerFunc{http.MethodDelete: s.withCustomer(recordID, s.optOut)}
	case slices.Contains(changes, action):
		return map[string]http.HandlerFunc{http.MethodPut: s.withCustomer(recordID, s.change(action))}
	}
	return nil
}

// admit counts a request against the limit of a second.
func (s *Sim) admit() bool {
	if s.options.PerSecond == 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	second := s.Now().Unix()
	if second != s.second {
		s.second, s.asked = second, 0
	}
	s.asked++
	return s.asked <= s.options.PerSecond
}

// withCustomer answers 404 where there is no such customer any more.
func (s *Sim) withCustomer(recordID string, handle func(http.ResponseWriter, *Customer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := s.customerByID(recordID)
		changing := r.Method != http.MethodGet
		if c == nil || changing && !c.deleted.IsZero() || !s.visible(r, c.deleted) {
			if changing {
				simulators.Gone(r, simulators.Target{Kind: KindCustomer, RecordID: recordID})
			}
			refuse(w, http.StatusNotFound, s.general("customer_id", "Not found."))
			return
		}
		handle(w, c)
		if !c.deleted.IsZero() && changing {
			simulators.Applied(r, simulators.Target{Kind: KindCustomer, RecordID: recordID})
		}
	}
}

func (s *Sim) customerByID(recordID string) *Customer {
	for _, c := range s.customers {
		if id(c.ID) == recordID {
			return c
		}
	}
	return nil
}

// visible says whether a customer shows to a request, which may be served stale.
func (s *Sim) visible(r *http.Request, deleted time.Time) bool {
	return deleted.IsZero() || deleted.After(s.Now().Add(-simulators.Staleness(r)))
}

// destroys names the customer that a DELETE asks for; without an id it asks for all of them.
func (s *Sim) destroys(r *http.Request, _ []byte) []simulators.Target {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(r.URL.Path, "/")+"/", root)
	rest = strings.TrimSuffix(rest, "/")
	if !ok || r.Method != http.MethodDelete || strings.Contains(rest, "/") {
		return nil
	}
	return []simulators.Target{{Kind: KindCustomer, RecordID: rest, Everything: rest == ""}}
}

// person is whom an error quotes: the customer that the path names, else whom the request names.
func (s *Sim) person(r *http.Request, body []byte) string {
	rest := strings.TrimPrefix(r.URL.Path, root)
	recordID, _, _ := strings.Cut(rest, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.customerByID(recordID); c != nil {
		for _, known := range []string{c.Email, c.Phone, c.Name} {
			if known != "" {
				return known
			}
		}
	}
	return simulators.PersonIn(r, body)
}
