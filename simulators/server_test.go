package simulators_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
)

// diary is a vendor with one record, which DELETE destroys.
type diary struct {
	*simulators.Server
	mu     sync.Mutex
	erased int
}

var entry = simulators.Target{Kind: "entry", RecordID: "1"}

func newDiary(seed uint64) *diary {
	d := &diary{}
	d.Server = simulators.NewServer(simulators.Behaviour{
		Handler: d,
		AuthOK:  func(r *http.Request, _ []byte) bool { return r.Header.Get("Authorization") == "Bearer right" },
		Destroys: func(r *http.Request, _ []byte) []simulators.Target {
			if r.Method != http.MethodDelete {
				return nil
			}
			return []simulators.Target{entry}
		},
		Failure: func(status int, _ *http.Request, person string) []byte {
			return simulators.Encode(simulators.JSON{"error": person, "status": status})
		},
	}, nil, seed)
	return d
}

func (d *diary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Method == http.MethodDelete {
		d.erased++
		if d.erased > 1 {
			simulators.Gone(r, entry)
		} else {
			simulators.Applied(r, entry)
		}
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"stale": simulators.Staleness(r).String()})
}

func (d *diary) carriedOut() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.erased
}

type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func serve(t *testing.T, d *diary) string {
	t.Helper()
	url, stop, err := simulators.Serve(d.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return url
}

func ask(t *testing.T, method, url string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer right")
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: body, err: err}
}

func TestFaultsAnswerAndCarryOutAsTheirKindSays(t *testing.T) {
	t.Parallel()
	broken := func(a answer) bool { return a.err == nil && a.status == 200 && !json.Valid(a.body) }
	wasReset := func(a answer) bool { return errors.Is(a.err, syscall.ECONNRESET) }
	failed := func(status int) func(answer) bool {
		return func(a answer) bool {
			return a.err == nil && a.status == status && bytes.Contains(a.body, []byte(`"ana@example.com"`))
		}
	}
	for _, test := range []struct {
		rule       simulators.Rule
		answered   func(answer) bool
		carriedOut int
	}{
		{simulators.Rule{Kind: simulators.TooManyRequests}, func(a answer) bool {
			return failed(429)(a) && a.header.Get("Retry-After") == ""
		}, 0},
		{simulators.Rule{Kind: simulators.TooManyRequests, RetryAfter: 1500 * time.Millisecond}, func(a answer) bool {
			return failed(429)(a) && a.header.Get("Retry-After") == "2"
		}, 0},
		{simulators.Rule{Kind: simulators.ServerError}, failed(500), 0},
		{simulators.Rule{Kind: simulators.ServiceUnavailable}, failed(503), 0},
		{simulators.Rule{Kind: simulators.Status, Status: 409}, failed(409), 0},
		{simulators.Rule{Kind: simulators.FailureInside}, failed(200), 0},
		{simulators.Rule{Kind: simulators.BadGateway}, func(a answer) bool {
			return a.status == 502 && strings.Contains(string(a.body), "<html>")
		}, 0},
		{simulators.Rule{Kind: simulators.Redirect, Location: "http://127.0.0.1:1"}, func(a answer) bool {
			return a.status == 307 && a.header.Get("Location") == "http://127.0.0.1:1/x?email=ana@example.com"
		}, 0},
		{simulators.Rule{Kind: simulators.ResetBefore}, wasReset, 0},
		{simulators.Rule{Kind: simulators.Down}, wasReset, 0},
		{simulators.Rule{Kind: simulators.ResetAfter}, wasReset, 1},
		{simulators.Rule{Kind: simulators.Malformed}, broken, 1},
		{simulators.Rule{Kind: simulators.HalfAnswer}, broken, 1},
		{simulators.Rule{Kind: simulators.Truncated}, func(a answer) bool {
			return a.status == 200 && errors.Is(a.err, io.ErrUnexpectedEOF) && !json.Valid(a.body)
		}, 1},
		{simulators.Rule{Kind: simulators.SlowBody, Duration: 4 * time.Millisecond}, func(a answer) bool {
			return a.err == nil && json.Valid(a.body)
		}, 1},
		{simulators.Rule{Kind: simulators.Latency, Duration: time.Millisecond}, func(a answer) bool {
			return a.err == nil && json.Valid(a.body)
		}, 1},
		{simulators.Rule{Kind: simulators.StaleReads, Duration: time.Hour}, func(a answer) bool {
			return string(a.body) == `{"stale":"1h0m0s"}`
		}, 1},
	} {
		t.Run(string(test.rule.Kind), func(t *testing.T) {
			t.Parallel()
			d := newDiary(1)
			d.Faults().Set(test.rule)
			got := ask(t, http.MethodDelete, serve(t, d)+"/x?email=ana@example.com")
			if !test.answered(got) {
				t.Errorf("answered %d %v %q, error %v", got.status, got.header, got.body, got.err)
			}
			if d.carriedOut() != test.carriedOut {
				t.Errorf("carried out %d times, want %d", d.carriedOut(), test.carriedOut)
			}
			deletions := d.Ledger().Deletions()
			if len(deletions) != 1 || deletions[0].Applied != (test.carriedOut == 1) || deletions[0].RecordID != "1" {
				t.Errorf("ledger says %+v", deletions)
			}
			if calls := d.Ledger().Calls(); len(calls) != 1 || calls[0].Fault != string(test.rule.Kind) {
				t.Errorf("ledger says %+v", calls)
			}
		})
	}
}

