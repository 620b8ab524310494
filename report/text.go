package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// Text writes the report for people to read: exceptions first, then each
// system with what is known, how, and what is not covered.
func Text(w io.Writer, r dsr.Report) error {
	var t textReport
	r = dsr.Paragraphs(r)
	t.head(r)
	t.exceptions(r.Exceptions)
	for _, outcome := range r.Systems {
		t.system(r.Kind, outcome)
	}
	for _, run := range r.Earlier {
		t.earlier(run)
	}
	t.timeline(r)
	_, err := io.WriteString(w, t.String())
	return err
}

// moment is how times are written: to the second, in the report's own zone,
// which is named.
const moment = "2006-01-02 15:04:05 MST"

type textReport struct{ strings.Builder }

func (t *textReport) line(format string, arguments ...any) {
	fmt.Fprintf(t, format+"\n", arguments...)
}

// field writes one labelled line of a system, or nothing if there is nothing
// to say.
func (t *textReport) field(label, value string) {
	if value != "" {
		t.line("  %-12s %s", label, value)
	}
}

func (t *textReport) head(r dsr.Report) {
	title := fmt.Sprintf("Completion report: %s request %s", r.Kind, r.RequestID)
	t.line("%s\n%s", title, strings.Repeat("=", len(title)))
	t.line("%-12s %s", "Status", StatusText(r.Standing()))
	t.line("%-12s %s", "Received", r.ReceivedAt.Format(moment))
	t.line("%-12s %s", "Due", strings.TrimSuffix(r.DueAt.Format(moment)+", "+r.Regulation, ", "))
	if e := r.Extension; e != nil {
		t.line("%-12s by %s, %s: %s; the subject was told %s", "Extended", e.Operator, e.At.Format(moment), e.Reason, e.NoticeSentAt.Format(moment))
	}
	if !r.CompletedAt.IsZero() {
		label := "Completed"
		if r.InForce() {
			label = "Reported"
		}
		t.line("%-12s %s", label, r.CompletedAt.Format(moment))
	}
	if c := r.Identity; c != nil {
		t.line("%-12s %s", "Identity", identityText(*c))
	}
	t.restrictionRecord(r.Restriction)
	for _, m := range r.Related {
		t.line("%-12s %s", "Related", relatedText(m))
	}
	if c := r.Cancellation; c != nil {
		t.line("%-12s by %s, %s: %s", "Cancelled", c.Operator, c.At.Format(moment), c.Text)
	}
	if r.Discarded > 0 {
		t.line("%-12s %s", "Discarded", discardedText(r.Discarded))
	}
	types := make([]string, len(r.Searched))
	for i, idType := range r.Searched {
		types[i] = string(idType)
	}
	t.line("%-12s %s", "Searched by", strings.Join(types, ", "))
	for _, token := range r.SubjectTokens {
		t.line("%-12s %s", "Person", "HMAC-SHA-256 "+token)
	}
}

// restrictionRecord writes how a restriction stands.
func (t *textReport) restrictionRecord(r *dsr.RestrictionRecord) {
	if r == nil {
		return
	}
	t.line("%-12s %s", "Ground", groundText(r))
	if !r.InForceSince.IsZero() {
		t.line("%-12s since %s", "In force", r.InForceSince.Format(moment))
	}
	if lift := r.Lift; lift != nil {
		t.line("%-12s asked for by %s, %s: %s", "Lifting", lift.Operator, lift.At.Format(moment), lift.Reason)
		if lift.Noticed() {
			t.line("%-12s the subject was told %s, confirmed by %s: %s", "Notice", lift.NoticeSentAt.Format(moment), lift.NoticeBy, lift.NoticeEvidence)
		}
	}
	if r.SupersededBy != "" {
		t.line("%-12s by erasure request %s; nothing was given back", "Ended", r.SupersededBy)
	}
}

// groundText says why processing is restricted, until when, and by whose word.
func groundText(r *dsr.RestrictionRecord) string {
	if r.Ground == "" {
		return "not named; the request came without one"
	}
	text := r.Ground.Article() + ", until " + r.Until
	if r.NamedBy != "" {
		text += fmt.Sprintf(" (named by %s, %s)", r.NamedBy, r.NamedAt.Format(moment))
	}
	return text
}

// relatedText names another request of the same person.
func relatedText(m dsr.Meeting) string {
	text := string(m.Kind) + " request " + m.RequestID
	if m.Ended != "" {
		text += ", " + m.Ended
	}
	if m.Decision != nil {
		text += "; " + actionText(*m.Decision)
	}
	return text
}

func (t *textReport) exceptions(exceptions []string) {
	if len(exceptions) == 0 {
		return
	}
	t.line("\nExceptions")
	for _, exception := range exceptions {
		t.line("  ! %s", exception)
	}
}

