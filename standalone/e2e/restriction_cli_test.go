package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
	"ite.digital/lethe/standalone/engine"
)

// newRestrictingSite is a site that checks its restrictions every second. No worker
// runs yet.
func newRestrictingSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "restriction: {check_every: 1s}\nsystems:")
	s.edit("lethe.yaml", "    fields: {ga_client_id: ga_client_id}\n",
		"    fields: {ga_client_id: ga_client_id}\n    restriction_property: "+population.RestrictionProperty+"\n")
	return s
}

// held is everything that the vendors hold of a person and show in their own
// administration, a field an entry. What is empty counts as not there: vendors show
// no difference between what was cleared and what was never set.
func (s *site) held(person population.Person) map[string]string {
	s.Helper()
	found := map[string]string{}
	add := func(record string, fields any) {
		content, err := json.Marshal(fields)
		require.NoError(s, err)
		var parts map[string]json.RawMessage
		require.NoError(s, json.Unmarshal(content, &parts))
		for name, value := range parts {
			if !slices.Contains([]string{`""`, "null", "[]"}, string(value)) {
				found[record+" "+name] = string(value)
			}
		}
	}
	for _, r := range s.town.RecordsOf(person) {
		record := r.System + " " + r.Kind + "/" + r.ID
		switch {
		case r.System == population.HubSpot:
			s.town.HubSpot.Change(r.ID, func(c *hubspot.Contact) { add(record, c.Properties) })
			var shown struct {
				Subscriptions json.RawMessage `json:"subscriptions"`
			}
			require.NoError(s, json.Unmarshal([]byte(s.town.HubSpot.Snapshot()[r.Kind+"/"+r.ID]), &shown))
			add(record, shown)
		case r.System == population.Gist && r.Kind == gist.KindContact:
			s.town.Gist.Change(r.ID, func(c *gist.Contact) { add(record, c) })
		case r.System == population.Landbot:
			s.town.Landbot.Change(r.ID, func(c *landbot.Customer) { add(record, c) })
		case r.System == population.Website:
			s.town.Website.Change(r.Kind, r.ID, func(held *website.Record) { add(record, held) })
		}
	}
	require.NotEmpty(s, found)
	return found
}

// changed are the fields that differ.
func changed(before, now map[string]string) map[string]string {
	different := map[string]string{}
	for field := range maps.Keys(now) {
		if before[field] != now[field] {
			different[field] = now[field]
		}
	}
	for field := range before {
		if _, there := now[field]; !there {
			different[field] = "gone"
		}
	}
	return different
}

// attend does the tasks that wait for a person, until the request is as wished for.
func (s *site) attend(id string, wish func(dsr.Report) bool) dsr.Report {
	s.Helper()
	return s.report(id, func(r dsr.Report) bool {
		for _, o := range r.Systems {
			if o.Question != nil && o.Question.Kind == dsr.QuestionTask { // refused if it does not wait any more
				done := map[dsr.TaskOutcome][]string{
					dsr.TaskErased: {"--erased", "1"}, dsr.TaskRestricted: {"--restricted", "1"}, dsr.TaskLifted: {"--lifted"},
				}[r.TaskOutcomes()[0]]
				_ = s.lethe(append([]string{"complete-task", id, o.Name, "--operator", "sam", "--evidence", "done, ticket 4711"}, done...)...)
			}
		}
		return wish(r)
	})
}

func outcome(r dsr.Report, system string) dsr.Outcome {
	for _, o := range r.Systems {
		if o.Name == system {
			return o
		}
	}
	return dsr.Outcome{}
}

func asks(system string, kind dsr.QuestionKind) func(dsr.Report) bool {
	return func(r dsr.Report) bool {
		question := outcome(r, system).Question
		return question != nil && question.Kind == kind
	}
}

