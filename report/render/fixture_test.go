package render_test

import (
	"fmt"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// fixture is a report on n systems, whose outcomes are of every sort.
func fixture(n int) dsr.Report {
	r := dsr.Report{
		Version: dsr.ReportVersion, RequestID: "ticket-4711", Kind: dsr.Erasure,
		SubjectTokens: []string{"rY3pJ6lK0aZ2mQ8sVxN4tB7uE1wC5dF9gH-iOoLkPjM"},
		Searched:      []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.GAClientID},
		ReceivedAt:    start, StartedAt: start.Add(time.Hour), DueAt: time.Date(2026, 6, 2, 21, 59, 59, 0, time.UTC), Regulation: "gdpr@1",
		CompletedAt: start.Add(26 * time.Hour),
		Extension: &dsr.Extension{
			Operator: "Sam", Reason: "many systems had to be asked by letter", At: start.Add(2 * time.Hour), NoticeSentAt: start.Add(3 * time.Hour),
		},
	}
	kinds := outcomes()
	for i := range n {
		o := kinds[i%len(kinds)]
		if round := i / len(kinds); round > 0 {
			o.Name, o.Title = fmt.Sprintf("%s-%d", o.Name, round+1), fmt.Sprintf("%s %d", o.Title, round+1)
		}
		r.Systems = append(r.Systems, o)
	}
	r.Conclude()
	return r
}

// outcomes are one of every sort.
func outcomes() []dsr.Outcome {
	at := func(minutes int) time.Time { return start.Add(time.Hour + time.Duration(minutes)*time.Minute) }
	return []dsr.Outcome{
		{
			System: dsr.System{
				Name: "hubspot", Title: "HubSpot (CRM)", Connector: "hubspot", Processor: "HubSpot Ireland Limited", Role: dsr.Processor,
				Category: "customer relationship management", Mode: dsr.Automatic, Verifiable: true,
				NotCovered: []string{"E-mails that were sent by hand from a colleague's own mailbox."},
			},
			State: dsr.Erased, Evidence: dsr.ReadBack, Attempts: 6, Erasures: 2,
			Records: []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}, {Kind: "conversation", State: dsr.Erased, Count: 3}},
			Calls: []dsr.Call{
				{
					Method: "POST", Path: "/crm/v3/objects/contacts/search", Status: 200, Count: 4,
					RequestIDs: []string{"a43683b0-5717-4ceb-80b4-000000000001", "a43683b0-5717-4ceb-80b4-000000000004"},
				},
				{Method: "POST", Path: "/crm/v3/objects/contacts/gdpr-delete", Status: 204, Count: 1, RequestIDs: []string{"a43683b0-5717-4ceb-80b4-000000000003"}},
				{Method: "GET", Path: "/crm/v3/objects/contacts/{id}", Count: 1},
			},
			Outages:   []dsr.Outage{{From: at(-45), LastFailed: at(-11), Until: at(0), Attempts: 9}},
			StartedAt: at(0), ActedAt: at(1), VerifiedAt: at(2), SettledAt: at(2),
		},
		{
			System: dsr.System{
				Name: "analytics", Title: "Google Analytics 4", Connector: "googleanalytics", Processor: "Google Ireland Limited",
				Role: dsr.Processor, Category: "audience measurement", Mode: dsr.Automatic,
				NotCovered: []string{"Aggregated reports, which name nobody.", "Exports to BigQuery."},
			},
			State: dsr.Accepted, Evidence: dsr.Submission, Attempts: 1, Erasures: 1, ExpectedBy: start.AddDate(0, 0, 63),
			Records: []dsr.RecordCount{{Kind: "user", State: dsr.Accepted, Count: 1}},
			Calls:   []dsr.Call{{Method: "POST", Path: "/v1alpha/properties/{property}:submitUserDeletion", Status: 200, Count: 1}},
			ActedAt: at(4), SettledAt: at(5),
		},
		{
			System: dsr.System{Name: "alore", Title: "Alore", Connector: "manual", Processor: "Alore Inc.", Role: dsr.Processor, Category: "newsletters", Mode: dsr.Manual},
			State:  dsr.Attested, Evidence: dsr.PersonsWord, SettledAt: at(180),
			Actions: []dsr.Action{{Name: "complete-task", Operator: "Sam", Text: "screenshot in ticket 4711", At: at(180)}},
		},
		{
			System: dsr.System{Name: "accounts", Title: "Accounts", Connector: "webhook", Processor: "Example Bookkeeping SARL", Role: dsr.Processor, Category: "bookkeeping", Mode: dsr.Automatic},
			State:  dsr.Retained, Explanation: "kept on a legal ground: a legal obligation (GDPR Art. 17(3)(b))", SettledAt: at(6),
			Retained: []dsr.Retention{{
				Ground: dsr.RetainedByObligation, Reason: "invoices are kept for ten years (Code de commerce, art. L123-22)", Categories: []string{"invoices"},
				ReviewOn: "2036-03-02", DecidedBy: "Pat", DecidedAt: at(6), Records: 2,
			}},
			Records: []dsr.RecordCount{{Kind: "invoice", State: dsr.Retained, Count: 2}},
		},
		{
			System: dsr.System{Name: "viber", Title: "Viber", Connector: "manual", Processor: "Viber Media S.à r.l.", Role: dsr.Controller, Category: "messengers", Mode: dsr.Manual},
			State:  dsr.CannotIdentify, Explanation: "nobody has a phone number (GDPR Art. 11)", SettledAt: at(1),
		},
		{
			System: dsr.System{Name: "old-forms", Title: "Old forms", Connector: "manual", Processor: "Forms GmbH", Role: dsr.Processor, Category: "forms", Mode: dsr.Manual},
			State:  dsr.Skipped, Explanation: "left out by an operator: the contract ended in May 2025 and the vendor confirmed deletion then", SettledAt: at(20),
			Actions: []dsr.Action{{Name: "skip-system", Operator: "Sam", Text: "the contract ended in May 2025 and the vendor confirmed deletion then", At: at(20)}},
		},
		{
			System: dsr.System{Name: "gist", Title: "Gist", Connector: "gist", Processor: "Gist Inc.", Role: dsr.Processor, Category: "chat", Mode: dsr.Automatic, Verifiable: true},
			State:  dsr.NotFound, Evidence: dsr.ReadBack, Attempts: 2, SettledAt: at(3),
			Calls: []dsr.Call{{Method: "GET", Path: "/contacts", Status: 200, Count: 2}},
		},
		{
			System: dsr.System{Name: "search-console", Title: "Search Console", Connector: "none", Processor: "Google Ireland Limited", Role: dsr.Processor, Category: "audience measurement", Mode: dsr.None},
			State:  dsr.NotApplicable, Evidence: dsr.Statement, Explanation: "It holds statistics only.", SettledAt: at(0),
		},
	}
}

