package render

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"ite.digital/lethe/dsr"
)

// The documents that are written from templates.
const (
	// letterTemplate is the letter to the data subject (GDPR Art. 12(3), (4)).
	letterTemplate = "letter"
	// recordTemplate is the record of destruction for the company's own file.
	recordTemplate = "destruction-record"
	// liftingTemplate is the notice before a restriction is lifted (GDPR Art. 18(3)).
	liftingTemplate = "lifting-notice"
)

// maxTemplate bounds a company's template, in bytes.
const maxTemplate = 1 << 20

// letterData is what templates of letters can use. Companies write templates, so
// names stay as they are.
type letterData struct {
	Company   Company
	RequestID string
	// Restriction tells a restriction from an erasure.
	Restriction bool
	// Date, Received and Completed are days in words.
	Date, Received, Completed string
	// Law names the law, and GDPR says that the articles of the GDPR apply, as in
	// the EU and the United Kingdom.
	Law  string
	GDPR bool
	// Extended is why the answer took longer, and ExtendedOn when the person was
	// told; empty if it did not.
	Extended, ExtendedOn string
	// SearchedBy are the types of identifier by which systems were searched.
	SearchedBy string
	// Named says that recipients are named, not just their categories.
	Named bool
	// The recipients by what came of them. Unverified are those that erased without
	// anybody being able to look again.
	Erased, Unverified, Restricted, Lifted, NotFound, Accepted, Attested, Retained, Unidentified, LeftOut []recipient
	// NotFoundByHand are those where a person has searched, and nobody else.
	NotFoundByHand []recipient
	// LiftedInPart are those that lifted the restriction where some settings are not
	// as they were before.
	LiftedInPart []recipient
	// Over says that a restriction was lifted.
	Over bool
	// GoesOn says, for a restriction, what a recipient does regardless, and
	// Irreversible what was changed there that lifting the restriction does not give back.
	GoesOn, Irreversible []recipient
	// LiftOn is the day, in words, on which the restriction ends, and LiftReason why;
	// both are for the notice before.
	LiftOn, LiftReason string
	// Systems are all of them, for the record, and Remaining the titles of those
	// that may hold data still.
	Systems   []recordLine
	Remaining []string
	// Key and SHA256 are of the signed report; empty if it is not signed.
	Key, SHA256 string
}

// Refused reports whether something was not done that was asked for, so that the
// person must be told of their remedies (GDPR Art. 12(4)).
func (d letterData) Refused() bool {
	return len(d.Retained)+len(d.Unidentified)+len(d.LeftOut) > 0
}

// A recipient is one, or several of a category, of whom the same is to be said.
type recipient struct {
	Name string
	// Reason says why data is left there.
	Reason string
	// By is until when it is promised to be done.
	By string
	// Data is what is kept, Ground the legal ground in words, and Review the day, in
	// words, on which it is looked at again; they are empty unless data are retained.
	Data, Ground, Review string
}

// A recordLine is one system as the record of destruction shows it.
type recordLine struct{ Title, Processor, State, Records, When, Known, By, Reason string }

// letter fills in what templates can use.
func letter(r dsr.Report, o Options) (letterData, error) {
	v, err := newViewer(r, o)
	if err != nil {
		return letterData{}, err
	}
	r = v.report
	day := v.words.day
	d := letterData{
		Company: o.Company, RequestID: r.RequestID, Restriction: r.Kind != dsr.Erasure, Date: day(o.Date.In(v.location)),
		Received: day(r.ReceivedAt.In(v.location)), Completed: day(r.CompletedAt.In(v.location)), Named: o.NameRecipients,
		Key: o.Seal.Key, SHA256: o.Seal.SHA256,
	}
	d.GDPR = v.gdpr()
	d.Law = cmp.Or(v.words.Law[v.profile()], v.words.Law["other"])
	if e := r.Extension; e != nil {
		d.Extended, d.ExtendedOn = e.Reason, day(e.NoticeSentAt.In(v.location))
	}
	d.SearchedBy = strings.Join(v.searchedBy(), v.comma())
	for _, outcome := range r.Systems {
		d.add(v, outcome)
	}
	d.Over = len(d.Lifted)+len(d.LiftedInPart) > 0 || r.Restriction != nil && r.Restriction.Lift.Noticed()
	if d.Over {
		d.GoesOn = nil
	}
	return d, nil
}

