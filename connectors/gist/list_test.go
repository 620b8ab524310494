package gist_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/gist"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
)

// joesID is the id of the contact that workspaces of moving lists hold.
const joesID = 17

// A talk is a conversation in a list that moves.
type talk struct{ id, contact, created, updated int64 }

// A moving workspace changes while its lists are read.
type moving struct {
	mu    sync.Mutex
	talks []talk
	clock int64
	// The vendor's manners.
	ignoresOrder, ignoresPage, noCreated, noLast bool
	by                                           func(a, b talk) int
	// between is called after each page of conversations with the number of pages so far.
	between func(w *moving, pages int)
	pages   int
	asked   []string
	gone    bool // the contact
}

func (w *moving) add(contact int64) int64 {
	w.clock++
	w.talks = append(w.talks, talk{id: w.clock + 1000, contact: contact, created: w.clock, updated: w.clock})
	return w.clock + 1000
}

func (w *moving) remove(id int64) {
	w.talks = slices.DeleteFunc(w.talks, func(t talk) bool { return t.id == id })
}

func (w *moving) touch(id int64) {
	w.clock++
	for i := range w.talks {
		if w.talks[i].id == id {
			w.talks[i].updated = w.clock
		}
	}
}

func (w *moving) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, r.Method+" "+r.URL.Path)
	id, _ := strconv.ParseInt(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], 10, 64)
	joe := simulators.JSON{"id": joesID, "type": "lead", "email": jo.Value}
	absent := func(what string) {
		simulators.WriteJSON(out, http.StatusNotFound, simulators.JSON{"errors": []any{simulators.JSON{"message": what + " not found"}}})
	}
	switch {
	case r.URL.Path == "/conversations":
		w.page(out, r)
	case strings.HasPrefix(r.URL.Path, "/conversations/"):
		if !slices.ContainsFunc(w.talks, func(t talk) bool { return t.id == id }) {
			absent("Conversation")
			return
		}
		if r.Method == http.MethodDelete {
			w.remove(id)
		}
		simulators.WriteJSON(out, http.StatusOK, simulators.JSON{"conversation": simulators.JSON{"id": id, "contact_id": joesID}})
	case w.gone:
		absent("Contact")
	default:
		w.gone = r.Method == http.MethodDelete
		simulators.WriteJSON(out, http.StatusOK, simulators.JSON{"contact": joe})
	}
}

func (w *moving) page(out http.ResponseWriter, r *http.Request) {
	order := func(a, b talk) int { return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id)) }
	if w.ignoresOrder {
		order = w.by
	}
	listed := slices.SortedFunc(slices.Values(w.talks), order)
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	perPage, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	if w.ignoresPage {
		number = 1
	}
	last := max(1, (len(listed)+perPage-1)/perPage)
	items := []any{}
	from := min(len(listed), (number-1)*perPage)
	for _, t := range listed[from:min(len(listed), from+perPage)] {
		item := simulators.JSON{"id": t.id, "contact_id": t.contact}
		if !w.noCreated {
			item["created_at"] = t.created
		}
		items = append(items, item)
	}
	pages := simulators.JSON{"next": nil}
	link := func(n int) string {
		return fmt.Sprintf("https://api.example.com/conversations?page=%d&per_page=%d", n, perPage)
	}
	if number < last {
		pages["next"] = link(number + 1)
	}
	if !w.noLast {
		pages["first"], pages["last"] = link(1), link(last)
	}
	simulators.WriteJSON(out, http.StatusOK, simulators.JSON{"conversations": items, "pages": pages})
	w.pages++
	if w.between != nil {
		w.between(w, w.pages)
	}
}

func (w *moving) connect(t *testing.T) *gist.Connector {
	t.Helper()
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return connect(t, settings(server.URL))
}

// listed counts the calls that read a page of conversations.
func (w *moving) listed() int {
	n := 0
	for _, call := range w.asked {
		if call == "GET /conversations" {
			n++
		}
	}
	return n
}

