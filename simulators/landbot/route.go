package landbot

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

const root = "/v1/customers/"

// route redirects paths without a final slash before it looks at anything else, credentials included. A client that
// follows the redirect of a DELETE sends a GET.
func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/") && strings.HasPrefix(r.URL.Path+"/", root) {
		to := *r.URL
		to.Path += "/"
		w.Header().Set("Location", to.RequestURI())
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if complaint := s.complaint(r); complaint != "" {
		w.Header().Set("WWW-Authenticate", "Token")
		refuse(w, http.StatusUnauthorized, detail(complaint))
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, root)
	if !ok {
		refuse(w, http.StatusNotFound, detail("Not found."))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	recordID, action, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case recordID == "":
		allow(w, r, map[string]http.HandlerFunc{http.MethodGet: s.list})
	case action == "":
		allow(w, r, map[string]http.HandlerFunc{
			http.MethodGet:    s.withCustomer(recordID, s.get),
			http.MethodDelete: s.withCustomer(recordID, s.remove),
		})
	case action == "messages":
		allow(w, r, map[string]http.HandlerFunc{http.MethodGet: s.withCustomer(recordID, s.messages)})
	case action == "opt_out":
		allow(w, r, map[string]http.HandlerFunc{http.MethodDelete: s.withCustomer(recordID, s.optOut)})
	case slices.Contains(changes, action):
		allow(w, r, map[string]http.HandlerFunc{http.MethodPut: s.withCustomer(recordID, s.change(action))})
	default:
		refuse(w, http.StatusNotFound, detail("Not found."))
	}
}

func allow(w http.ResponseWriter, r *http.Request, handlers map[string]http.HandlerFunc) {
	if handle, ok := handlers[r.Method]; ok {
		handle(w, r)
		return
	}
	refuse(w, http.StatusMethodNotAllowed, detail(fmt.Sprintf("Method \"%s\" not allowed.", r.Method)))
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
			refuse(w, http.StatusNotFound, detail("Not found."))
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
