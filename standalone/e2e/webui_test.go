package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
)

// An operator's browser is at the Web UI of a served site.
type operator struct {
	*browser
	ui string
}

// page is a request's page in the Web UI.
func (o operator) page(id string) {
	o.Helper()
	o.open(o.ui + "/namespaces/default/workflows/" + url.PathEscape(dsr.WorkflowID(dsr.Erasure, id)))
	o.sees("Event History")
}

// tab opens a tab of the request's page.
func (o operator) tab(id string) {
	o.Helper()
	o.press("#"+id+"-tab", "")
	o.until("the tab "+id, func() bool {
		there, err := ask[bool](o.browser, "new URL(document.getElementById("+quote(id+"-tab")+").href).pathname === location.pathname")
		return err == nil && there
	})
}

// search types a query into the list of workflows, and waits for the requests
// that are to come of it.
func (o operator) search(query string, ids ...string) {
	o.Helper()
	o.open(o.ui + "/namespaces/default/workflows")
	o.press("[data-testid=toggle-manual-query]", "")
	o.enter("[data-testid=workflow-manual-search-input]", query)
	o.press("[data-testid=workflow-manual-search-button]", "")
	o.lists(ids...)
}

// lists waits until the list of workflows has these requests and no others.
func (o operator) lists(ids ...string) {
	o.Helper()
	want := make([]string, len(ids))
	for i, id := range ids {
		want[i] = dsr.WorkflowID(dsr.Erasure, id)
	}
	o.until("the list of "+strings.Join(want, ", "), func() bool {
		listed, err := ask[[]string](o.browser, `[...document.querySelectorAll('td a')].map(lethe.says).filter(says => says.startsWith('erasure/')).sort()`)
		return err == nil && strings.Join(listed, ", ") == strings.Join(want, ", ")
	})
}

// save keeps the query as a view, and opens it from the list of all workflows.
func (o operator) save(view string) {
	o.Helper()
	o.press("button", "Save as New")
	o.enter("dialog[open] #view-name", view)
	o.press("dialog[open] [data-testid=confirm-modal-button]", "")
	o.loses("Save as New View")
	o.open(o.ui + "/namespaces/default/workflows")
	o.press("#workflow-saved-views-button", "")
	o.press("button, [role=menuitem], [role=option]", view)
}

// systems is the table of a request's systems: their rows by their names.
func (o operator) systems() map[string][]string {
	o.Helper()
	rows, err := ask[[][]string](o.browser, "lethe.rows()")
	if err != nil {
		return nil // the frame is being replaced
	}
	systems := map[string][]string{}
	for _, row := range rows {
		systems[row[0]] = row[1:]
	}
	return systems
}

// shows waits until the table shows a system in a state, and returns its row.
func (o operator) shows(system, state string) []string {
	o.Helper()
	o.until("the row of "+system+": "+state, func() bool {
		// The Web UI asks for the details once, and again on the key R.
		if err := o.do(pressR()); err != nil {
			return false
		}
		row := o.systems()[system]
		return len(row) == 4 && row[0] == state
	})
	o.settled() // the last R may have brought a newer table
	return o.systems()[system]
}

// fill fills in the form of an update, without sending it.
func (o operator) fill(update string, input map[string]any) {
	o.Helper()
	o.press("button", "More Actions")
	o.press("[data-testid=update-button]", "")
	o.press("dialog[open] [data-testid=update-select-button]", "")
	o.press("[role=option]", update)
	// The form lines the text up when it is left, which moves the button Submit
	// away from under the mouse, unless it is lined up already.
	text, err := json.MarshalIndent(input, "", "  ")
	require.NoError(o, err)
	o.enter("dialog[open] .cm-content", string(text))
}

// submit sends the form.
func (o operator) submit() {
	o.Helper()
	o.press("dialog[open] [data-testid=confirm-modal-button]", "")
}

// send sends an update that is taken.
func (o operator) send(update string, input map[string]any) {
	o.Helper()
	o.fill(update, input)
	o.submit()
	o.closed()
}

// closed waits until no dialog is open.
func (o operator) closed() {
	o.Helper()
	o.until("the end of the dialog", func() bool {
		open, err := ask[int](o.browser, "document.querySelectorAll('dialog[open]').length")
		return err == nil && open == 0
	})
}

