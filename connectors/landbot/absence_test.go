package landbot_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/landbot"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/landbot"
)

// A crowd is an account whose customers all begin alike and change while they are read.
type crowd struct {
	ids     []int64
	next    int64
	ignores bool // the offset
	between func(c *crowd, pages int)
	pages   int
}

func (c *crowd) add(n int) {
	for range n {
		c.next++
		c.ids = append(c.ids, c.next)
	}
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("archived") == "true" {
		_, _ = io.WriteString(w, `{"success":true,"total":0,"customers":[]}`)
		return
	}
	offset, _ := strconv.Atoi(query.Get("offset"))
	limit, _ := strconv.Atoi(query.Get("limit"))
	if c.ignores {
		offset = 0
	}
	shown := []any{}
	newest := slices.Clone(c.ids)
	slices.Reverse(newest)
	from := min(offset, len(newest))
	for _, id := range newest[from:min(from+limit, len(newest))] {
		email := fmt.Sprintf("jo@example.com%d.invalid", id)
		if id%10 == 0 {
			email = jo.Value
		}
		shown = append(shown, simulators.JSON{"id": id, "email": email})
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"success": true, "total": len(newest), "customers": shown})
	c.pages++
	if c.between != nil {
		c.between(c, c.pages)
	}
}

func (c *crowd) connect(t *testing.T) *landbot.Connector {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return connect(t, settings(server.URL))
}

// V1: one customer goes and another comes, so that the total stays.
func TestTheSameTotalIsNoProofThatTheListStoodStill(t *testing.T) {
	t.Parallel()
	c := &crowd{}
	c.add(150)
	c.between = func(c *crowd, pages int) {
		if pages == 1 {
			c.ids = slices.DeleteFunc(c.ids, func(id int64) bool { return id == 149 || id == 145 })
			c.ids = append([]int64{0, -1}, c.ids...)
		}
	}
	// On the second page, and on the first once two before it are gone.
	const moved = 50
	require.Contains(t, keys(locate(t, c.connect(t), jo)), "customer/"+strconv.Itoa(moved))
}

func keys(records []dsr.Record) []string {
	var keys []string
	for _, r := range records {
		keys = append(keys, r.Key())
	}
	return keys
}

func TestNoSearchLosesWhatExistsAllTheTime(t *testing.T) {
	t.Parallel()
	claimed := 0
	const tries = 200
	for seed := range uint64(tries) {
		random := rand.New(rand.NewPCG(seed, 2))
		c := &crowd{}
		c.add(50 + random.IntN(300))
		var joes []string
		for _, id := range c.ids {
			if id%10 == 0 {
				joes = append(joes, "customer/"+strconv.FormatInt(id, 10))
			}
		}
		busy := random.IntN(3)
		c.between = func(c *crowd, _ int) {
			for range random.IntN(1 + 2*busy) {
				switch at := random.IntN(len(c.ids)); {
				case random.IntN(2) == 0:
					c.add(1)
				case c.ids[at]%10 != 0:
					c.ids = slices.Delete(c.ids, at, at+1)
				}
			}
		}
		findings, err := c.connect(t).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
		if err != nil {
			require.Equal(t, connectors.Transient, failure(t, err).Class, "seed %d", seed)
			continue
		}
		claimed++
		require.Subset(t, keys(findings.Records), joes, "seed %d", seed)
	}
	require.Greater(t, claimed, tries/4)
}

func TestASearchThatRepeatsAPageOrHasNoEndIsGivenUp(t *testing.T) {
	t.Parallel()
	c := &crowd{ignores: true}
	c.add(250)
	_, err := c.connect(t).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Equal(t, connectors.Malformed, failure(t, err).Class)
	require.Equal(t, 2, c.pages)
	c = &crowd{}
	c.add(6000)
	_, err = c.connect(t).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Equal(t, connectors.Rejected, failure(t, err).Class)
}

// V3: the list is there, and the paths of customers are not; or nothing is.
func TestARouteThatDoesNotExistIsNoAbsence(t *testing.T) {
	t.Parallel()
	record := []dsr.Record{{Kind: "customer", ID: "17"}}
	for _, body := range []string{
		``, `{}`, `Not Found`, `<h1>Not Found</h1>`, `{"detail":"Not found."}`, `{"status":404,"error":"Not Found"}`,
		`{"errors":{"customer_id":["Not found."]}}`,
	} {
		for _, listed := range []bool{true, false} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if listed && strings.HasSuffix(r.URL.Path, "/customers/") {
					_, _ = io.WriteString(w, `{"success":true,"total":1,"customers":[{"id":1}]}`)
					return
				}
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, body)
			}))
			t.Cleanup(server.Close)
			connector := connect(t, settings(server.URL))
			_, err := connector.Remaining(t.Context(), record)
			require.Equal(t, connectors.Misconfigured, failure(t, err).Class, body)
			_, err = connector.Settings(t.Context(), record)
			require.Equal(t, connectors.Misconfigured, failure(t, err).Class, body)
			require.Equal(t, connectors.Misconfigured, failure(t, connector.Apply(t.Context(), customerSettings(17, "false", "true", "true"))).Class)
			if !listed {
				_, err = connector.Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
				require.Equal(t, connectors.Misconfigured, failure(t, err).Class, body)
			}
		}
	}
}