// add puts a system where it belongs. What holds no personal data is of no
// interest to the person.
func (d *letterData) add(v *viewer, o dsr.Outcome) {
	who := recipient{Name: cmp.Or(o.Category, v.words.say("category.other"))}
	if d.Named {
		who.Name = named(o)
	}
	lists := map[dsr.State]*[]recipient{
		dsr.Erased: &d.Erased, dsr.NotFound: &d.NotFound, dsr.Accepted: &d.Accepted, dsr.Attested: &d.Attested,
		dsr.Retained: &d.Retained, dsr.CannotIdentify: &d.Unidentified, dsr.Skipped: &d.LeftOut, dsr.Restricted: &d.Restricted, dsr.Lifted: &d.Lifted,
	}
	switch o.State {
	case dsr.Erased:
		if o.VerifiedAt.IsZero() {
			lists[dsr.Erased] = &d.Unverified
		}
	case dsr.Lifted:
		if len(o.Left) > 0 {
			lists[dsr.Lifted] = &d.LiftedInPart
		}
	case dsr.Skipped: // the person is told the reason, and not how it came about
		decision, _ := leftOutBy(o)
		who.Reason = cmp.Or(decision.Text, v.explanation(o))
	case dsr.NotFound:
		if o.Evidence == dsr.PersonsWord {
			lists[dsr.NotFound] = &d.NotFoundByHand
		}
	case dsr.Accepted:
		if !o.ExpectedBy.IsZero() {
			who.By = v.words.day(o.ExpectedBy.In(v.location))
		}
	}
	all := []recipient{who}
	if o.State == dsr.Retained {
		all = v.retainedBy(who, o, d.GDPR)
	}
	for _, who := range all {
		if list := lists[o.State]; list != nil && !slices.Contains(*list, who) {
			*list = append(*list, who)
		}
	}
	d.addRestriction(v, o, who.Name)
	s := v.system(o)
	line := recordLine{Title: s.Title, Processor: o.Processor, State: s.State, When: v.at(cmp.Or(o.VerifiedAt, o.SettledAt, o.ActedAt)), Known: s.Known, Reason: v.retainedReason(o)}
	line.By = who.By
	counts := make([]string, len(o.Records))
	for i, c := range o.Records {
		counts[i] = fmt.Sprintf("%s × %d", v.recordKind(c.Kind), c.Count)
	}
	line.Records = strings.Join(counts, ", ")
	d.Systems = append(d.Systems, line)
	if !o.State.Success() || o.State == dsr.Accepted {
		d.Remaining = append(d.Remaining, s.Title)
	}
}

// addRestriction says what a restriction does not stop, where there is one or an operator has
// made one by hand, and what was changed for this person that lifting does not give back.
func (d *letterData) addRestriction(v *viewer, o dsr.Outcome, name string) {
	inForce := o.State == dsr.Restricted || o.State == dsr.Attested
	if !d.Restriction || o.Restriction == nil || !inForce && o.State != dsr.Lifted {
		return
	}
	if inForce {
		d.GoesOn = addReasons(d.GoesOn, name, o.Restriction.GoesOn)
	}
	if len(o.Irreversible) > 0 { // what the connector knows may not have been done here
		d.Irreversible = addReasons(d.Irreversible, name, []string{v.words.say("irreversible.done", strings.Join(o.Irreversible, v.comma()))})
	}
}

func addReasons(all []recipient, name string, reasons []string) []recipient {
	for _, reason := range reasons {
		if who := (recipient{Name: name, Reason: reason}); !slices.Contains(all, who) {
			all = append(all, who)
		}
	}
	return all
}

// named is the recipient's identity: what people call it, and its legal name.
func named(o dsr.Outcome) string {
	title := cmp.Or(o.Title, o.Name)
	if o.Processor == "" || o.Processor == title {
		return title
	}
	return title + " (" + o.Processor + ")"
}