func (t *textReport) system(kind dsr.Kind, o dsr.Outcome) {
	t.line("\n%s (%s): %s", o.Title, o.Name, StateText(o))
	t.field("Processor", strings.TrimSuffix(o.Processor+", "+strings.ReplaceAll(string(o.Role), "_", " "), ", "))
	t.field("Category", o.Category)
	t.field("Records", RecordsText(o.Records))
	t.field("Known by", EvidenceText(kind, o))
	t.field("Unverified", unverifiedText(kind, o))
	t.field("Because", o.Explanation)
	for _, r := range o.Retained {
		t.field("Keeps", fmt.Sprintf("%s: %s; to be reviewed on %s; decided by %s, %s: %s",
			strings.Join(r.Categories, ", "), r.Ground, r.ReviewOn, r.DecidedBy, r.DecidedAt.Format(moment), r.Reason))
	}
	if o.Question != nil {
		t.field("Waits for", o.Question.Text)
	}
	for _, action := range o.Actions {
		t.field("Operator", actionText(action))
	}
	for _, call := range o.Calls {
		t.field("Called", callText(call))
	}
	for _, search := range o.Looked {
		t.field("Asked for", string(search.Type)+": "+strings.ReplaceAll(strings.Join(search.Spellings, ", "), "_", " "))
	}
	for _, name := range o.Unseen {
		t.field("Not seen", name+" (changed; the system does not show it)")
	}
	t.field("Attempts", attemptsText(kind, o))
	if o.Discarded > 0 {
		t.field("Discarded", discardedText(o.Discarded))
	}
	for _, u := range o.Unread {
		t.field("Not used", fmt.Sprintf("%s (%s): %s", u.Field, u.Type, unreadText(u.Reason)))
	}
	t.outages(o.Outages)
	t.field("Times", timesText(o))
	if kind != dsr.Erasure {
		t.restriction(o)
		return
	}
	for _, gap := range o.NotCovered { // by an erasure
		t.field("Not covered", gap)
	}
}

// unreadText says why a vendor's field identifies nobody.
func unreadText(reason string) string {
	switch identity.Reason(reason) {
	case identity.Placeholder:
		return "stands for \"none\""
	case identity.OwnAddress:
		return "an address of our own"
	case identity.NotPersonal:
		return "names a visit or a property, not a person"
	case identity.Spreadsheet:
		return "spoilt by a spreadsheet"
	case identity.Extension:
		return "a number with an extension, which several people share"
	default:
		return "not understood"
	}
}

// discardedText says how much came from elsewhere and was not believed.
func discardedText(n int) string {
	return counted(n, "message") + " that no part of Lethe sent; nothing in them was believed"
}

// outages writes when a system gave no answer that could be used.
func (t *textReport) outages(outages []dsr.Outage) {
	for _, o := range outages {
		if o.Until.IsZero() {
			t.field("Outage", fmt.Sprintf("no usable answer since %s, nor when last asked at %s; %s failed",
				o.From.Format(moment), o.LastFailed.Format(moment), counted(o.Attempts, "attempt")))
			continue
		}
		t.field("Outage", fmt.Sprintf("no usable answer from %s to %s; answered when asked again at %s; %s failed",
			o.From.Format(moment), o.LastFailed.Format(moment), o.Until.Format(moment), counted(o.Attempts, "attempt")))
	}
}

// restriction writes how a restriction stands in the system and what it means there.
func (t *textReport) restriction(o dsr.Outcome) {
	if o.Drifts > 0 {
		t.field("Restored", fmt.Sprintf("%s after somebody had undone it, the last time %s", counted(o.Drifts, "time"), o.DriftedAt.Format(moment)))
	}
	if !o.CheckedAt.IsZero() {
		t.field("Checked", "seen to hold, the last time "+o.CheckedAt.Format(moment))
	}
	for _, left := range o.Left {
		t.field("Not as before", left)
	}
	facts := o.Restriction
	switch {
	case facts == nil:
		return
	case !facts.Able:
		t.field("Unable", facts.Instead)
		return
	}
	for _, fact := range facts.Covers {
		t.field("Stops", fact)
	}
	for _, fact := range facts.GoesOn {
		t.field("Goes on", fact)
	}
	for _, fact := range facts.Irreversible {
		t.field("Not restored", fact)
	}
}

// earlier writes what a run did that was followed by another one.
func (t *textReport) earlier(run dsr.Run) {
	t.line("\nEarlier run, begun %s: %s", run.StartedAt.Format(moment), strings.ReplaceAll(run.Ended, "_", " "))
	t.field("Report", run.Report)
	for _, action := range run.Actions {
		t.field("Operator", actionText(action))
	}
	for _, a := range run.Systems {
		t.field(a.System, RecordsText(a.Records))
		for _, action := range a.Actions {
			t.field(a.System, actionText(action))
		}
		for _, call := range a.Calls {
			t.field(a.System, callText(call))
		}
		t.outages(a.Outages)
	}
}