// TestARestrictionIsHeldAndLiftedFromTheCommandLine goes the whole way of a
// restriction and looks at what the vendors hold at each step.
func TestARestrictionIsHeldAndLiftedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newRestrictingSite(t)
	before := s.held(population.Ana)
	s.worker()

	submitted := s.must("submit", "--kind", "restriction", "--ground", "accuracy", "--id", "R-1", "--email", population.Ana.Email)
	require.Contains(t, submitted, "lethe show restriction/R-1 --watch")
	s.report("R-1", in("alore", dsr.NeedsOperator))
	require.Contains(t, s.lethe("lift", "R-1", "--reason", "corrected").err, "not in force yet")
	require.Contains(t, s.lethe("confirm-notice", "R-1", "--evidence", "letter").err, "lift comes first")
	s.report("R-1", asks("landbot", dsr.QuestionIrreversible))
	require.Contains(t, s.must("show", "R-1"), "lethe approve restriction/R-1 landbot --without-irreversible")
	require.Contains(t, s.lethe("approve", "R-1").err, "landbot asks about what cannot be undone: name the system")
	require.Contains(t, s.must("approve", "R-1", "landbot", "--without-irreversible", "--operator", "sam"), ", without what cannot be undone")
	r := s.attend("R-1", is(dsr.StatusRestricted))

	require.Equal(t, map[string]dsr.State{
		"hubspot": dsr.Restricted, "gist": dsr.Restricted, "landbot": dsr.Restricted, "website": dsr.Restricted,
		"analytics": dsr.Attested, "alore": dsr.Attested, "console": dsr.NotApplicable,
	}, states(r))
	restricted := s.held(population.Ana)
	for _, system := range []string{population.HubSpot, population.Gist, population.Landbot, population.Website} {
		require.True(t, touches(changed(before, restricted), system), "%s was not changed: %v", system, changed(before, restricted))
	}
	require.Empty(t, s.town.Harmed(population.Ana))
	require.Contains(t, s.must("show", "R-1", "--watch"), "restricted, 7 of 7 systems done") // ends, for it is in force
	shown := s.must("show", "R-1")
	require.Contains(t, shown, "ground       accuracy, GDPR Art. 18(1)(a)")
	require.Contains(t, shown, "in force     since ")
	require.Regexp(t, `restriction/R-1 +restriction +restricted `, s.must("list"))
	require.Eventually(t, func() bool { return s.lethe("report", "R-1").code == 0 }, patience, 100*time.Millisecond) // it is being archived
	require.Contains(t, s.must("report", "R-1"), "Status       restricted")

	s.rendered("restriction/R-1")
	require.Empty(t, s.named(s.dir, population.Ana))

	s.seenInTheWebUI()

	s.town.Gist.Identify(map[string]any{"email": population.Ana.Email, "unsubscribed_from_emails": false})
	account := s.town.RecordsIn(population.Website, population.Ana)[0]
	require.True(t, s.town.Website.Change(account.Kind, account.ID, func(r *website.Record) { r.Settings[0].Value = "daily" }))
	s.report("R-1", func(r dsr.Report) bool {
		return r.Status == dsr.StatusRestricted && outcome(r, "gist").Drifts == 1 && outcome(r, "website").Drifts == 1
	})
	require.Empty(t, changed(restricted, s.held(population.Ana)), "what was undone is restored")
	require.Contains(t, s.must("show", "R-1"), "gist: undone by somebody once and restored")

	s.lift(restricted)
	s.rendered("restriction/R-1")
	require.Empty(t, s.named(s.dir, population.Ana))

	require.Empty(t, changed(before, s.held(population.Ana)), "everything is as it was before")
	require.Empty(t, s.town.Harmed(population.Ana))
	s.discreet(population.Ana)
	s.namedByKind()
}

// seenInTheWebUI makes sure that the restriction R-1 is listed as such, by the view
// of docs/operators.md, and says how it stands.
func (s *site) seenInTheWebUI() {
	s.Helper()
	c := s.client(s.vault())
	require.Eventually(s, func() bool {
		answer, err := c.CountWorkflow(s.Context(), &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: "default", Query: "LetheStatus = 'restricted' AND ExecutionStatus = 'Running'",
		})
		return err == nil && answer.GetCount() == 1
	}, patience, 200*time.Millisecond)
	answer, err := c.QueryWorkflow(s.Context(), dsr.WorkflowID(dsr.Restriction, "R-1"), "", "__temporal_workflow_metadata")
	require.NoError(s, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s, answer.Get(&metadata))
	require.Contains(s, metadata.GetCurrentDetails(), "Restricted under Art. 18(1)(a) until the accuracy of the data has been verified. In force since ")
}

// touches reports whether a field of the system is among those.
func touches(fields map[string]string, system string) bool {
	for field := range fields {
		if len(field) > len(system) && field[:len(system)] == system {
			return true
		}
	}
	return false
}

