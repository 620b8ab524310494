package render

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
)

// A Company is who answers requests, as reports and letters name it.
type Company struct {
	Name string
	// Address is the postal address, a line each.
	Address []string
	// Contact is how a data subject reaches whoever answers for data protection.
	Contact string
	// Authority is the supervisory authority that a data subject can complain to.
	Authority string
}

// A Seal says how the file proves itself that a report was rendered from.
type Seal struct {
	// Key names the key that signed it; empty if nobody has.
	Key string
	// SHA256 is that of the file, in hexadecimal.
	SHA256 string
}

// Options say how a report is rendered.
type Options struct {
	Language Language
	Company  Company
	// Location is the time zone of dates and times; nil means UTC.
	Location *time.Location
	Seal     Seal
	// NameRecipients lets the letter name the recipients instead of their
	// categories (GDPR Art. 15(1)(c), CJEU C-154/21).
	NameRecipients bool
	// Letters is the folder with the company's own templates, or empty.
	Letters string
	// Date is the day that letters are dated.
	Date time.Time
}

// ErrOpen says that a report is not final.
var ErrOpen = errors.New("the request is not completed, so there is nothing to tell anybody yet")

// A page is what a report says in one language, for the templates.
type page struct {
	Language  Language
	Direction string
	Company   Company
	Title     string
	RequestID string
	Status    string
	// Tone is how the status is coloured: "good", "mind" or "open".
	Tone       string
	Summary    []field
	Exceptions []string
	// NoException says why there are none, and Mood colours what is said of them.
	NoException, Mood string

	Systems   []systemView
	Earlier   []runView
	Timeline  []event
	Integrity string

	words lexicon
}

// Say is the text under the key, for the templates.
func (p page) Say(key string) string { return p.words.say(key) }

// CallTable is what the template shows calls with.
func (p page) CallTable(calls []callView) callTable { return callTable{p, calls} }

type callTable struct {
	page
	Calls []callView
}

// A field is one labelled line.
type field struct{ Label, Value string }

// systemView is one system as a page shows it.
type systemView struct {
	Name, Title, State, Tone string
	// Known is how the outcome is known, Day when.
	Known, Day string
	Fields     []field
	Records    []recordView
	Calls      []callView
	Actions    []string
	NotCovered []string
}

type recordView struct{ Kind, State, Count string }

// A callView is calls of one form. Steps are the parts of the path, after each of
// which a line may end.
type callView struct {
	Method        string
	Steps         []string
	Answer, Count string
	// IDs are the vendor's names of the calls.
	IDs []string
}

// An event is a line of the timeline.
type event struct {
	At   time.Time
	When string
	What string
}

// viewer makes a page.
type viewer struct {
	report   dsr.Report
	words    lexicon
	location *time.Location
	events   []event
}

func newViewer(r dsr.Report, o Options) (*viewer, error) {
	words, err := lexiconOf(o.Language)
	if err != nil {
		return nil, err
	}
	location := o.Location
	if location == nil {
		location = time.UTC
	}
	return &viewer{report: dsr.Paragraphs(r), words: words, location: location}, nil
}

// view makes the page of a report.
func view(r dsr.Report, o Options) (page, error) {
	v, err := newViewer(r, o)
	if err != nil {
		return page{}, err
	}
	r = v.report
	say := v.words.say
	p := page{
		Language: o.Language, Direction: v.words.Direction, Company: o.Company, Title: say("title." + string(r.Kind)),
		RequestID: r.RequestID, Status: say("status." + string(r.Standing())), Tone: statusTone(r.Standing()),
		Exceptions: v.exceptions(), words: v.words,
	}
	p.NoException, p.Mood = say("exceptions.none"), "good"
	switch {
	case len(r.Exceptions) > 0:
		p.Mood = "mind"
	case r.Status == dsr.StatusOpen, r.Status == dsr.StatusPlanned: // nothing is known to be well
		p.NoException, p.Mood = say("exceptions."+string(r.Status)), "open"
	}
	v.event(r.ReceivedAt, say("event.received"))
	p.Summary = v.summary(p.Status)
	v.firstEvents()
	for i, run := range r.Earlier {
		p.Earlier = append(p.Earlier, v.run(i+1, run))
	}
	for _, o := range r.Systems {
		p.Systems = append(p.Systems, v.system(o))
	}
	v.lastEvents()
	// The clocks that the times are from differ by fractions of a second: within one,
	// the order is that of cause and effect.
	slices.SortStableFunc(v.events, func(a, b event) int { return a.At.Truncate(time.Second).Compare(b.At.Truncate(time.Second)) })
	p.Timeline = v.events
	p.Integrity = say("integrity.unsigned")
	if o.Seal.Key != "" {
		p.Integrity = say("integrity.signed", o.Seal.Key, o.Seal.SHA256)
	}
	p.Integrity += " " + say("identifiers")
	return p, nil
}

