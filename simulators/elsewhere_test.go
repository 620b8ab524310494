package simulators_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/simtest"
)

// echo is a vendor that answers with the path as it reads it.
func echo() *simulators.Server {
	return simulators.NewServer(simulators.Behaviour{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(r.URL.Path + " " + r.URL.EscapedPath()))
		}),
		AuthOK: func(*http.Request, []byte) bool { return true },
	}, nil, 1)
}

func TestPathsAreReadAsFormsWhereARuleSaysSo(t *testing.T) {
	t.Parallel()
	s := echo()
	for target, want := range map[string]struct{ plain, form string }{
		"/a/jo+shop@example.com":       {"/a/jo+shop@example.com /a/jo+shop@example.com", "/a/jo shop@example.com /a/jo%20shop@example.com"},
		"/a/jo%2Bshop%40example.com":   {"/a/jo+shop@example.com /a/jo%2Bshop%40example.com", "/a/jo+shop@example.com /a/jo%2Bshop%40example.com"},
		"/a/jo%252Bshop%40example.com": {"/a/jo%2Bshop@example.com /a/jo%252Bshop%40example.com", "/a/jo%2Bshop@example.com /a/jo%252Bshop%40example.com"},
		"/a/jo%2Fshop":                 {"/a/jo/shop /a/jo%2Fshop", "/a/jo/shop /a/jo%2Fshop"},
	} {
		s.Faults().Clear()
		simtest.Ask(t, s, http.MethodGet, target, "").Want(t, 200, want.plain)
		s.Faults().Set(simulators.Rule{Kind: simulators.FormPaths})
		simtest.Ask(t, s, http.MethodGet, target, "").Want(t, 200, want.form)
	}
	if calls := s.Ledger().Calls(); !slices.ContainsFunc(calls, func(c simulators.Call) bool { return c.Fault == "form paths" }) {
		t.Errorf("the ledger says %+v", calls)
	}
}

func TestAnAnswerOfSomethingElseIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	for name, page := range simulators.UnknownPaths() {
		d := newDiary(1)
		d.Faults().Set(simulators.Rule{Kind: simulators.Foreign, Page: page})
		got := simtest.Ask(t, d.Server, http.MethodDelete, "/x", "")
		if got.Status != 404 || got.Body != page.Body || got.Header.Get("Content-Type") != page.ContentType {
			t.Errorf("%s: answered %d %v %q", name, got.Status, got.Header, got.Body)
		}
		if deletions := d.Ledger().Deletions(); d.carriedOut() != 0 || len(deletions) != 1 || deletions[0].Applied {
			t.Errorf("%s: the ledger says %+v", name, deletions)
		}
		for _, person := range []string{"@", "+3"} {
			if strings.Contains(page.Body, person) {
				t.Errorf("%s: names a person", name)
			}
		}
	}
	d := newDiary(1)
	d.Faults().Set(simulators.Rule{Kind: simulators.Foreign, Page: simulators.Page{Status: 403}})
	simtest.Ask(t, d.Server, http.MethodGet, "/x", "").Want(t, 403, "")
}

func TestSomebodyActsBetweenTwoPages(t *testing.T) {
	t.Parallel()
	s := echo()
	var did []string
	s.Faults().Set(
		simulators.Rule{
			Kind: simulators.Meanwhile, Methods: []string{"GET"}, Path: "/list", Query: map[string]string{"page": "2"}, Times: 1,
			Do: func() {
				did = append(did, "deleted")
				s.Faults().Add(simulators.Rule{Kind: simulators.Status, Status: 418, Path: "/later"})
			},
		},
		// What attends an answer leaves it to the rules behind it.
		simulators.Rule{Kind: simulators.Foreign, Path: "/list", Query: map[string]string{"page": "3"}},
	)
	for _, request := range []struct {
		method, target string
		status, did    int
	}{
		{"GET", "/list", 200, 0}, {"GET", "/list?page=1", 200, 0}, {"POST", "/list?page=2", 200, 0}, {"GET", "/list/7?page=2", 200, 0},
		{"GET", "/list?page=2&per_page=50", 200, 1}, {"GET", "/list?page=2", 200, 1}, {"GET", "/list?page=3", 404, 1},
	} {
		simtest.Ask(t, s, request.method, request.target, "").Want(t, request.status, "")
		if len(did) != request.did {
			t.Errorf("%s %s: somebody has acted %d times, want %d", request.method, request.target, len(did), request.did)
		}
	}
	if s.Faults().Struck("meanwhile") != 1 || s.Ledger().Calls()[4].Fault != "meanwhile" {
		t.Errorf("the ledger says %+v", s.Ledger().Calls()[4])
	}
}
