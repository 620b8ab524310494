package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// The search attributes of a request: what Temporal's lists show and can be
// asked for. None of them names anybody.
const (
	// AttributeKind is the kind of request.
	AttributeKind = "LetheKind"
	// AttributeStatus is where the request stands: a [dsr.Status].
	AttributeStatus = "LetheStatus"
	// AttributeDueAt is until when it must be answered.
	AttributeDueAt = activities.AttributeDueAt
	// AttributeAttention names the systems that wait for a person.
	AttributeAttention = "LetheAttention"
)

var (
	keyStatus    = temporal.NewSearchAttributeKeyKeyword(AttributeStatus)
	keyDueAt     = temporal.NewSearchAttributeKeyTime(AttributeDueAt)
	keyAttention = temporal.NewSearchAttributeKeyKeywordList(AttributeAttention)
)

// attributes are the values of the search attributes that change.
type attributes struct {
	status    dsr.Status
	dueAt     time.Time
	attention string // names, joined, so that values compare
}

// show keeps what Temporal's lists and the Web UI say of the request up to date
// until the request is over.
func (e *process) show(ctx workflow.Context) {
	for !e.archived {
		e.publish(ctx)
		shown, details := e.attributes(ctx), e.details()
		err := workflow.Await(ctx, func() bool {
			return e.archived || e.attributes(ctx) != shown || e.details() != details
		})
		if err != nil {
			return // the request is cancelled
		}
	}
}

// publish brings search attributes and details up to date. Only attributes that
// have changed are written to the history.
func (e *process) publish(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, e.details())
	now := e.attributes(ctx)
	var updates []temporal.SearchAttributeUpdate
	if now.status != e.published.status {
		updates = append(updates, keyStatus.ValueSet(string(now.status)))
	}
	if !now.dueAt.Equal(e.published.dueAt) {
		updates = append(updates, keyDueAt.ValueSet(now.dueAt))
	}
	switch {
	case now.attention == e.published.attention:
	case now.attention == "":
		updates = append(updates, keyAttention.ValueUnset())
	default:
		updates = append(updates, keyAttention.ValueSet(strings.Split(now.attention, " ")))
	}
	e.published = now
	if len(updates) == 0 {
		return
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		// It fails for attributes of another type only, which is a mistake here.
		workflow.GetLogger(ctx).Error("the search attributes cannot be written")
	}
}

func (e *process) attributes(ctx workflow.Context) attributes {
	due, status := e.deadlines.Due, dsr.StatusOpen
	if e.archived || e.inForce() { // until then the report says that it is open
		status = e.report().Status
	}
	if status == dsr.StatusOpen && e.isOverdue(workflow.Now(ctx)) {
		status = dsr.StatusOverdue
	}
	return attributes{status: status, dueAt: due, attention: short(e.waiting())}
}

// maxAttention bounds the names in LetheAttention, in bytes: Temporal ends a
// workflow whose value is longer than 2 KiB.
const maxAttention = 1500

// short joins names, as many as there is room for.
func short(names []string) string {
	text := ""
	for _, name := range names {
		if len(text)+len(name) > maxAttention {
			return text + " more"
		}
		text = strings.TrimPrefix(text+" "+name, " ")
	}
	return text
}

// waiting names the systems that wait for a person, missing all that are not
// done.
func (e *process) waiting() []string {
	names := e.named(func(s dsr.State) bool { return s == dsr.NeedsOperator })
	if e.awaitsGround() {
		names = append(names, dsr.GroundTask)
	}
	if e.awaitsNotice() {
		names = append(names, dsr.NoticeTask)
	}
	if e.unarchived != nil {
		names = append(names, dsr.ArchiveTask)
	}
	return names
}

func (e *process) missing() []string { return e.named(dsr.State.Open) }

func (e *process) named(in func(dsr.State) bool) []string {
	var names []string
	for _, s := range e.systems {
		if in(s.outcome.State) {
			names = append(names, s.plan.Name)
		}
	}
	slices.Sort(names)
	return names
}