func statusTone(s dsr.Status) string {
	switch s {
	case dsr.StatusCompleted, dsr.StandingLifted:
		return "good"
	case dsr.StatusExceptions, dsr.StandingRestrictedInPart, dsr.StandingLiftedInPart, dsr.StatusOverdue, dsr.StatusCancelled:
		return "mind"
	default:
		return "open"
	}
}

func stateTone(s dsr.State) string {
	switch {
	case s.Open(), s == dsr.Planned:
		return "open"
	case s.Success():
		return "good"
	default:
		return "mind"
	}
}

func (v *viewer) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(v.location).Format(moment)
}

func (v *viewer) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(v.location).Format(time.DateOnly)
}

// searchedBy are the types of identifier by which systems were searched.
func (v *viewer) searchedBy() []string {
	types := make([]string, len(v.report.Searched))
	for i, t := range v.report.Searched {
		types[i] = v.idType(t)
	}
	return types
}

// summary is what is said of the request as a whole.
func (v *viewer) summary(status string) []field {
	r, say := v.report, v.words.say
	fields := []field{
		{say("request"), r.RequestID}, {say("kind"), v.kind()}, {say("status"), status},
		{say("regulation"), r.Regulation}, {say("received"), v.at(r.ReceivedAt)}, {say("started"), v.at(r.StartedAt)},
		{say("due"), v.at(r.DueAt)},
	}
	if e := r.Extension; e != nil {
		fields = append(fields, field{say("extended"), v.at(e.At)}, field{say("extended.by"), e.Operator},
			field{say("extended.why"), e.Reason}, field{say("extended.told"), v.at(e.NoticeSentAt)})
	}
	fields = append(fields, v.identity(r.Identity)...)
	fields = append(fields, v.restrictionRecord(r.Restriction)...)
	completed := "completed"
	if r.InForce() {
		completed = "reported"
	}
	fields = append(fields, field{say(completed), v.at(r.CompletedAt)})
	if c := r.Cancellation; c != nil {
		fields = append(fields, field{say("cancelled"), v.at(c.At)}, field{say("cancelled.by"), c.Operator}, field{say("cancelled.why"), c.Text})
	}
	fields = append(fields, v.related(r.Related)...)
	fields = append(fields, field{say("searched"), strings.Join(v.searchedBy(), v.comma())})
	for _, token := range r.SubjectTokens {
		fields = append(fields, field{say("subject"), token})
	}
	return slices.DeleteFunc(fields, func(f field) bool { return f.Value == "" })
}

// idType names a type of identifier.
func (v *viewer) idType(t dsr.IdentifierType) string {
	if plain, digest, hashed := t.Plain(); hashed {
		return v.words.say("id.hashed", v.words.say("id."+string(plain)), strings.ToUpper(string(digest)))
	}
	return v.words.say("id." + string(t))
}

// kind names what was asked for, with the article of the GDPR where that applies.
func (v *viewer) kind() string {
	key := "kind." + string(v.report.Kind)
	if lawfully := key + ".gdpr"; v.gdpr() && v.words.has(lawfully) {
		key = lawfully
	}
	return v.words.say(key)
}

