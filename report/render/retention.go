package render

import (
	"cmp"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
)

// retained says what the system keeps on a legal ground, and who decided it.
func (v *viewer) retained(o dsr.Outcome) []field {
	say := v.words.say
	var fields []field
	for _, r := range o.Retained {
		fields = append(fields,
			field{say("retained.data"), v.retainedData(r)}, field{say("ground"), v.ground(r.Ground, true)}, field{say("reason"), r.Reason},
			field{say("retained.review"), r.ReviewOn}, field{say("retained.by"), say("retained.decided", r.DecidedBy, v.at(r.DecidedAt))})
	}
	return fields
}

// retainedData is what is kept.
func (v *viewer) retainedData(r dsr.Retention) string {
	data := strings.Join(r.Categories, v.comma())
	if r.Records > 0 {
		data = v.words.say("retained.counted", data, r.Records)
	}
	return data
}

// ground is a legal ground in words, with its article where that is of the law that
// applies.
func (v *viewer) ground(g dsr.RetentionGround, gdpr bool) string {
	text := v.words.say("retained." + string(g))
	if gdpr && g.Known() {
		text += " (" + v.words.say("retained.article", v.words.say("point."+g.Point())) + ")"
	}
	return text
}

// retainedReason says in one line what is kept and why, for records.
func (v *viewer) retainedReason(o dsr.Outcome) string {
	texts := make([]string, len(o.Retained))
	for i, r := range o.Retained {
		texts[i] = v.words.say("retained.line", v.retainedData(r), v.ground(r.Ground, true), r.Reason, r.ReviewOn)
	}
	return cmp.Or(strings.Join(texts, " "), v.explanation(o))
}

// retainedBy is what letters say of each decision to keep data.
func (v *viewer) retainedBy(who recipient, o dsr.Outcome, gdpr bool) []recipient {
	if len(o.Retained) == 0 {
		who.Reason = o.Explanation
		return []recipient{who}
	}
	all := make([]recipient, len(o.Retained))
	for i, r := range o.Retained {
		who.Reason, who.Data, who.Ground, who.Review = r.Reason, strings.Join(r.Categories, v.comma()), v.ground(r.Ground, gdpr), r.ReviewOn
		if day, err := time.Parse(time.DateOnly, r.ReviewOn); err == nil {
			who.Review = v.words.day(day)
		}
		all[i] = who
	}
	return all
}