// TestAnOperatorWorksInTheWebUI does what docs/operators.md says, with the mouse
// and the keyboard.
func TestAnOperatorWorksInTheWebUI(t *testing.T) {
	t.Parallel()
	o := operator{browser: newBrowser(t)}
	site := newSite(t)
	var ui string
	o.ui = site.desk(&ui, "the-token-of-kim-0123456789") // what is typed is encrypted for those who have one
	site.write("kim.key", "the-token-of-kim-0123456789")
	site.edit("lethe.yaml", "vault:", "codec_server:\n  ui_origins: ["+o.ui+"]\n  tokens:\n    - {name: kim, token: \"file:kim.key\"}\nvault:")
	s := site.served()
	ui = s.ui
	require.Zero(t, s.do("submit", "--id", "ticket-4711", "--email", population.Dora.Email).code)
	require.Zero(t, s.do("submit", "--id", "ticket-4690", "--email", population.Nobody.Email, "--received", time.Now().AddDate(0, 0, -28).Format(time.DateOnly)).code)
	s.waits("ticket-4690", "complete-task ticket-4690 alore")
	s.waits("ticket-4711", "resolve-match ticket-4711 landbot")

	soon := time.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339)
	o.search("LetheStatus = 'open' AND LetheDueAt < '"+soon+"'", "ticket-4690")
	o.search("LetheAttention IS NOT NULL AND ExecutionStatus = 'Running'", "ticket-4690", "ticket-4711")
	o.save("needs me")
	o.lists("ticket-4690", "ticket-4711")
	o.picture("needs-me")

	o.press("td a", "erasure/ticket-4711")
	o.tab("user-metadata")
	held := o.shows("landbot", "needs operator")
	require.Equal(t, []string{"–", "2"}, held[1:3])
	candidate := regexp.MustCompile(`Records: (customer/\d+) \(has another email\)`).FindStringSubmatch(held[3])
	require.NotNil(t, candidate, held[3])
	require.Equal(t, []string{"needs operator", "–", "0", "a person has to do this by hand; then complete-task"}, o.systems()["alore"])
	require.Equal(t, []string{"erased", "1 contact erased"}, o.systems()["hubspot"][:2])
	o.picture("details")

	o.fill("resolve-match", map[string]any{"system": "landbot", "operator": "Sam", "erase": []string{"customer/0"}, "reason": "by guess"})
	o.submit()
	o.sees(`"customer/0" is none of the records that landbot is held for: ` + candidate[1])
	o.picture("refused")
	o.press("dialog[open] [data-testid=cancel-modal-button]", "")
	o.closed()
	o.shows("landbot", "needs operator")

	o.send("resolve-match", map[string]any{"system": "landbot", "operator": "Sam", "keep": []string{candidate[1]}, "reason": "another person at the same number"})
	o.shows("landbot", "not found")
	o.send("complete-task", map[string]any{"system": "alore", "operator": "Sam", "outcome": "erased", "records": 1, "evidence": "ticket 4711"})
	require.Equal(t, []string{"attested", "1 record erased", "0", ""}, o.shows("alore", "attested"))
	o.picture("answered")

	o.tab("timeline")
	o.sees(`"report":"erasure/ticket-4711/001.json"`)
	o.sees("COMPLETED")
	emils := s.town.Remaining(population.Emil)
	o.picture("completed")
	o.reset("ticket-4711")
	o.tab("user-metadata")
	require.Equal(t, "1 contact erased", o.shows("hubspot", "erased")[1], "the first run's erasure is not forgotten")
	o.shows("alore", "needs operator")
	o.send("complete-task", map[string]any{"system": "alore", "operator": "Sam", "outcome": "erased", "records": 1, "evidence": "ticket 4711"})
	o.tab("timeline")
	o.sees(`"report":"erasure/ticket-4711/002.json"`)
	o.sees(`"status":"completed_with_exceptions"`) // nobody has her Analytics client id
	require.Equal(t, emils, s.town.Remaining(population.Emil))
	require.NotEmpty(t, emils)
	s.forgotten(population.Dora)
}

// reset runs a request again from its beginning, by the Web UI's own dialog, and
// goes to the new run.
func (o operator) reset(id string) {
	o.Helper()
	o.press("button", "Reset")
	o.press("dialog[open] [data-testid=workflow-reset-event-id-select-button]", "")
	o.press("[role=option]", "4 - WorkflowTaskCompleted")
	o.enter("dialog[open] [data-testid=reset-reason]", "look again")
	o.picture("reset")
	o.press("dialog[open] [data-testid=confirm-modal-button]", "")
	o.closed()
	o.page(id)
}

// waits waits until a command is asked for.
func (s *served) waits(id, command string) {
	s.Helper()
	var last result
	require.Eventually(s, func() bool {
		last = s.do("show", id)
		return strings.Contains(last.out, command)
	}, patience, 300*time.Millisecond, "last:\n%s\nlog:\n%s", lazily(func() string { return last.out + last.err }), lazily(s.log))
}