// profile is that of the deadlines by which the request is answered.
func (v *viewer) profile() string {
	profile, _, _ := strings.Cut(cmp.Or(v.report.Regulation, "gdpr"), "@")
	return profile
}

// gdpr reports whether the articles of the GDPR apply, as in the EU and the United
// Kingdom.
func (v *viewer) gdpr() bool { return v.profile() == "gdpr" || v.profile() == "uk" }

// related names the other requests of the same person.
func (v *viewer) related(meetings []dsr.Meeting) []field {
	say := v.words.say
	var fields []field
	for _, m := range meetings {
		text := say("related.text", say("kind."+string(m.Kind)), m.RequestID)
		if d := m.Decision; d != nil {
			text += v.comma() + say("related.decision", d.Name, d.Operator, d.Text)
			v.event(d.At, say("event.decision", d.Name, d.Operator))
		}
		fields = append(fields, field{say("related"), text})
	}
	return fields
}

func (v *viewer) comma() string {
	if v.words.Direction == "rtl" {
		return "، "
	}
	return ", "
}

// system is what is said of one system; what happened there goes into the
// timeline.
func (v *viewer) system(o dsr.Outcome) systemView {
	say := v.words.say
	s := systemView{
		Name: o.Name, Title: cmp.Or(o.Title, o.Name), State: v.state(o), Tone: stateTone(o.State),
		Day: v.day(cmp.Or(o.VerifiedAt, o.SettledAt, o.ActedAt)), Actions: v.actions(o.Actions), Calls: v.calls(o.Calls),
	}
	s.Known = v.known(o)
	s.Fields = slices.Concat(v.fields(o, s.Known), v.retained(o), v.restriction(o))
	if v.report.Kind == dsr.Erasure { // what is not covered speaks of erasures
		s.NotCovered = o.NotCovered
	}
	for _, c := range o.Records {
		s.Records = append(s.Records, recordView{v.recordKind(c.Kind), say("state." + string(c.State)), strconv.Itoa(c.Count)})
	}
	v.systemEvents(o, s.Title)
	return s
}

// known says how the outcome is known. Where nothing was found nothing was restricted
// either.
func (v *viewer) known(o dsr.Outcome) string {
	switch key := "evidence." + string(o.Evidence); {
	case o.Evidence == "":
		return ""
	case o.State == dsr.NotFound:
		return v.words.say(key)
	default:
		return v.sayOf(key)
	}
}

// state is the outcome in a word or two.
func (v *viewer) state(o dsr.Outcome) string {
	key := "state." + string(o.State)
	if verified := key + ".verified"; !o.VerifiedAt.IsZero() && v.words.has(verified) {
		return v.words.say(verified)
	}
	return v.sayOf(key)
}

func (v *viewer) fields(o dsr.Outcome, known string) []field {
	say := v.words.say
	fields := []field{
		{say("processor"), o.Processor},
		{say("role"), sayIf(v.words, "role", string(o.Role))},
		{say("category"), o.Category},
		{say("method"), sayIf(v.words, "mode", string(o.Mode))},
		{say("known"), known},
		{say("reason"), v.explanation(o)},
		{say("verification"), v.verification(o)},
		{say("promised"), v.day(o.ExpectedBy)},
	}
	if o.Question != nil {
		fields = append(fields, field{say("waits"), o.Question.Text})
	}
	if o.Attempts > 0 {
		fields = append(fields, field{say("attempts"), strconv.Itoa(o.Attempts)})
	}
	if o.Erasures > 0 {
		fields = append(fields, field{say("erasures"), strconv.Itoa(o.Erasures)})
	}
	for _, search := range o.Looked {
		forms := make([]string, len(search.Spellings))
		for i, form := range search.Spellings {
			forms[i] = say("form." + form)
		}
		fields = append(fields, field{say("looked"), v.idType(search.Type) + " – " + strings.Join(forms, ", ")})
	}
	for _, name := range o.Unseen {
		fields = append(fields, field{say("unseen"), name})
	}
	if o.CutOff > 0 {
		fields = append(fields, field{say("cut_off"), say("cut_off.text", o.CutOff)})
	}
	if o.Discarded > 0 {
		fields = append(fields, field{say("discarded"), say("discarded.text", o.Discarded)})
	}
	for _, u := range o.Unread {
		fields = append(fields, field{say("unread"), say("unread.text", u.Field, string(u.Type), v.unreadReason(u.Reason))})
	}
	for _, text := range v.outages(o.Outages) {
		fields = append(fields, field{say("outage"), text})
	}
	return slices.DeleteFunc(fields, func(f field) bool { return f.Value == "" })
}

