package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// operatorsPause is how long the demo's operator takes over a task, so that
// one can see it wait.
const operatorsPause = time.Second

// A sample is a request of the demo, with what should come of it.
type sample struct {
	id, story string
	kind      dsr.Kind
	// ground is that of a restriction.
	ground   dsr.Ground
	person   population.Person
	status   dsr.Status
	outcomes map[string]dsr.State
}

// samples are the demo's requests. Each brings an e-mail address and nothing
// else.
func samples() []sample {
	everywhere := map[string]dsr.State{
		"alore": dsr.Attested, "convertful": dsr.Attested, "search-console": dsr.NotApplicable, "skype": dsr.NotApplicable,
	}
	with := func(more map[string]dsr.State) map[string]dsr.State {
		all := map[string]dsr.State{}
		for _, outcomes := range []map[string]dsr.State{everywhere, more} {
			for system, state := range outcomes {
				all[system] = state
			}
		}
		return all
	}
	return []sample{
		{
			id: "demo-1", kind: dsr.Erasure, story: "a customer whom every system knows; only the CRM knows the phone that leads to the chatbot",
			person: population.Ana, status: dsr.StatusCompleted,
			outcomes: with(map[string]dsr.State{
				"hubspot": dsr.Erased, "gist": dsr.Erased, "landbot": dsr.Erased, "website": dsr.Erased, "google-analytics": dsr.Accepted,
			}),
		},
		{
			id: "demo-2", kind: dsr.Erasure, story: "a customer whom few systems know; nobody knows the analytics id, and the report says so",
			person: population.Ben, status: dsr.StatusExceptions,
			outcomes: with(map[string]dsr.State{
				"hubspot": dsr.NotFound, "gist": dsr.Erased, "landbot": dsr.NotFound, "website": dsr.Erased, "google-analytics": dsr.CannotIdentify,
			}),
		},
		{
			id: "demo-3", kind: dsr.Erasure, story: "somebody whom no system knows",
			person: population.Nobody, status: dsr.StatusExceptions,
			outcomes: with(map[string]dsr.State{
				"hubspot": dsr.NotFound, "gist": dsr.NotFound, "landbot": dsr.NotFound, "website": dsr.NotFound, "google-analytics": dsr.CannotIdentify,
			}),
		},
		{
			id: "demo-4", kind: dsr.Restriction, ground: dsr.GroundAccuracy,
			story:  "a customer who says that their data are wrong: they are kept and used no more, until somebody lifts the restriction",
			person: population.Zoe, status: dsr.StatusRestricted,
			outcomes: with(map[string]dsr.State{
				"hubspot": dsr.Restricted, "gist": dsr.Restricted, "landbot": dsr.Restricted, "website": dsr.Restricted, "google-analytics": dsr.Attested,
			}),
		},
	}
}

func (s sample) request(now time.Time) dsr.Request {
	return dsr.Request{
		ID: s.id, Kind: s.kind, Ground: s.ground, ReceivedAt: now,
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: s.person.Email}}},
	}
}

// demoOperator is who answers what the samples ask.
const demoOperator = "demo operator"

// operate answers what has waited for a moment.
func (d *demo) operate(ctx context.Context, r dsr.Report) error {
	for _, o := range r.Systems {
		if o.Question == nil || time.Since(o.Question.Since) < operatorsPause {
			continue
		}
		var update, done string
		var params any
		switch o.Question.Kind { //nolint:exhaustive // the samples ask nothing else
		case dsr.QuestionTask:
			update, done = workflows.UpdateCompleteTask, "did the task by hand"
			task := workflows.CompleteTask{System: o.Name, Operator: demoOperator, Evidence: "done by hand; screenshot filed as ticket 4711"}
			if task.Outcome = r.TaskOutcomes()[0]; task.Outcome.Counts() {
				task.Records = 1
			}
			params = task
		case dsr.QuestionIrreversible:
			update, done = workflows.UpdateApprove, "left out what cannot be undone"
			params = workflows.Approve{System: o.Name, Operator: demoOperator, Records: o.Question.Records(), WithoutIrreversible: true}
		default:
			continue
		}
		if err := d.Desk.Update(ctx, r.Kind, r.RequestID, update, params); err != nil {
			return fmt.Errorf("answer %s: %w", o.Name, err)
		}
		d.say("%s  %-16s the demo's operator %s", r.RequestID, o.Name, done)
	}
	return nil
}

// judge prints the first request's report and makes sure that every sample
// ended as it should, by what the vendors now hold and not only by our own
// word.
func (d *demo) judge(ctx context.Context, samples []sample) error {
	var wrong []error
	var people []population.Person
	for i, s := range samples {
		r, err := d.Archive.Latest(ctx, s.kind, s.id)
		if err != nil {
			return fmt.Errorf("read the report of %s: %w", s.id, err)
		}
		if i == 0 {
			fmt.Fprintln(d.out)
			if err := report.Text(d.out, r); err != nil {
				return err
			}
			fmt.Fprintln(d.out)
		}
		wrong = append(wrong, s.differences(r)...)
		wrong = append(wrong, d.look(s))
		people = append(people, s.person)
		d.say("%s  %s", s.id, report.StatusText(r.Status))
	}
	if harmed := d.town.Harmed(people...); len(harmed) > 0 {
		wrong = append(wrong, fmt.Errorf("%d records of other people were touched", len(harmed)))
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("the demo did not end as it should: %w", err)
	}
	d.say("All %d samples ended as they should; nobody else's record was touched.", len(samples))
	return nil
}

