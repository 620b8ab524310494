package report

import (
	"slices"
	"time"

	"ite.digital/lethe/dsr"
)

// An event is a line of the text's timeline.
type event struct {
	at   time.Time
	what string
}

// timeline writes what happened, in its order. The clocks that the times are from differ
// by fractions of a second: within one, the order is that of cause and effect.
func (t *textReport) timeline(r dsr.Report) {
	events := append(beginning(r), ofRuns(r.Earlier)...)
	for _, o := range r.Systems {
		events = append(events, ofSystem(o)...)
	}
	events = append(events, ending(r)...)
	events = slices.DeleteFunc(events, func(e event) bool { return e.at.IsZero() })
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Truncate(time.Second).Compare(b.at.Truncate(time.Second)) })
	t.line("\nTimeline")
	for _, e := range events {
		t.line("  %s  %s", e.at.Format(moment), e.what)
	}
}

// beginning is what happened to the request as a whole and leads to what happens at the
// systems.
func beginning(r dsr.Report) []event {
	events := []event{{r.ReceivedAt, "the request was received"}}
	if c := r.Identity; c != nil {
		events = append(events, event{c.AskedAt, "proof of identity was asked for by " + c.Operator}, event{c.AnsweredAt, "proof of identity was received, confirmed by " + c.ConfirmedBy})
	}
	if e := r.Extension; e != nil {
		events = append(events, event{e.At, "the deadline was extended by " + e.Operator}, event{e.NoticeSentAt, "the subject was told of the extension"})
	}
	events = append(events, event{r.StartedAt, "the search began"})
	for _, m := range r.Related {
		if m.Decision != nil {
			events = append(events, event{m.Decision.At, m.Decision.Name + " by " + m.Decision.Operator})
		}
	}
	if c := r.Cancellation; c != nil {
		events = append(events, event{c.At, "the request was cancelled by " + c.Operator})
	}
	if held := r.Restriction; held != nil && held.Lift != nil {
		events = append(events, event{held.Lift.At, "lifting was asked for by " + held.Lift.Operator})
	}
	return events
}

// ending is what comes of what happened at the systems.
func ending(r dsr.Report) []event {
	var events []event
	if held := r.Restriction; held != nil {
		events = append(events, event{held.InForceSince, "the restriction came into force"})
		if lift := held.Lift; lift != nil {
			events = append(events, event{lift.NoticeSentAt, "the subject was told of the lifting, confirmed by " + lift.NoticeBy})
		}
	}
	return append(events, event{r.CompletedAt, "the report was completed"}, event{r.DueAt, "the answer is due"})
}

// ofSystem is what happened at one system.
func ofSystem(o dsr.Outcome) []event {
	var events []event
	for _, a := range o.Actions {
		events = append(events, event{a.At, o.Title + ": " + a.Name + " by " + a.Operator})
	}
	events = append(events, event{o.ActedAt, o.Title + ": told to act"})
	for _, gone := range o.Outages {
		events = append(events, event{gone.From, o.Title + ": no usable answer from here on"}, event{gone.Until, o.Title + ": answers again"})
	}
	return append(events,
		event{o.VerifiedAt, o.Title + ": looked again"}, event{o.DriftedAt, o.Title + ": found undone"},
		event{o.SettledAt, o.Title + ": " + StateText(o)}, event{o.ExpectedBy, o.Title + ": promised to be done"})
}

// ofRuns is what happened in earlier runs.
func ofRuns(runs []dsr.Run) []event {
	var events []event
	for _, run := range runs {
		events = append(events, event{run.StartedAt, "an earlier run began"}, event{run.EndedAt, "an earlier run ended"})
		for _, a := range run.Actions {
			events = append(events, event{a.At, "in an earlier run: " + a.Name + " by " + a.Operator})
		}
		for _, attempt := range run.Systems {
			for _, a := range attempt.Actions {
				events = append(events, event{a.At, "in an earlier run: " + attempt.System + ": " + a.Name + " by " + a.Operator})
			}
		}
	}
	return events
}