func conversationsIn(records []dsr.Record) []string {
	var ids []string
	for _, r := range records {
		if r.Kind == "conversation" {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// V1: between the reading of page 1 and of page 2 an older conversation is deleted, and the
// person's, the first of page 2, becomes the last of page 1.
func TestAConversationIsFoundAlthoughAnOlderOneGoesWhileTheListIsRead(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]*moving{
		"by creation, as asked for": {},
		"without a link to the end": {noLast: true},
		"without times":             {noCreated: true},
		"newest first":              {ignoresOrder: true, by: func(a, b talk) int { return cmp.Compare(b.created, a.created) }},
		"by the last change":        {ignoresOrder: true, by: func(a, b talk) int { return cmp.Compare(b.updated, a.updated) }},
		"by id without times":       {ignoresOrder: true, noCreated: true, by: func(a, b talk) int { return cmp.Compare(b.id, a.id) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var first, last, joes int64
			for i := range 120 {
				contact := int64(1)
				if i == 50 || i == 69 { // the 51st from the front and, for lists the other way around, from the end
					contact = joesID
				}
				id := w.add(contact)
				switch {
				case i == 0:
					first = id
				case i == 50:
					joes = id
				}
				last = id
			}
			w.between = func(w *moving, pages int) {
				if pages == 1 {
					w.remove(first)
					w.remove(last)
				}
			}
			findings, err := w.connect(t).Locate(t.Context(), subject)
			require.NoError(t, err)
			require.ElementsMatch(t, []string{strconv.FormatInt(joes, 10), strconv.FormatInt(joes+19, 10)}, conversationsIn(findings.Records))
		})
	}
}

// The same of the contacts that are scanned for a phone number.
func TestAPhoneIsFoundAlthoughAnOlderContactGoesWhileTheListIsRead(t *testing.T) {
	t.Parallel()
	for _, w := range []*moving{{}, {noCreated: true}} {
		for i := range 120 {
			contact := int64(1)
			if i == 50 {
				contact = joesID
			}
			w.add(contact)
		}
		first := w.talks[0].id
		w.between = func(w *moving, pages int) {
			if pages == 1 {
				w.remove(first)
			}
		}
		server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			// Every conversation stands for a contact.
			var page struct {
				Conversations []struct {
					ID      int64 `json:"id"`
					Contact int64 `json:"contact_id"`
					Created any   `json:"created_at,omitempty"`
				} `json:"conversations"`
				Pages any `json:"pages"`
			}
			recorder := httptest.NewRecorder()
			list := r.Clone(r.Context())
			list.URL.Path = "/conversations"
			w.ServeHTTP(recorder, list)
			require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &page))
			if r.URL.Path != "/contacts" {
				_, _ = out.Write(recorder.Body.Bytes())
				return
			}
			contacts := []any{}
			for _, c := range page.Conversations {
				phone := ""
				if c.Contact == joesID {
					phone = joPhone.Value
				}
				contacts = append(contacts, simulators.JSON{"id": c.ID, "phone": phone, "created_at": c.Created})
			}
			simulators.WriteJSON(out, http.StatusOK, simulators.JSON{"contacts": contacts, "pages": page.Pages})
		}))
		t.Cleanup(server.Close)
		s := settings(server.URL)
		s.Options = map[string][]string{"phone_scan": {"true"}}
		findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{joPhone}})
		require.NoError(t, err)
		require.Len(t, findings.Records, 1)
	}
}

// Whatever happens to others while a list is read: what exists all the time is found, or
// nothing is claimed.
func TestNoListLosesWhatExistsAllTheTime(t *testing.T) {
	t.Parallel()
	claimed := 0
	const tries = 200
	for seed := range uint64(tries) {
		random := rand.New(rand.NewPCG(seed, 1))
		w := &moving{noLast: random.IntN(4) == 0, noCreated: random.IntN(4) == 0, ignoresOrder: random.IntN(2) == 0}
		w.by = []func(a, b talk) int{
			func(a, b talk) int { return cmp.Compare(b.created, a.created) },
			func(a, b talk) int { return cmp.Compare(b.updated, a.updated) },
			func(a, b talk) int { return cmp.Compare(a.updated, b.updated) },
			func(a, b talk) int { return cmp.Compare(a.id%7, b.id%7)*1000 + cmp.Compare(a.id, b.id) },
		}[random.IntN(4)]
		var joes []string
		for range 60 + random.IntN(200) {
			if random.IntN(20) == 0 {
				joes = append(joes, strconv.FormatInt(w.add(joesID), 10))
				continue
			}
			w.add(1)
		}
		busy := random.IntN(3) // from nobody to somebody at every page
		w.between = func(w *moving, _ int) {
			for range random.IntN(1 + 2*busy) {
				switch t := w.talks[random.IntN(len(w.talks))]; random.IntN(3) {
				case 0:
					w.add(1)
				case 1:
					w.touch(t.id)
				case 2:
					if t.contact != joesID {
						w.remove(t.id)
					}
				}
			}
		}
		findings, err := w.connect(t).Locate(t.Context(), subject)
		if err != nil {
			require.Equal(t, connectors.Transient, class(t, err), "seed %d", seed)
			continue
		}
		claimed++
		require.Subset(t, conversationsIn(findings.Records), joes, "seed %d", seed)
	}
	require.Greater(t, claimed, tries/2, "a list that moves a little is read all the same")
}

// V9: every page is page 1, with a link to the next.
func TestAListThatRepeatsAPageIsNoticedAtTheSecond(t *testing.T) {
	t.Parallel()
	for _, w := range []*moving{{}, {noLast: true}, {noCreated: true}} {
		w.ignoresPage = true
		for range 120 {
			w.add(1)
		}
		_, err := w.connect(t).Locate(t.Context(), subject)
		require.Equal(t, connectors.Malformed, class(t, err))
		require.LessOrEqual(t, w.listed(), 3)
	}
}