func identityText(c dsr.IdentityCheck) string {
	text := fmt.Sprintf("proof asked for by %s, %s: %s", c.Operator, c.AskedAt.Format(moment), c.Reason)
	if c.ClockRunsOn != "" {
		text += "; the time ran on: " + c.ClockRunsOn
	}
	if !c.Open() {
		text += fmt.Sprintf("; confirmed by %s, received %s: %s; %d days were added", c.ConfirmedBy, c.AnsweredAt.Format(moment), c.Evidence, c.WaitedDays)
	}
	return text
}

func actionText(a dsr.Action) string {
	text := a.Text
	if a.Outcome != "" {
		text = strings.TrimSuffix(taskText(a)+"; "+a.Text, "; ")
	}
	return strings.TrimSuffix(fmt.Sprintf("%s by %s, %s: %s", a.Name, a.Operator, a.At.Format(moment), text), ": ")
}

// taskText is what the operator says came of a task.
func taskText(a dsr.Action) string {
	text := strings.ReplaceAll(string(a.Outcome), "_", " ")
	if a.Outcome.Counts() {
		text += " (" + counted(a.Records, dsr.HandCounted) + ")"
	}
	return text
}

// StatusText names a request's status for people.
func StatusText(s dsr.Status) string {
	return strings.ReplaceAll(string(s), "_", " ")
}

// StateText names an outcome's state for people, with the date that belongs to
// it.
func StateText(o dsr.Outcome) string {
	text := strings.ReplaceAll(string(o.State), "_", " ")
	switch {
	case (o.State == dsr.Erased || o.State == dsr.Restricted || o.State == dsr.Lifted) && !o.VerifiedAt.IsZero():
		return text + ", verified"
	case o.State == dsr.Accepted && !o.ExpectedBy.IsZero():
		return text + ", expected by " + o.ExpectedBy.Format(time.DateOnly)
	}
	return text
}

// EvidenceText explains how the outcome of a request of the kind is known; "" if it
// claims nothing.
func EvidenceText(kind dsr.Kind, o dsr.Outcome) string {
	switch o.Evidence {
	case dsr.ReadBack:
		if kind == dsr.Restriction && o.State != dsr.NotFound {
			return "the system was asked again and shows the settings as they should be"
		}
		return "the system was asked again and shows nothing of the person"
	case dsr.AcceptedCount:
		return "the system said, record by record, what it took on"
	case dsr.Submission:
		return "the system confirmed that it received the order; nobody can look inside"
	case dsr.PersonsWord:
		return "an operator's word"
	case dsr.Statement:
		return "a statement in the configuration"
	default:
		return ""
	}
}

// unverifiedText says why nobody has looked again, if nobody has.
func unverifiedText(kind dsr.Kind, o dsr.Outcome) string {
	switch {
	case o.State.Open() || !o.VerifiedAt.IsZero():
		return ""
	case o.State == dsr.Accepted:
		return "the system lets nobody look from outside"
	case o.State == dsr.Erased, o.State == dsr.Restricted, o.State == dsr.Lifted:
		if o.Evidence == dsr.PersonsWord {
			return "known by a person's word only"
		}
		return "nobody looked again after the " + map[dsr.Kind]string{dsr.Erasure: "erasure", dsr.Restriction: "change"}[kind]
	}
	return ""
}

// RecordsText counts records for people: "1 contact, 3 conversations erased".
func RecordsText(counts []dsr.RecordCount) string {
	parts := make([]string, len(counts))
	for i, count := range counts {
		parts[i] = counted(count.Count, count.Kind) + " " + string(count.State)
	}
	return strings.Join(parts, ", ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func callText(call dsr.Call) string {
	answer := fmt.Sprintf("status %d", call.Status)
	if call.Status == 0 {
		answer = "no answer"
	}
	text := fmt.Sprintf("%s %s: %s ×%d", call.Method, call.Path, answer, call.Count)
	if len(call.RequestIDs) > 0 {
		text += ", the vendor's request ids: " + strings.Join(call.RequestIDs, ", ")
	}
	return text
}

func attemptsText(kind dsr.Kind, o dsr.Outcome) string {
	if o.Attempts == 0 {
		return ""
	}
	text := counted(o.Attempts, "attempt")
	if o.CutOff > 0 {
		text += fmt.Sprintf(", %d of them cut off, whose calls may be missing above", o.CutOff)
	}
	if kind == dsr.Restriction {
		return text
	}
	return text + ", " + counted(o.Erasures, "erasure")
}

func timesText(o dsr.Outcome) string {
	var parts []string
	for _, at := range []struct {
		label string
		time  time.Time
	}{{"started", o.StartedAt}, {"acted", o.ActedAt}, {"verified", o.VerifiedAt}, {"settled", o.SettledAt}} {
		if !at.time.IsZero() {
			parts = append(parts, at.label+" "+at.time.Format(moment))
		}
	}
	return strings.Join(parts, ", ")
}
