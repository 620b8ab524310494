package render

import (
	"cmp"
	"strings"

	"ite.digital/lethe/dsr"
)

// exceptions say, in the language of the page, what is not as it should be. Those of
// reports that say more than their outcomes do are shown as they are written.
func (v *viewer) exceptions() []string {
	var texts []string
	for _, o := range v.report.Systems {
		if text := v.exception(o); text != "" {
			texts = append(texts, v.words.say("exception.of", cmp.Or(o.Title, o.Name), text))
		}
	}
	if len(texts) != len(v.report.Exceptions) {
		return v.report.Exceptions
	}
	return texts
}

func (v *viewer) exception(o dsr.Outcome) string {
	say := v.words.say
	switch kind := o.Exception(); kind {
	case "":
		return ""
	case dsr.ExceptionLeftOut, dsr.ExceptionUnidentified:
		return v.explanation(o)
	case dsr.ExceptionUnknown:
		return say("exception.unknown", string(o.State))
	case dsr.ExceptionNotGivenBack:
		return say("exception.not_given_back", strings.Join(o.Left, "; "))
	default:
		return say("exception." + string(kind))
	}
}

// explanation says why the outcome is what it is, in the language of the page but for
// what people wrote, unless the decisions to keep data say more.
func (v *viewer) explanation(o dsr.Outcome) string {
	say := v.words.say
	if n, ok := dsr.OthersKeptIn(o.Explanation); ok {
		return say("why.others", n)
	}
	switch {
	case o.State == dsr.Retained && len(o.Retained) > 0:
		return ""
	case o.State == dsr.CannotIdentify && len(o.Needs) > 0 && o.Explanation != "":
		types := make([]string, len(o.Needs))
		for i, t := range o.Needs {
			types[i] = v.idType(t)
		}
		text := say("why.cannot_identify", strings.Join(types, v.comma()))
		if v.gdpr() {
			text += " (" + say("why.article") + ")"
		}
		return text
	case o.State == dsr.Skipped:
		return v.leftOut(o)
	}
	return o.Explanation
}

// leftOut says why a person left the system out, and what had been ordered by then.
func (v *viewer) leftOut(o dsr.Outcome) string {
	say := v.words.say
	text := o.Explanation
	decision, decided := leftOutBy(o)
	switch c := v.report.Cancellation; {
	case decided && decision.Outcome == dsr.TaskNotDone:
		text = say("why.not_done", decision.Text)
	case decided:
		text = say("why.skipped", decision.Text)
	case c != nil && strings.Contains(o.Explanation, c.Text):
		text = say("why.cancelled", c.Text)
	default:
		return text
	}
	if strings.Contains(o.Explanation, "an erasure was under way") {
		text += v.semicolon() + say("why.underway")
	}
	return text
}

// leftOutBy is what a person did that left the system out; ok is false if nobody did.
func leftOutBy(o dsr.Outcome) (by dsr.Action, ok bool) {
	for _, a := range o.Actions {
		if a.Name == "skip-system" || a.Outcome == dsr.TaskNotDone {
			by, ok = a, true
		}
	}
	return by, ok
}

func (v *viewer) semicolon() string {
	if v.words.Direction == "rtl" {
		return "؛ "
	}
	return "; "
}