// details is the request as the Web UI shows it: a line for each system, those
// that wait for a person first, with what they ask.
func (e *process) details() string {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("%s request **%s**, due %s (%s)\n\n", e.request.Kind, e.request.ID, e.deadlines.Due.Format(time.DateOnly), e.deadlines.Profile.Ref()))
	if note := e.report().ApprovalNote(); note != "" {
		b.WriteString(cell(upperFirst(note)) + ".\n\n")
	}
	if e.unarchived != nil {
		b.WriteString("**" + cell(upperFirst(e.unarchived.String())) + "**. It is tried again until it works.\n\n")
	}
	if e.identity.Open() {
		b.WriteString(fmt.Sprintf("Proof of identity was asked for on %s; nothing is erased until it is confirmed.\n\n", e.identity.AskedAt.Format(time.DateOnly)))
	}
	if e.restriction != nil {
		b.WriteString(e.restrictionLine())
	}
	for _, conflict := range e.conflicts {
		b.WriteString(fmt.Sprintf("Restriction **%s** (%s) has arrived; nothing is erased until %s.\n\n", cell(conflict.RequestID), conflict.Ground.Cite(), UpdateResolveConflict))
	}
	b.WriteString("| system | state | records | attempts | question |\n|---|---|---|---|---|\n")
	for _, waiting := range []bool{true, false} {
		for _, s := range e.systems {
			if (s.outcome.State == dsr.NeedsOperator) == waiting {
				b.WriteString(s.line())
			}
		}
	}
	return b.String()
}

// upperFirst begins a sentence.
func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// restrictionLine says how the restriction stands.
func (e *process) restrictionLine() string {
	r := e.restriction
	text := fmt.Sprintf("Restricted under %s until %s.", r.Ground.Article(), cell(r.Until))
	if r.Ground == "" {
		text = "**It came without a ground: name one with " + UpdateApprove + "; nothing is restricted before.**"
	}
	switch {
	case r.SupersededBy != "":
		text += " It ended by the erasure **" + cell(r.SupersededBy) + "**."
	case e.awaitsNotice():
		text += " **Lifting was asked for by " + cell(r.Lift.Operator) + ": tell the subject, then " + UpdateConfirmNotice + ".**"
	case r.Lift.Noticed():
		text += " It is lifted; the subject was told on " + r.Lift.NoticeSentAt.Format(time.DateOnly) + "."
	case !r.InForceSince.IsZero():
		text += " In force since " + r.InForceSince.Format(time.DateOnly) + "."
	}
	return text + "\n\n"
}

// line is the system's line in the details.
func (s *system) line() string {
	state := strings.ReplaceAll(string(s.outcome.State), "_", " ")
	text := s.outcome.Explanation
	if s.outcome.Question != nil {
		state, text = "**"+state+"**", s.outcome.Question.Text+candidates(*s.outcome.Question)
	}
	if !s.outcome.ExpectedBy.IsZero() {
		state += " until " + s.outcome.ExpectedBy.Format(time.DateOnly)
	}
	if s.outcome.Drifts > 0 {
		text = strings.TrimPrefix(fmt.Sprintf("%s; restored %d times", text, s.outcome.Drifts), "; ")
	}
	var records []string
	for _, r := range s.outcome.Records {
		records = append(records, fmt.Sprintf("%d %s %s", r.Count, r.Kind, strings.ReplaceAll(string(r.State), "_", " ")))
	}
	return fmt.Sprintf("| %s | %s | %s | %d | %s |\n", s.plan.Name, state, cmp.Or(cell(strings.Join(records, ", ")), "–"), s.outcome.Attempts, cell(text))
}

// maxSideBySide is how many records are shown with what is on them: details are bounded.
const maxSideBySide = 5

// candidates names the records that a question is about, beside what is known of the subject.
func candidates(q dsr.Question) string {
	if len(q.Candidates) == 0 {
		return ""
	}
	names := make([]string, len(q.Candidates))
	for i, c := range q.Candidates {
		names[i] = c.Record
		if doubt := c.Doubt(); doubt != "" {
			names[i] += " (" + doubt + ")"
		}
		if len(c.Carries) > 0 && i < maxSideBySide {
			names[i] += ": " + dsr.List(c.Carries)
		}
	}
	text := ". Records: " + strings.Join(names, ", ")
	if len(q.Subject) > 0 {
		text += ". The subject: " + dsr.List(q.Subject)
	}
	return text
}

// markup are the characters of which Markdown and HTML make structure within a line.
const markup = "\\`*_[]<>|~#"

// cell keeps a text that people or vendors wrote within its cell of a Markdown table, or its
// line: it is shown as it was written.
func cell(text string) string {
	var b strings.Builder
	for _, r := range dsr.OneParagraph(text) {
		if strings.ContainsRune(markup, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