func TestLedgerKeepsWhatWasAskedButNoCredentials(t *testing.T) {
	t.Parallel()
	d := newDiary(1)
	url := serve(t, d)
	ask(t, http.MethodDelete, url+"/x?a=b")
	ask(t, http.MethodDelete, url+"/x")
	calls, deletions := d.Ledger().Calls(), d.Ledger().Deletions()
	if len(calls) != 2 || len(deletions) != 2 {
		t.Fatalf("calls %+v, deletions %+v", calls, deletions)
	}
	if c := calls[0]; c.Path != "/x" || c.RawQuery != "a=b" || !c.AuthOK || c.Status != http.StatusOK {
		t.Errorf("call %+v", c)
	}
	if first, second := deletions[0], deletions[1]; !first.Applied || first.Repeat || second.Applied || !second.Repeat {
		t.Errorf("deletions %+v", deletions)
	}
	if strings.Contains(string(simulators.Encode(calls)), "right") {
		t.Error("the ledger holds the token")
	}
	d.Ledger().Reset()
	if len(d.Ledger().Calls())+len(d.Ledger().Deletions())+len(d.Ledger().Catastrophes()) != 0 {
		t.Error("reset left something")
	}
}

func TestTheVendorActsAlsoWhenTheClientHasHungUp(t *testing.T) {
	t.Parallel()
	d := newDiary(1)
	d.Faults().Set(simulators.Rule{Kind: simulators.Latency, Duration: time.Minute})
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hangUp()
		d.ServeHTTP(w, r)
	}))
	defer vendor.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, vendor.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatal("answered in spite of the latency")
	}
	for deadline := time.Now().Add(2 * time.Minute); d.carriedOut() == 0; {
		if time.Now().After(deadline) {
			t.Fatal("never carried out")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAWrappedVendorIsSeenWithoutItsFaults(t *testing.T) {
	t.Parallel()
	d := newDiary(1)
	var seen []string
	d.Wrap(func(vendor http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			vendor.ServeHTTP(recorder, r)
			seen = append(seen, recorder.Body.String())
			_, _ = w.Write(recorder.Body.Bytes())
		})
	})
	d.Faults().Set(
		simulators.Rule{Kind: simulators.ServerError, Times: 1}, simulators.Rule{Kind: simulators.Malformed, Times: 1},
	)
	url := serve(t, d)
	for range 3 {
		ask(t, http.MethodGet, url)
	}
	const own = `{"stale":"0s"}`
	if !slices.Equal(seen, []string{own, own}) {
		t.Errorf("seen %q, want twice the vendor's own answer", seen)
	}
}

func TestRulesChooseByMethodPathAndCount(t *testing.T) {
	t.Parallel()
	d := newDiary(1)
	d.Faults().Set(simulators.Rule{
		Kind: simulators.Status, Status: 418, Methods: []string{http.MethodGet}, PathPrefix: "/a", After: 1, Times: 2,
	})
	url := serve(t, d)
	var got []int
	for _, request := range []struct{ method, path string }{
		{"GET", "/a"}, {"POST", "/a"}, {"GET", "/b"}, {"GET", "/a/1"}, {"GET", "/a"}, {"GET", "/a"},
	} {
		got = append(got, ask(t, request.method, url+request.path).status)
	}
	if want := []int{200, 200, 200, 418, 418, 200}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if d.Faults().Struck("status") != 2 {
		t.Errorf("struck %d times", d.Faults().Struck("status"))
	}
}

func TestSharesAreTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) []int {
		d := newDiary(seed)
		d.Faults().Set(simulators.Rule{Kind: simulators.ServerError, Share: 0.4})
		url := serve(t, d)
		var got []int
		for range 40 {
			got = append(got, ask(t, http.MethodGet, url).status)
		}
		return got
	}
	first, second, other := run(7), run(7), run(8)
	if !slices.Equal(first, second) {
		t.Error("the same seed gave other faults")
	}
	if slices.Equal(first, other) {
		t.Error("another seed gave the same faults")
	}
	hits := 0
	for _, status := range first {
		if status == 500 {
			hits++
		}
	}
	if hits < 8 || hits > 24 {
		t.Errorf("%d of 40 hit, want about 16", hits)
	}
}

func TestFaultsChangeWhileRequestsAreServed(t *testing.T) {
	t.Parallel()
	d := newDiary(1)
	url := serve(t, d)
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for range 20 {
				ask(t, http.MethodGet, url)
			}
		})
	}
	for range 20 {
		d.Faults().Set(simulators.Rule{Kind: simulators.ServerError, Share: 0.5})
		d.Faults().Add(simulators.Rule{Kind: simulators.ResetAfter})
		d.Faults().Clear()
		d.Ledger().Calls()
	}
	clients.Wait()
	if n := len(d.Ledger().Calls()); n != 80 {
		t.Errorf("%d calls in the ledger, want 80", n)
	}
}

func TestPersonInFindsWhomAMessageWouldQuote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ target, body, want string }{
		{"/contacts?email=ana.martin%2Bshop%40example.com", "", "ana.martin+shop@example.com"},
		{"/contacts/zo%C3%AB@example.com", "", "zoë@example.com"},
		{"/search", `{"value":"o'neil+news@example.com"}`, "o'neil+news@example.com"},
		{"/search", `{"value":"+33 6 39 98 12 34"}`, "+33 6 39 98 12 34"},
		{"/contacts/1", "", "somebody@example.com"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://vendor.invalid"+test.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := simulators.PersonIn(request, []byte(test.body)); got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.target, test.body, got, test.want)
		}
	}
}