// TestAMaskedViewNeverNamesThePerson looks at a completed request as an operator
// whose token has no grant, everywhere in the Web UI, and then as one who has.
func TestAMaskedViewNeverNamesThePerson(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	site := newSite(t)
	var ui string
	kim, sam := site.desk(&ui, "the-token-of-kim-0123456789"), site.desk(&ui, "the-token-of-sam-0123456789")
	site.write("kim.key", "the-token-of-kim-0123456789")
	site.write("sam.key", "the-token-of-sam-0123456789")
	site.edit("lethe.yaml", "vault:", "codec_server:\n  ui_origins: ["+kim+", "+sam+"]\n  tokens:\n"+
		"    - {name: kim, token: \"file:kim.key\"}\n    - {name: sam, token: \"file:sam.key\", reveal: true}\nvault:")
	s := site.served()
	ui = s.ui
	require.Zero(t, s.do("submit", "--id", "ticket-4711", "--email", population.Ana.Email).code)
	s.until("ticket-4711", "completed, 7 of 7")

	masked := operator{browser: b, ui: kim}
	masked.page("ticket-4711")
	masked.sees(`"report":"erasure/ticket-4711/001.json"`)
	masked.sees("a***@e***.com")
	masked.picture("masked")
	masked.toursWithout(population.Ana)
	require.Contains(t, s.log(), `"caller":"kim"`)

	masked.codec(kim + "/codec/reveal/ticket-4711")
	masked.page("ticket-4711")
	masked.until("the refusal of the codec server", func() bool { return strings.Contains(s.log(), "kim has no grant to see whole identifiers") })
	masked.silent("the timeline, undecoded", population.Ana)

	whole := operator{browser: b, ui: sam}
	whole.page("ticket-4711")
	whole.sees("a***@e***.com") // as long as no reason is given
	whole.codec(sam + "/codec/reveal/ticket-4711")
	whole.page("ticket-4711")
	whole.sees(population.Ana.Email) // the search for it finds what is there
	require.Contains(t, s.log(), `"caller":"sam"`)
	require.NotContains(t, s.log(), population.Ana.Email)
}

// toursWithout opens every tab of a request's page, its events and its query, and
// makes sure that nothing there names the person.
func (o operator) toursWithout(person population.Person) {
	o.Helper()
	for _, tab := range []string{"timeline", "history", "relationships", "workers", "pending-activities", "call-stack", "queries", "user-metadata", "search-attributes", "memo"} {
		o.tab(tab)
		switch tab {
		case "history":
			o.silent(tab, person)
			o.press("button", "2") // the second page of events
		case "queries":
			o.press("[data-testid=query-select-button]", "")
			o.press("[role=option]", "subject")
			o.press("button", "Run Query")
			o.sees(`"value": "+3***34"`) // a query's result is indented
		case "user-metadata":
			o.sees("Current Details")
		}
		o.silent(tab, person)
	}
}

// silent makes sure that nothing on the page, once it is complete, names the
// person.
func (o operator) silent(where string, person population.Person) {
	o.Helper()
	o.settled()
	source := o.source()
	for form, text := range canaries(person) {
		require.NotContains(o, source, text, "%s, in %s", form, where)
	}
}

// settled waits until the page has asked for nothing and changed nothing over
// several looks in a row.
func (o operator) settled() {
	o.Helper()
	var last string
	same := 0
	o.until("the page to stand still", func() bool {
		now, err := ask[string](o.browser, "performance.getEntriesByType('resource').length + ' ' + lethe.text().length")
		if err != nil || now != last {
			same = 0
		}
		last = now
		same++
		return same > 5
	})
}

// codec gives the Web UI another address of the codec server, for this browser.
func (o operator) codec(endpoint string) {
	o.Helper()
	o.press("[data-testid^=data-encoder-status]", "")
	o.press("label[for=use-local-endpoint-radio], #use-local-endpoint-radio", "")
	o.enter("dialog[open] #data-encoder-endpoint-input", endpoint)
	o.picture("codec-server")
	o.press("dialog[open] [data-testid=confirm-modal-button]", "")
	o.closed()
}

// desk is what stands in front of the Web UI of an operator: a proxy that knows
// who it is for, and gives the codec server the operator's token.
func (s *site) desk(ui *string, token string) string {
	s.Helper()
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		target, err := url.Parse(*ui)
		if err != nil {
			return // the request fails for want of a host
		}
		r.SetURL(target)
		if strings.HasPrefix(r.In.URL.Path, "/codec/") {
			r.Out.Header.Set("Authorization", "Bearer "+token)
		}
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
		w.WriteHeader(http.StatusBadGateway) // the Web UI has ended before the browser
	}})
	s.Cleanup(proxy.Close)
	return proxy.URL
}