// lift lifts the restriction R-1, in the order that the law asks for.
func (s *site) lift(restricted map[string]string) {
	s.Helper()
	lifted := s.must("lift", "R-1", "--operator", "sam", "--reason", "the data were corrected")
	require.Contains(s, lifted, "lethe lifting-notice restriction/R-1")
	require.Contains(s, strings.Join(strings.Fields(s.must("lifting-notice", "R-1", "--language", "fr")), " "), "the data were corrected")
	s.notified("restriction/R-1")
	require.Contains(s, lifted, "lethe confirm-notice restriction/R-1 --evidence")
	require.Contains(s, s.lethe("lift", "R-1", "--reason", "again").err, "asked for before")
	require.Regexp(s, `(?s)restriction/R-1 +notice +notice .*lethe\s+confirm-notice`, s.must("tasks"))
	s.report("R-1", func(r dsr.Report) bool { // it was looked at once more, and stays restricted
		return r.Status == dsr.StatusRestricted && outcome(r, "gist").CheckedAt.After(r.Restriction.Lift.At) && outcome(r, "website").CheckedAt.After(r.Restriction.Lift.At)
	})
	require.Empty(s, changed(restricted, s.held(population.Ana)), "nothing is lifted before the notice")
	require.Contains(s, s.lethe("confirm-notice", "R-1", "--evidence", "letter", "--sent", "2020-01-01").err, "after lifting was asked for")

	s.must("confirm-notice", "R-1", "--operator", "sam", "--evidence", "letter of today, ticket 4711")
	r := s.attend("R-1", func(r dsr.Report) bool { return r.Status == dsr.StatusCompleted })

	require.Equal(s, dsr.Lifted, states(r)["hubspot"])
	require.True(s, r.Restriction.Lift.Noticed())
	s.must("show", "R-1", "--watch") // ends with the request
	for _, name := range []string{"001.json", "002.json"} {
		content, err := os.ReadFile(filepath.Join(s.dir, "reports", "restriction", "R-1", name))
		require.NoError(s, err)
		var archived dsr.Report
		require.NoError(s, json.Unmarshal(content, &archived))
		require.Equal(s, name == "002.json", archived.Restriction.Lift.Noticed(), name)
	}
	require.Contains(s, s.must("archive", "verify"), "2 reports as archived")
	require.Contains(s, s.must("report", "R-1"), "lifted")
	require.Contains(s, s.must("report", "R-1", "--format", "html"), "<html lang=\"en\"")
	require.Contains(s, s.lethe("rerun", "R-1").err, "hand it in anew")
}

// namedByKind makes sure that an id which two requests have names neither of them.
func (s *site) namedByKind() {
	s.Helper()
	// A Temporal that has dropped the request knows it no more; its noted end does.
	elsewhere, err := engine.Start(s.Context(), engine.Options{NoUI: true, SearchAttributes: requests.SearchAttributes()})
	require.NoError(s, err)
	s.Cleanup(elsewhere.Stop)
	forgotten := s.must("forget", "R-1", "--yes", "--address", elsewhere.Address())
	require.Contains(s, forgotten, "is forgotten; its report stays: lethe report restriction/R-1")

	s.must("submit", "--kind", "erasure", "--id", "R-1", "--email", population.Nobody.Email)
	require.Contains(s, s.lethe("show", "R-1").err, "erasure/R-1 and restriction/R-1 are two requests")
	require.Contains(s, s.lethe("forget", "R-1", "--yes").err, "are two requests")
	require.Contains(s, s.must("show", "erasure/R-1"), "erasure request R-1")
	require.Contains(s, s.must("forget", "restriction/R-1", "--yes"), "was forgotten before")
	require.Contains(s, s.must("report", "restriction/R-1"), "Completion report: restriction request R-1")
	require.Contains(s, s.lethe("show", "restriction/R-1").err, "'lethe report restriction/R-1' is what is left")
	require.Regexp(s, `erasure/R-1 +erasure `, s.must("list"))
}

// TestAnErasureWaitsForADecisionOverARestriction decides for the erasure that a
// restriction has interrupted.
func TestAnErasureWaitsForADecisionOverARestriction(t *testing.T) {
	t.Parallel()
	s := newRestrictingSite(t)
	s.worker()
	s.must("submit", "--kind", "erasure", "--approval", "--id", "E-1", "--email", population.Ben.Email)
	s.report("E-1", in("gist", dsr.NeedsOperator))
	s.must("submit", "--kind", "restriction", "--ground", "claims", "--id", "R-2", "--email", population.Ben.Email)
	s.report("E-1", asks("gist", dsr.QuestionConflict))

	require.Contains(t, s.must("show", "E-1"), "lethe resolve-conflict E-1 --stop")
	require.Contains(t, s.must("show", "E-1"), "related      restriction/R-2")
	s.must("resolve-conflict", "E-1", "--erase", "--operator", "sam", "--reason", "the person asked by phone")
	s.report("E-1", func(r dsr.Report) bool {
		_ = s.lethe("approve", "E-1", "--operator", "sam") // refused while nothing waits for it
		_ = s.lethe("complete-task", "E-1", "alore", "--erased", "1", "--operator", "sam", "--evidence", "done")
		return concluded(r)
	})
	ended := s.report("R-2", func(r dsr.Report) bool { return r.Status == dsr.StatusSuperseded })

	require.Equal(t, "E-1", ended.Restriction.SupersededBy)
	require.Contains(t, s.must("show", "R-2"), "ended        by erasure E-1")
}
