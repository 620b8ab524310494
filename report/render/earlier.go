package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/dsr"
)

// A runView is an earlier run as a page shows it.
type runView struct {
	Title, Ended string
	Fields       []field
	Actions      []string
	Systems      []attemptView
}

// An attemptView is what an earlier run did at one system.
type attemptView struct {
	Title, Records string
	// Notes are what operators did, and outages.
	Notes []string
	Calls []callView
}

// run is what is said of an earlier run, the number-th; what happened in it goes
// into the timeline.
func (v *viewer) run(number int, r dsr.Run) runView {
	say := v.words.say
	view := runView{Title: say("earlier.run", number), Ended: say("ended." + r.Ended)}
	view.Fields = slices.DeleteFunc([]field{
		{say("earlier.began"), v.at(r.StartedAt)}, {say("earlier.ended"), v.at(r.EndedAt)}, {say("earlier.report"), r.Report},
	}, func(f field) bool { return f.Value == "" })
	view.Actions = v.actions(r.Actions)
	v.event(r.StartedAt, say("event.run.started", number))
	v.event(r.EndedAt, say("event.run.ended", number, view.Ended))
	for _, a := range r.Actions {
		v.event(a.At, say("event.run.action", number, a.Name, a.Operator))
	}
	for _, a := range r.Systems {
		title := v.titleOf(a.System)
		view.Systems = append(view.Systems, attemptView{title, v.records(a.Records), append(v.actions(a.Actions), v.outages(a.Outages)...), v.calls(a.Calls)})
		for _, action := range a.Actions {
			v.event(action.At, say("event.action", title, action.Name, action.Operator))
		}
	}
	return view
}

// titleOf is what people call the system; one that is no longer configured has its
// name only.
func (v *viewer) titleOf(system string) string {
	for _, o := range v.report.Systems {
		if o.Name == system {
			return cmp.Or(o.Title, o.Name)
		}
	}
	return system
}

// records counts records in a line.
func (v *viewer) records(counts []dsr.RecordCount) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = fmt.Sprintf("%s × %d (%s)", v.recordKind(c.Kind), c.Count, v.words.say("state."+string(c.State)))
	}
	return strings.Join(parts, v.comma())
}

// recordKind names a kind of record. Vendors' words are shown as they are.
func (v *viewer) recordKind(kind string) string {
	if kind == dsr.HandCounted {
		return v.words.say("records.by_hand")
	}
	return kind
}

func (v *viewer) actions(all []dsr.Action) []string {
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = v.words.say("action", v.at(a.At), a.Name, a.Operator)
		switch {
		case a.Outcome != "":
			texts[i] = v.words.say("action.task", v.at(a.At), a.Name, a.Operator, v.taskOutcome(a), a.Text)
		case a.Text != "":
			texts[i] = v.words.say("action.text", v.at(a.At), a.Name, a.Operator, a.Text)
		}
	}
	return texts
}

// taskOutcome is what the operator says came of a task.
func (v *viewer) taskOutcome(a dsr.Action) string {
	key := "task." + string(a.Outcome)
	if a.Outcome.Counts() {
		return v.words.say(key, a.Records)
	}
	return v.words.say(key)
}

// outages says from when until when a system gave no answer that could be used, and when it
// was asked again: how long it was away nobody knows.
func (v *viewer) outages(all []dsr.Outage) []string {
	texts := make([]string, len(all))
	for i, o := range all {
		if o.Until.IsZero() {
			texts[i] = v.words.say("outage.open", v.at(o.From), v.at(o.LastFailed), o.Attempts)
			continue
		}
		texts[i] = v.words.say("outage.text", v.at(o.From), v.at(o.LastFailed), v.at(o.Until), o.Attempts)
	}
	return texts
}

func (v *viewer) calls(all []dsr.Call) []callView {
	calls := make([]callView, len(all))
	for i, c := range all {
		answer := strconv.Itoa(c.Status)
		if c.Status == 0 {
			answer = v.words.say("calls.silence")
		}
		calls[i] = callView{c.Method, strings.SplitAfter(c.Path, "/"), answer, strconv.Itoa(c.Count), c.RequestIDs}
	}
	return calls
}

// identity is what is said of the wait for proof of who the person is.
func (v *viewer) identity(c *dsr.IdentityCheck) []field {
	if c == nil {
		return nil
	}
	say := v.words.say
	fields := []field{
		{say("identity.asked"), v.at(c.AskedAt)}, {say("identity.by"), c.Operator}, {say("identity.why"), c.Reason}, {say("identity.clock"), c.ClockRunsOn},
	}
	v.event(c.AskedAt, say("event.identity.asked", c.Operator))
	if c.Open() {
		return append(fields, field{say("identity.open"), say("identity.open.text")})
	}
	v.event(c.AnsweredAt, say("event.identity.answered", c.ConfirmedBy))
	fields = append(fields, field{say("identity.answered"), v.at(c.AnsweredAt)}, field{say("identity.confirmed"), c.ConfirmedBy}, field{say("identity.evidence"), c.Evidence})
	if c.WaitedDays > 0 {
		fields = append(fields, field{say("identity.days"), strconv.Itoa(c.WaitedDays)})
	}
	return fields
}
