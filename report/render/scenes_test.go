package render_test

import (
	"time"

	"ite.digital/lethe/dsr"
)

// A scene is a report that is looked at in every form.
type scene struct {
	name   string
	report dsr.Report
}

// scenes are reports of every sort.
func scenes() []scene {
	return []scene{
		{"completed-1", successful(1)},
		{"completed-8", successful(8)},
		{"completed-60", successful(60)},
		{"exceptions-8", excepted(12)},
		{"exceptions-60", excepted(60)},
		{"earlier-runs", again(8)},
		{"identity-open", waiting()},
		{"cancelled", cancelled()},
		{"planned", planned()},
		{"restriction-in-force", inForce(false)},
		{"restriction-drifted", inForce(true)},
		{"restriction-excepted", restrictedInPart()},
		{"restriction-lifted", lifted(false)},
		{"restriction-lifted-left", lifted(true)},
		{"restriction-superseded", superseded()},
	}
}

// successful is a report on n systems that all did what they were asked for.
func successful(n int) dsr.Report {
	all := fixture(8 * n)
	r := fixture(0)
	r.Extension = nil
	for _, o := range all.Systems {
		if o.State.Success() && len(r.Systems) < n {
			r.Systems = append(r.Systems, o)
		}
	}
	r.Conclude()
	return r
}

// excepted is a report with exceptions of every kind.
func excepted(n int) dsr.Report {
	r := fixture(n)
	for i := range r.Systems[8:] {
		o := &r.Systems[8+i]
		switch {
		case o.State == dsr.Erased: // nobody looked again
			o.VerifiedAt, o.SettledAt, o.Evidence = time.Time{}, o.ActedAt, dsr.AcceptedCount
		case o.State == dsr.Accepted:
			o.ExpectedBy = time.Time{}
		}
	}
	r.Conclude()
	return r
}

func waiting() dsr.Report {
	r := fixture(3)
	r.CompletedAt, r.Extension = time.Time{}, nil
	r.Identity = &dsr.IdentityCheck{Operator: "Robin", Reason: "the request came from an address that nobody knows", AskedAt: start.Add(time.Hour), ClockRunsOn: "it was asked for too late"}
	for i := range r.Systems {
		o := &r.Systems[i]
		*o = dsr.Outcome{System: o.System, State: dsr.NeedsOperator, StartedAt: start.Add(time.Hour), Question: &dsr.Question{
			Kind: dsr.QuestionIdentity, Text: "the subject has to prove who they are first", Since: start.Add(time.Hour),
		}}
	}
	r.Conclude()
	return r
}

func cancelled() dsr.Report {
	r := fixture(3)
	r.Extension = nil
	r.Cancellation = &dsr.Action{Name: "cancel", Operator: "Robin", Text: "the person has withdrawn the request by letter", At: start.Add(90 * time.Minute)}
	for i := range r.Systems {
		o := &r.Systems[i]
		*o = dsr.Outcome{System: o.System, State: dsr.Skipped, Explanation: "the request was cancelled", SettledAt: start.Add(90 * time.Minute)}
	}
	r.Conclude()
	return r
}

func planned() dsr.Report {
	r := fixture(3)
	r.DryRun, r.Extension = true, nil
	for i := range r.Systems {
		o := &r.Systems[i]
		*o = dsr.Outcome{
			System: o.System, State: dsr.Planned, Attempts: 1, StartedAt: start.Add(time.Hour), SettledAt: start.Add(2 * time.Hour),
			Explanation: "1 contact would be erased", Records: []dsr.RecordCount{{Kind: "contact", State: dsr.Planned, Count: 1}},
		}
	}
	r.Conclude()
	return r
}