// sayIf says a word that there is, and nothing for none.
func sayIf(l lexicon, group, word string) string {
	if word == "" {
		return ""
	}
	return l.say(group + "." + word)
}

// verification says when and how the outcome was verified, or why it was not.
func (v *viewer) verification(o dsr.Outcome) string {
	say := v.words.say
	switch {
	case o.State.Open(), o.State == dsr.Planned:
		return ""
	case !o.VerifiedAt.IsZero():
		return say("verified", v.at(o.VerifiedAt))
	case o.State == dsr.Accepted && o.ExpectedBy.IsZero():
		return say("unverified.accepted.undated")
	case o.State == dsr.Accepted:
		return say("unverified.accepted", v.day(o.ExpectedBy))
	case o.State == dsr.Retained:
		return say("unverified.retained")
	case o.Evidence == dsr.PersonsWord:
		return say("unverified.attested")
	case o.State == dsr.Attested, o.State == dsr.NotFound, o.State == dsr.NotApplicable:
		return v.sayOf("unverified." + string(o.State))
	default:
		return say("unverified.none")
	}
}

func (v *viewer) event(at time.Time, what string) {
	if !at.IsZero() {
		v.events = append(v.events, event{At: at, When: v.at(at), What: what})
	}
}

// firstEvents are those that lead to what happens at the systems.
func (v *viewer) firstEvents() {
	r, say := v.report, v.words.say
	if e := r.Extension; e != nil {
		v.event(e.At, say("event.extended", e.Operator))
		v.event(e.NoticeSentAt, say("event.noticed"))
	}
	v.event(r.StartedAt, say("event.started"))
	if c := r.Cancellation; c != nil {
		v.event(c.At, say("event.cancelled", c.Operator))
	}
}

// lastEvents are those that come of what happened at the systems.
func (v *viewer) lastEvents() {
	r, say := v.report, v.words.say
	if held := r.Restriction; held != nil {
		v.event(held.InForceSince, say("event.restriction.force"))
		if lift := held.Lift; lift != nil && lift.Noticed() {
			v.event(lift.NoticeSentAt, say("event.lift.notice", lift.NoticeBy))
		}
	}
	v.event(r.CompletedAt, say("event.completed"))
	v.event(r.DueAt, say("event.due"))
}

func (v *viewer) systemEvents(o dsr.Outcome, title string) {
	say := v.words.say
	for _, a := range o.Actions {
		v.event(a.At, say("event.action", title, a.Name, a.Operator))
	}
	if o.State == dsr.Lifted {
		v.event(o.ActedAt, say("event.lifting", title))
	} else {
		v.event(o.ActedAt, v.sayOf("event.acted", title))
	}
	for _, gone := range o.Outages {
		v.event(gone.From, say("event.outage.from", title))
		v.event(gone.Until, say("event.outage.until", title))
	}
	v.event(o.VerifiedAt, v.sayOf("event.verified", title))
	v.event(o.DriftedAt, say("event.drifted", title))
	if !o.SettledAt.Equal(o.VerifiedAt) {
		v.event(o.SettledAt, say("event.settled", title, v.state(o)))
	}
	v.event(o.ExpectedBy, say("event.expected", title))
}

// unreadReason says why a vendor's field identifies nobody.
func (v *viewer) unreadReason(reason string) string {
	if key := "unread." + reason; v.words.has(key) {
		return v.words.say(key)
	}
	return v.words.say("unread.other")
}
