package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// inForce reports whether a restriction is in force and nothing is under way: it
// stays like that until somebody lifts it.
func inForce(r dsr.Report) bool {
	return r.Answered() && r.Status != dsr.StatusOpen && !r.Restriction.Lift.Noticed() && r.Restriction.SupersededBy == ""
}

// inForceText is the status of a restriction that is in force. Its request is not
// completed, whatever its systems say.
func inForceText(s dsr.Status) string {
	if s == dsr.StatusExceptions {
		return report.StatusText(dsr.StatusRestricted) + " with exceptions"
	}
	return report.StatusText(s)
}

// restrictionText says how a restriction stands, a line for each thing to know.
func restrictionText(r dsr.Report) string {
	if r.Restriction == nil {
		return ""
	}
	var b strings.Builder
	line := func(label, format string, arguments ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, fmt.Sprintf(format, arguments...))
	}
	held := r.Restriction
	if held.Ground == "" {
		line("ground", "not named yet")
	} else {
		line("ground", "%s, GDPR %s%s", held.Ground, held.Ground.Article(), namedText(held))
		line("until", "%s", held.Until)
	}
	if r.Answered() {
		line("in force", "since %s", minute(held.InForceSince))
	}
	if lift := held.Lift; lift != nil {
		line("lifting", "asked for by %s, %s: %s", lift.Operator, minute(lift.At), lift.Reason)
		if lift.Noticed() {
			line("notice", "sent %s, confirmed by %s: %s", minute(lift.NoticeSentAt), lift.NoticeBy, lift.NoticeEvidence)
		}
	}
	if held.SupersededBy != "" {
		line("ended", "by erasure %s, for which it made way; nothing was given back", held.SupersededBy)
	}
	return b.String()
}

// namedText says who named the ground, if the request came without.
func namedText(r *dsr.RestrictionRecord) string {
	if r.NamedBy == "" {
		return ""
	}
	return fmt.Sprintf(", named by %s, %s", r.NamedBy, minute(r.NamedAt))
}

// groundText tells a person what to do about a restriction that came without a ground.
func groundText(r dsr.Report) string {
	if !r.AwaitsGround() {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nthe ground waits for a person since %s: find out why the processing is to be restricted; approving says it for all systems\n",
		minute(r.StartedAt))
	for _, g := range dsr.Grounds() {
		fmt.Fprintf(&b, "  lethe approve %s --ground %-9s   %s\n", requests.Name{Kind: r.Kind, ID: r.RequestID}, g, g.Article())
	}
	return b.String()
}

// relatedText names other requests of the same person.
func relatedText(r dsr.Report) string {
	var b strings.Builder
	for _, other := range r.Related {
		name := requests.Name{Kind: other.Kind, ID: other.RequestID}
		fmt.Fprintf(&b, "%-12s %s, begun %s, %s", "related", name.Full(), minute(other.StartedAt), cmp.Or(other.Ended, "under way when met"))
		if d := other.Decision; d != nil {
			fmt.Fprintf(&b, "; %s by %s: %s", d.Name, d.Operator, d.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// driftText says what has undone the restriction, and what lifting has left.
func driftText(r dsr.Report) string {
	var b strings.Builder
	for _, o := range r.Systems {
		if o.Drifts > 0 {
			fmt.Fprintf(&b, "%s: undone by somebody %s and restored, last on %s\n", o.Name, times(o.Drifts), minute(o.DriftedAt))
		}
		for _, left := range o.Left {
			fmt.Fprintf(&b, "%s: not as before: %s\n", o.Name, left)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

// noticeText tells a person what to do before a restriction is lifted.
func noticeText(r dsr.Report) string {
	if !r.AwaitsNotice() {
		return ""
	}
	name := requests.Name{Kind: r.Kind, ID: r.RequestID}
	return fmt.Sprintf("\nthe notice waits for a person since %s: tell the subject that the restriction is lifted, and why\n"+
		"  lethe lifting-notice %s\n  lethe confirm-notice %s --evidence \"…\"\n", minute(r.Restriction.Lift.At), name, name)
}

// conflictText tells a person what to decide if a restriction stands in an
// erasure's way.
func conflictText(r dsr.Report) string {
	for _, o := range r.Systems {
		if o.Question != nil && o.Question.Kind == dsr.QuestionConflict {
			name := requests.Name{Kind: r.Kind, ID: r.RequestID}
			return fmt.Sprintf("\na restriction waits for a decision since %s\n  %s\n"+
				"  lethe resolve-conflict %s --erase --reason \"…\"   to go on, which ends the restriction\n"+
				"  lethe resolve-conflict %s --stop --reason \"…\"    to end the erasure\n", minute(o.Question.Since), o.Question.Text, name, name)
		}
	}
	return ""
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// minute is how moments are shown on a terminal.
func minute(t time.Time) string { return t.Format("2006-01-02 15:04") }