// No documentation shows the body of a 404: the same call for another customer is the proof,
// made once for all records.
func TestACustomerIsGoneOnceAnotherIsShown(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	sim.AddCustomer(simulated.Customer{ID: 3, Email: "other@example.com", Archived: true})
	remaining, err := connect(t, s).Remaining(t.Context(), []dsr.Record{{Kind: "customer", ID: "17"}, {Kind: "customer", ID: "18"}})
	require.NoError(t, err)
	require.Empty(t, remaining)
	require.Len(t, sim.Ledger().Calls(), 5, "two that are gone, the list without and with the archive, and another customer")
	empty, s := account(t)
	remaining, err = connect(t, s).Remaining(t.Context(), []dsr.Record{{Kind: "customer", ID: "17"}})
	require.NoError(t, err)
	require.Empty(t, remaining)
	require.Len(t, empty.Ledger().Calls(), 3)
}

// A list that counts other customers than it shows does not show all, and proves nothing.
func TestAListThatContradictsItsTotalIsNoAbsence(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		`{"success":true,"total":0,"customers":[{"id":1,"email":"other@example.com"}]}`,
		`{"success":true,"total":1,"customers":[{"id":1,"email":"other@example.com"},{"id":2,"email":"another@example.com"}]}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, list) }))
		t.Cleanup(server.Close)
		_, err := connect(t, settings(server.URL)).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
		require.Error(t, err, list)
		require.Equal(t, connectors.Malformed, failure(t, err).Class, list)
	}
}

func TestAnAccountThatCountsCustomersAndShowsNoneIsNoProof(t *testing.T) {
	t.Parallel()
	for _, list := range []string{`{"success":true,"total":5,"customers":[]}`, `{"success":true,"customers":[]}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/customers/") {
				_, _ = io.WriteString(w, list)
				return
			}
			http.NotFound(w, r)
		}))
		t.Cleanup(server.Close)
		_, err := connect(t, settings(server.URL)).Remaining(t.Context(), []dsr.Record{{Kind: "customer", ID: "17"}})
		require.Error(t, err, list)
		require.Equal(t, connectors.Malformed, failure(t, err).Class, list)
	}
}

// V4.
func TestADeletionAnsweredNotFoundIsNoErasure(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	sim.AddCustomer(simulated.Customer{ID: 17, Email: jo.Value})
	connector := connect(t, s)
	records := locate(t, connector, jo)
	for _, state := range []dsr.State{dsr.Erased, dsr.AlreadyGone} {
		effect, err := connector.Erase(t.Context(), records)
		require.NoError(t, err)
		require.Equal(t, dsr.Effect{Records: []dsr.RecordEffect{records[0].Became(state)}}, effect)
	}
}

// An ordinary request costs what it did, and says in which forms it asked.
func TestAnOrdinaryRequestIsTwoSearchesForEachCommonSpelling(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo, joPhone}})
	require.NoError(t, err)
	require.Len(t, sim.Ledger().Calls(), 12)
	require.Equal(t, []dsr.Search{
		{Type: dsr.Email, Spellings: []string{"as_given", "lower_case"}},
		{Type: dsr.Phone, Spellings: []string{"international", "without_plus", "national", "separated_usually"}},
	}, findings.Searched)
}

// V2.
func TestAnAddressIsFoundInTheSpellingThatTheVendorHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ requested, held string }{
		{"Jo@Example.com", "jo@example.com"},
		{"jo@bücher.example", "jo@xn--bcher-kva.example"},
		{"josé@example.com", "jose\u0301@example.com"},
		{"jo+shop@example.com", "jo+shop@example.com"},
	} {
		sim, s := account(t)
		sim.AddCustomer(simulated.Customer{Email: test.held})
		id, err := s.Parser.Parse(dsr.Email, test.requested)
		require.NoError(t, err)
		require.Len(t, locate(t, connect(t, s), id), 1)
	}
}