func TestAListOfManyPagesCostsLittleMoreThanItsPages(t *testing.T) {
	t.Parallel()
	for talks, calls := range map[int]int{0: 1, 1: 1, 50: 1, 120: 5, 500: 12} {
		w := &moving{}
		for range talks {
			w.add(1)
		}
		_, err := w.connect(t).Locate(t.Context(), subject)
		require.NoError(t, err)
		require.Equal(t, calls, w.listed(), "%d conversations", talks)
	}
}

func TestAListThatNeverStandsStillIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	w := &moving{noCreated: true}
	for range 120 {
		w.add(1)
	}
	w.between = func(w *moving, _ int) { w.remove(w.talks[0].id); w.add(1) }
	_, err := w.connect(t).Locate(t.Context(), subject)
	require.Equal(t, connectors.Transient, class(t, err))
	require.ErrorContains(t, err, "changed each time")
}

// A contact that is gone leads to nothing by its address; its conversations name its id.
func TestConversationsOfAContactThatIsGoneAreFoundByItsID(t *testing.T) {
	t.Parallel()
	w := &moving{gone: true}
	w.add(1)
	orphan := w.add(joesID)
	connector := w.connect(t)
	findings, err := connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Empty(t, findings.Records)
	parent := dsr.Record{Kind: "contact", ID: strconv.Itoa(joesID), FoundBy: jo, Identifiers: []dsr.Identifier{jo, joPhone}}
	findings, err = connector.LocateFamily(t.Context(), subject, []dsr.Record{parent, {Kind: "conversation", ID: "4"}})
	require.NoError(t, err)
	require.Equal(t, []dsr.Record{
		{Kind: "conversation", ID: strconv.FormatInt(orphan, 10), Parent: "contact/17", FoundBy: jo},
	}, findings.Records)
	require.Equal(t, []dsr.Search{{Type: dsr.Email, Spellings: []string{"as_given", "lower_case"}}}, findings.Searched)

	_, err = connector.LocateFamily(t.Context(), subject, []dsr.Record{{Kind: "contact", ID: " "}})
	require.Equal(t, connectors.Misconfigured, class(t, err))
}

func TestAParentThatIsStillThereIsReadWithItsFamilyOnce(t *testing.T) {
	t.Parallel()
	w := &moving{}
	talk := w.add(joesID)
	connector := w.connect(t)
	findings, err := connector.LocateFamily(t.Context(), subject, []dsr.Record{{Kind: "contact", ID: strconv.Itoa(joesID), FoundBy: joPhone}})
	require.NoError(t, err)
	require.Len(t, findings.Records, 2)
	require.Equal(t, strconv.FormatInt(talk, 10), findings.Records[0].ID)
	require.Equal(t, jo, findings.Records[1].FoundBy)
	require.Equal(t, 1, w.listed())
}

// V1: the parent goes last, and only when all its children are gone.
func TestAContactWithAConversationThatIsNotErasedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := &moving{}
	w.add(joesID)
	connector := w.connect(t)
	findings, err := connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	later := w.add(joesID)
	effect, err := connector.Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Equal(t, dsr.ErasedAll(findings.Records[:1]), effect, "the contact has no effect")
	require.False(t, w.gone)

	findings, err = connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []string{strconv.FormatInt(later, 10)}, conversationsIn(findings.Records))
	effect, err = connector.Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Equal(t, dsr.ErasedAll(findings.Records), effect)
	require.True(t, w.gone)
	require.Empty(t, w.talks)
}

func TestAListThatLagsDoesNotKeepTheContact(t *testing.T) {
	t.Parallel()
	sim, s := workspaceOfJoe(t)
	connector := connect(t, s)
	findings, err := connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	sim.Faults().Set(simulators.Rule{Kind: simulators.StaleReads, PathPrefix: "/conversations", Duration: time.Hour})
	effect, err := connector.Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Len(t, effect.Records, 1, "the API shows the conversation by its id, too")
	sim.Faults().Clear()
	effect, err = connector.Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Len(t, effect.Records, 2)

	w := &moving{}
	talk := w.add(joesID)
	shown := w.talks[0]
	connector = w.connect(t)
	findings, err = connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []string{strconv.FormatInt(talk, 10)}, conversationsIn(findings.Records))
	lagging := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/conversations" {
			simulators.WriteJSON(out, http.StatusOK, simulators.JSON{"pages": simulators.JSON{"next": nil}, "conversations": []any{
				simulators.JSON{"id": shown.id, "contact_id": shown.contact, "created_at": shown.created},
			}})
			return
		}
		w.ServeHTTP(out, r)
	}))
	t.Cleanup(lagging.Close)
	effect, err = connect(t, settings(lagging.URL)).Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Equal(t, dsr.ErasedAll(findings.Records), effect)
}