// inForce is a restriction in force, or one that was undone and restored.
func inForce(drifted bool) dsr.Report {
	r := fixture(0)
	since := start.Add(26 * time.Hour)
	r.Kind, r.Extension, r.CompletedAt = dsr.Restriction, nil, time.Time{}
	r.Restriction = &dsr.RestrictionRecord{Ground: dsr.GroundAccuracy, Until: dsr.GroundAccuracy.Expectation(), InForceSince: since}
	for _, o := range outcomes() {
		switch o.Name {
		case "hubspot":
			o.State, o.Erasures = dsr.Restricted, 0
			o.Records = []dsr.RecordCount{{Kind: "contact", State: dsr.Restricted, Count: 1}}
			o.Restriction = &dsr.RestrictionFacts{
				Able: true, Covers: []string{"marketing e-mails", "workflows that send e-mails"}, GoesOn: []string{"e-mails that colleagues send by hand", "the contact stays in lists and reports"},
				Irreversible: []string{"enrolments in sequences that were ended"},
			}
			o.CheckedAt = start.AddDate(0, 0, 9)
			if drifted {
				o.Drifts, o.DriftedAt = 2, start.AddDate(0, 0, 7)
			}
		case "analytics":
			o.State, o.Evidence, o.ExpectedBy, o.Records, o.Calls, o.Attempts, o.Erasures = dsr.Attested, dsr.PersonsWord, time.Time{}, nil, nil, 0, 0
			o.Restriction = &dsr.RestrictionFacts{Instead: "Google Analytics has no switch for one person; stop sending events for the person on your site"}
			o.Actions = []dsr.Action{{Name: "complete-task", Operator: "Sam", Text: "consent mode is denied for the account, ticket 4713", At: o.SettledAt}}
		case "alore":
			o.Restriction = &dsr.RestrictionFacts{Able: true, GoesOn: []string{"letters that are printed already"}}
		case "gist", "search-console":
		default:
			continue
		}
		r.Systems = append(r.Systems, o)
	}
	r.Conclude()
	return r
}

// restrictedInPart is a restriction in force with exceptions.
func restrictedInPart() dsr.Report {
	r := inForce(true)
	for _, o := range outcomes() {
		if o.State == dsr.CannotIdentify || o.State == dsr.Skipped {
			r.Systems = append(r.Systems, o)
		}
	}
	r.Conclude()
	return r
}

// lifted is a restriction that is over, with settings that could not be given back
// or without.
func lifted(left bool) dsr.Report {
	r := inForce(true)
	end := start.AddDate(0, 1, 0)
	r.CompletedAt = end.Add(time.Hour)
	r.Restriction.Lift = &dsr.LiftRecord{
		Operator: "Sam", Reason: "the accuracy of the data was verified with the person", At: end.Add(-48 * time.Hour),
		NoticeSentAt: end.Add(-24 * time.Hour), NoticeBy: "Kim", NoticeEvidence: "letter in ticket 4711",
	}
	for i := range r.Systems {
		o := &r.Systems[i]
		switch o.State {
		case dsr.Restricted:
			o.State, o.ActedAt, o.VerifiedAt, o.SettledAt = dsr.Lifted, end, end.Add(time.Minute), end.Add(time.Minute)
			o.Records = []dsr.RecordCount{{Kind: "contact", State: dsr.Lifted, Count: 1}}
			if left {
				o.Left = []string{
					"contact/17: unsubscribed_from_emails stays as it is, for no API gives it back",
					"contact/17: sequence/4 was changed during the restriction, and stays as somebody has set it",
				}
			}
		case dsr.Attested:
			o.SettledAt = end
		}
	}
	r.Conclude()
	return r
}

func superseded() dsr.Report {
	r := inForce(false)
	r.CompletedAt = start.AddDate(0, 1, 0)
	r.Restriction.SupersededBy = "ticket-4720"
	r.Related = []dsr.Meeting{{
		Kind: dsr.Erasure, RequestID: "ticket-4720", StartedAt: start.AddDate(0, 0, 29),
		Decision: &dsr.Action{Name: "resolve-conflict", Operator: "Kim", Text: "the person asked for erasure after all", At: start.AddDate(0, 0, 29)},
	}}
	r.Conclude()
	return r
}