// options are those of a company that has filled in everything.
func options(language render.Language) render.Options {
	return render.Options{
		Language: language, Location: time.UTC, Date: start.AddDate(0, 0, 2),
		Company: render.Company{
			Name: "Example SAS", Address: []string{"1 rue de l'Exemple", "75001 Paris", "France"}, Contact: "privacy@example.com",
			Authority: "CNIL, 3 place de Fontenoy, 75007 Paris, www.cnil.fr",
		},
		Seal: render.Seal{Key: "c0ffee00c0ffee00", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	}
}

// again is a report on a request that was reset, carried out again, and waited for
// proof of who the person is.
func again(n int) dsr.Report {
	r := fixture(n)
	r.Identity = &dsr.IdentityCheck{
		Operator: "Robin", Reason: "the request came from an address that nobody knows", AskedAt: start.Add(4 * time.Hour),
		ConfirmedBy: "Kim", Evidence: "ticket 4712", AnsweredAt: start.AddDate(0, 0, 3), WaitedDays: 3,
	}
	r.Earlier = []dsr.Run{
		{
			StartedAt: start.Add(30 * time.Minute), EndedAt: start.Add(40 * time.Minute), Ended: "terminated",
			Actions: []dsr.Action{{Name: "approve", Operator: "Robin", At: start.Add(31 * time.Minute)}},
			Systems: []dsr.Attempt{
				{
					System: "hubspot", Records: []dsr.RecordCount{{Kind: "note", State: dsr.Erased, Count: 7}}, Attempts: 2,
					Calls:   []dsr.Call{{Method: "DELETE", Path: "/crm/v3/objects/notes/{id}", Status: 204, Count: 7}},
					Actions: []dsr.Action{{Name: "retry-system", Operator: "Kim", Text: "the key is repaired", At: start.Add(35 * time.Minute)}},
				},
				{System: "retired-forms", Calls: []dsr.Call{{Method: "GET", Path: "/people", Count: 1}}},
			},
		},
		{StartedAt: start.Add(45 * time.Minute), EndedAt: start.Add(50 * time.Minute), Ended: "completed", Report: "erasure/ticket-4711/001.json"},
	}
	return r
}

// restriction is a report on a restriction, in a state that dsr need not know yet.
func restriction(state dsr.State) dsr.Report {
	r := fixture(3)
	r.Kind, r.Extension, r.Exceptions, r.Status = "restriction", nil, nil, dsr.StatusCompleted
	r.Systems[0].State, r.Systems[1].State = state, state
	r.Systems[1].VerifiedAt = time.Time{}
	r.Systems[0].Restriction = &dsr.RestrictionFacts{
		Able: true, Covers: []string{"marketing e-mails"}, GoesOn: []string{"workflows of other people's lists"}, Irreversible: []string{"scheduled campaigns that were left"},
	}
	r.Systems[0].Irreversible = []string{"enrolments/4"}
	r.Systems[1].Restriction = &dsr.RestrictionFacts{Instead: "stop sending events for the person on your site"}
	r.Systems[2].Restriction = &dsr.RestrictionFacts{Able: true, GoesOn: []string{"letters that are printed already"}}
	return r
}

// said are the facts that every rendering says of a system.
func said(o dsr.Outcome) []string {
	facts := []string{o.Title, o.Processor}
	if why, ok := strings.CutPrefix(o.Explanation, "left out by an operator: "); ok {
		facts = append(facts, why) // the rest is translated
	} else if len(o.Retained) == 0 {
		facts = append(facts, o.Explanation)
	}
	for _, r := range o.Retained {
		facts = append(facts, r.Reason, r.ReviewOn, r.DecidedBy)
		facts = append(facts, r.Categories...)
	}
	return facts
}