// Letter returns the letter to the data subject. It is for them alone to hold;
// like the report it names nobody.
func Letter(r dsr.Report, o Options) (Text, error) {
	switch r.Status {
	case dsr.StatusCompleted, dsr.StatusExceptions, dsr.StatusRestricted:
		return write(letterTemplate, r, o)
	case dsr.StatusCancelled, dsr.StatusPlanned:
		return Text{}, errors.New("nothing was changed for this request, so there is no letter to write; tell the person in your own words")
	default:
		return Text{}, ErrOpen
	}
}

// DestructionRecord returns a record of destruction for the company's own file, in
// French or Arabic, with what the Tunisian Organic Act 2004-63, Art. 45, asks to be
// recorded. It does not replace the bailiff's, and says so.
func DestructionRecord(r dsr.Report, o Options) (Text, error) {
	switch {
	case o.Language == English:
		return Text{}, errors.New("the destruction record is written in French and Arabic; add --language fr or --language ar")
	case r.Kind != dsr.Erasure:
		return Text{}, errors.New("a restriction destroys nothing, so there is nothing to record")
	case r.Status == dsr.StatusCompleted, r.Status == dsr.StatusExceptions:
		return write(recordTemplate, r, o)
	case r.Status == dsr.StatusCancelled, r.Status == dsr.StatusPlanned:
		return Text{}, errors.New("nothing was destroyed for this request, so there is nothing to record")
	default:
		return Text{}, ErrOpen
	}
}

// A Lifting is what a data subject is told before a restriction is lifted.
type Lifting struct {
	// On is the day on which it ends.
	On time.Time
	// Reason says why, in words for the data subject.
	Reason string
}

// LiftingNotice returns the notice to the data subject that the restriction in the
// report will be lifted, which they are told before it is (GDPR Art. 18(3)).
func LiftingNotice(r dsr.Report, o Options, l Lifting) (Text, error) {
	switch {
	case r.Kind == dsr.Erasure:
		return Text{}, errors.New("only a restriction can be lifted, and this is an erasure")
	case l.On.IsZero():
		return Text{}, errors.New("the notice says when the restriction is lifted; give the day")
	case !slices.ContainsFunc(r.Systems, func(s dsr.Outcome) bool { return s.State == dsr.Restricted || s.State == dsr.Attested }):
		return Text{}, errors.New("no system is restricted, so there is nothing to lift")
	}
	d, err := letter(r, o)
	if err != nil {
		return Text{}, err
	}
	words, err := lexiconOf(o.Language)
	if err != nil {
		return Text{}, err
	}
	if o.Location != nil {
		l.On = l.On.In(o.Location)
	}
	d.LiftOn, d.LiftReason = words.day(l.On), dsr.OneParagraph(l.Reason)
	return fill(liftingTemplate, d, o)
}

// write fills in a template with what the report says.
func write(document string, r dsr.Report, o Options) (Text, error) {
	d, err := letter(r, o)
	if err != nil {
		return Text{}, err
	}
	return fill(document, d, o)
}

// fill fills in a template.
func fill(document string, d letterData, o Options) (Text, error) {
	name := document + "." + string(o.Language) + ".txt.tmpl"
	source, place, err := templateOf(name, o.Letters)
	if err != nil {
		return Text{}, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(source)
	if err != nil {
		return Text{}, fmt.Errorf("the template %s cannot be used: %w", place, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, dsr.MapText(d, asText)); err != nil {
		return Text{}, fmt.Errorf("the template %s cannot be used: %w", place, err)
	}
	words, err := lexiconOf(o.Language)
	return parseText(b.String(), words), err
}

// templateOf reads the company's template, or the one that is built in.
func templateOf(name, folder string) (source, place string, err error) {
	if folder != "" {
		path := filepath.Join(folder, name)
		file, err := os.Open(path) //nolint:gosec // the configuration names the folder
		if err == nil {
			defer func() { _ = file.Close() }() // it was only read
			content, err := io.ReadAll(io.LimitReader(file, maxTemplate+1))
			if err == nil && len(content) > maxTemplate {
				err = errors.New("it is larger than 1 MiB")
			}
			if err != nil {
				return "", path, fmt.Errorf("the template %s cannot be read: %w", path, err)
			}
			return string(content), path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", path, fmt.Errorf("the template cannot be read: %w", err)
		}
	}
	content, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return "", name, fmt.Errorf("there is no template %s", name)
	}
	return string(content), name, nil
}