// look says what is wrong with what the vendors hold of the sample's person: an
// erased one's records are gone, a restricted one's are all there, and changed in
// every system.
func (d *demo) look(s sample) error {
	left := d.town.Remaining(s.person)
	if s.kind == dsr.Erasure {
		if len(left) > 0 {
			return fmt.Errorf("%s: the vendors still hold %d of the person's records", s.id, len(left))
		}
		return nil
	}
	if gone := len(d.town.RecordsOf(s.person)) - len(left); gone > 0 {
		return fmt.Errorf("%s: %d of the person's records are gone", s.id, gone)
	}
	touched := d.town.Harmed() // whoever they belong to
	for system, state := range s.outcomes {
		theirs := func(r population.Record) bool { return r.System == system && slices.Contains(left, r) }
		if state == dsr.Restricted && !slices.ContainsFunc(touched, theirs) {
			return fmt.Errorf("%s: nothing was restricted in %s", s.id, system)
		}
	}
	return nil
}

// differences says how a report differs from what should have come.
func (s sample) differences(r dsr.Report) []error {
	var wrong []error
	if r.Status != s.status {
		wrong = append(wrong, fmt.Errorf("%s is %s instead of %s", s.id, r.Status, s.status))
	}
	if len(r.Systems) != len(s.outcomes) {
		wrong = append(wrong, fmt.Errorf("%s has %d systems instead of %d", s.id, len(r.Systems), len(s.outcomes)))
	}
	for _, o := range r.Systems {
		if want := s.outcomes[o.Name]; o.State != want {
			wrong = append(wrong, fmt.Errorf("%s: %s is %s instead of %s", s.id, o.Name, o.State, want))
		}
	}
	return wrong
}

// onDuty has the demo's operator answer what requests ask that came through the
// gateway, until the context ends. Those from the command line are left to whoever
// tries it.
func (d *demo) onDuty(ctx context.Context) error {
	ticker := time.NewTicker(operatorsPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		lines, err := d.Desk.List(ctx, requests.Filter{OpenOnly: true, Waiting: true}, attended)
		if err != nil {
			continue // it is asked again
		}
		for _, line := range lines {
			if err := d.attend(ctx, line); err != nil && ctx.Err() == nil {
				d.say("%s  the demo's operator could not answer: %v", line.ID, err)
			}
		}
	}
}

// attended is how many requests the demo's operator looks after.
const attended = 50

// attend answers what a request asks if it came through the gateway.
func (d *demo) attend(ctx context.Context, line requests.Line) error {
	r, err := d.Desk.Request(ctx, line.Kind, line.ID)
	if err != nil || r.Intake == nil {
		return err
	}
	status, _, err := d.Desk.Status(ctx, line.Kind, line.ID)
	if err != nil {
		return err
	}
	return d.operate(ctx, status)
}

// invite says what can be done while the demo stays up.
func (d *demo) invite(dir string) {
	fmt.Fprintf(d.out, `
The demo stays up; end it with Ctrl-C.
  Web UI     %s
  Temporal   %s
  Gateway    %s

Try it, in a second terminal in this folder:
  export TEMPORAL_ADDRESS=%s LETHE_CONFIG=%s/lethe.yaml
  go run ./cmd/lethe list
  go run ./cmd/lethe show demo-1
  go run ./cmd/lethe report demo-2
  go run ./cmd/lethe show demo-4
  go run ./cmd/lethe lift demo-4 --reason "the data were corrected"
  go run ./cmd/lethe systems
  go run ./cmd/lethe submit --kind erasure --id demo-5 --email "%s"
  go run ./cmd/lethe show demo-5 --watch
`, d.Engine.UIURL(), d.Engine.Address(), d.Gateway.URL(), d.Engine.Address(), dir, population.Oneil.Email)
	id := uuid.NewString()
	fmt.Fprintf(d.out, `
Hand a request in as a company's DSAR system does, and ask where it stands:
  curl -sw '\n' %[1]s/v2/requests -H 'Authorization: Bearer demo' -H 'Content-Type: application/json' -d '%[3]s'
  curl -sw '\n' %[1]s/v2/requests/%[2]s -H 'Authorization: Bearer demo'

Within half a minute it says "result":"completed"; the demo's operator does what takes a person. Its "request_status"
stays "in_progress" all the same: Google has promised the deletion and not done it yet (docs/intake.md).
`, d.Gateway.URL(), id, sampleBody(id, time.Now()))
}

// sampleBody is a request in the words of OpenDSR, for somebody whom the CRM knows.
// The extension brings what OpenDSR has no word for.
func sampleBody(id string, now time.Time) string {
	return fmt.Sprintf(`{"regulation": "gdpr", "subject_request_id": %q, "subject_request_type": "erasure", "submitted_time": %q, `+
		`"subject_identities": [{"identity_type": "email", "identity_value": %q, "identity_format": "raw"}], `+
		`"extensions": {%q: {"identities": [{"identity_type": "ga_client_id", "identity_value": "1203984790.1718000009"}]}}}`,
		id, now.UTC().Format(time.RFC3339), population.Carla.Email, demoDomain)
}
