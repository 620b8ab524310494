package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// sample shows every state there is.
func sample() dsr.Report {
	system := func(name, title string) dsr.System {
		return dsr.System{Name: name, Title: title, Connector: name, Processor: title + " Inc."}
	}
	analytics := system("analytics", "Google Analytics")
	analytics.NotCovered = []string{"aggregated reports", "exports to BigQuery"}
	r := dsr.Report{
		Version: dsr.ReportVersion, RequestID: "R-1", Kind: dsr.Erasure, Searched: []dsr.IdentifierType{dsr.Email, dsr.Phone},
		ReceivedAt: start, StartedAt: start.Add(time.Hour), DueAt: time.Date(2026, 4, 2, 23, 59, 59, 0, time.UTC), Regulation: "gdpr@1", CompletedAt: start.Add(26 * time.Hour),
		Systems: []dsr.Outcome{
			{
				System: system("gist", "Gist"), State: dsr.Erased, Evidence: dsr.ReadBack, Attempts: 6, Erasures: 1,
				Records: []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}, {Kind: "conversation", State: dsr.Erased, Count: 3}},
				Calls: []dsr.Call{
					{Method: "GET", Path: "/contacts", Status: 200, Count: 2},
					{Method: "DELETE", Path: "/contacts/{id}", Count: 1},
				},
				StartedAt: start.Add(time.Hour), ActedAt: start.Add(61 * time.Minute), VerifiedAt: start.Add(62 * time.Minute), SettledAt: start.Add(62 * time.Minute),
			},
			{System: analytics, State: dsr.Accepted, Evidence: dsr.Submission, ExpectedBy: start.AddDate(0, 2, 0)},
			{
				System: system("alore", "Alore"), State: dsr.Attested, Evidence: dsr.PersonsWord,
				Actions: []dsr.Action{{Name: "complete-task", Operator: "Sam", Text: "ticket 4711", At: start.Add(3 * time.Hour)}},
			},
			{System: system("console", "Search Console"), State: dsr.NotApplicable, Evidence: dsr.Statement, Explanation: "aggregates only"},
			{System: system("viber", "Viber"), State: dsr.CannotIdentify, Explanation: "nobody has a phone number (GDPR Art. 11)"},
			{System: system("shop", "Own shop"), State: dsr.Retained, Explanation: "kept on a legal ground: legal_obligation"},
		},
	}
	r.Conclude()
	return r
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestTheReportReadsLikeThis(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.NoError(t, report.Text(&text, sample()))
	golden(t, "report.txt", text.String())
}

// TestARestrictionReadsLikeThis is of one that is in force, not everywhere, was undone
// and restored, and of a vendor that was away.
func TestARestrictionReadsLikeThis(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Kind, r.CompletedAt, r.SubjectTokens = dsr.Restriction, time.Time{}, []string{"rY3pJ6lK0aZ2mQ8sVxN4tB7uE1wC5dF9gH-iOoLkPjM"}
	r.Restriction = &dsr.RestrictionRecord{Ground: dsr.GroundAccuracy, Until: dsr.GroundAccuracy.Expectation(), InForceSince: start.AddDate(0, 0, 1)}
	gist := &r.Systems[0]
	gist.State, gist.Role, gist.Category = dsr.Restricted, dsr.JointController, "chat"
	gist.Records = []dsr.RecordCount{{Kind: "contact", State: dsr.Restricted, Count: 1}}
	gist.Calls[0].RequestIDs = []string{"0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319d"}
	gist.Drifts, gist.DriftedAt, gist.CheckedAt = 1, start.AddDate(0, 0, 3), start.AddDate(0, 0, 5)
	gist.Outages = []dsr.Outage{
		{From: start.Add(-75 * time.Hour), LastFailed: start.Add(-15 * time.Minute), Until: start, Attempts: 217},
		{From: start, LastFailed: start, Until: start.Add(61 * time.Minute), Attempts: 1},
		{From: start.Add(time.Hour), LastFailed: start.Add(time.Hour + time.Second), Attempts: 2},
	}
	gist.Restriction = &dsr.RestrictionFacts{Able: true, Covers: []string{"marketing e-mails"}, GoesOn: []string{"lists"}, Irreversible: []string{"sequences"}}
	r.Systems[1].State, r.Systems[1].ExpectedBy = dsr.NotFound, time.Time{}
	r.Systems[1].Evidence, r.Systems[1].Restriction = dsr.ReadBack, &dsr.RestrictionFacts{Instead: "stop sending events"}
	r.Conclude()
	var text bytes.Buffer
	require.NoError(t, report.Text(&text, r))
	golden(t, "restriction.txt", text.String())

	r.Restriction.Lift = &dsr.LiftRecord{Operator: "Sam", Reason: "corrected", At: start.AddDate(0, 1, 0), NoticeSentAt: start.AddDate(0, 1, 1), NoticeBy: "Kim", NoticeEvidence: "letter"}
	r.Systems = r.Systems[:1]
	r.Systems[0].State, r.Systems[0].Left = dsr.Lifted, []string{"contact/17: unsubscribed_from_emails stays"}
	r.Conclude()
	text.Reset()
	require.NoError(t, report.Text(&text, r))
	for _, fact := range []string{
		"Status       lifted with exceptions\n", "Gist (gist): lifted, verified", "Not as before contact/17: unsubscribed_from_emails stays",
		"Known by     the system was asked again and shows the settings as they should be", "the subject was told of the lifting, confirmed by Kim",
	} {
		require.Contains(t, text.String(), fact)
	}
}

func TestTheReportSaysWhatWentBefore(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Identity = &dsr.IdentityCheck{
		Operator: "Sam", Reason: "nobody knows the address", AskedAt: start, ConfirmedBy: "Kim", Evidence: "ticket 4712", AnsweredAt: start.AddDate(0, 0, 2), WaitedDays: 2,
	}
	r.Earlier = []dsr.Run{{
		StartedAt: start, Ended: "timed_out", Report: "erasure/R-1/001.json", Actions: []dsr.Action{{Name: "approve", Operator: "Sam", At: start}},
		Systems: []dsr.Attempt{{
			System: "gist", Records: []dsr.RecordCount{{Kind: "note", State: dsr.Erased, Count: 7}},
			Calls: []dsr.Call{{Method: "DELETE", Path: "/notes/{id}", Status: 204, Count: 7}}, Actions: []dsr.Action{{Name: "retry-system", Operator: "Kim", At: start}},
		}},
	}}
	var b bytes.Buffer
	require.NoError(t, report.Text(&b, r))
	for _, fact := range []string{
		"nobody knows the address", "confirmed by Kim", "ticket 4712; 2 days were added", "Earlier run, begun 2026-03-02 09:00:00 UTC: timed out",
		"erasure/R-1/001.json", "approve by Sam", "7 notes erased", "DELETE /notes/{id}: status 204 ×7", "retry-system by Kim",
	} {
		require.Contains(t, b.String(), fact)
	}
}

func TestOnlyARestrictionSaysWhatRestrictingMeans(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Systems[1].Restriction = &dsr.RestrictionFacts{Able: true, Covers: []string{"advertising"}, GoesOn: []string{"measuring"}, Irreversible: []string{"past audiences"}}
	r.Systems[2].Restriction = &dsr.RestrictionFacts{Instead: "stop sending"}
	text := func() string {
		var b bytes.Buffer
		require.NoError(t, report.Text(&b, r))
		return b.String()
	}
	facts := []string{"Stops        advertising", "Goes on      measuring", "Not restored past audiences", "Unable       stop sending"}
	for _, fact := range facts {
		require.NotContains(t, text(), fact)
	}
	require.Contains(t, text(), "exports to BigQuery")
	r.Kind = "restriction"
	for _, fact := range facts {
		require.Contains(t, text(), fact)
	}
	require.NotContains(t, text(), "exports to BigQuery", "that is what an erasure does not cover")
}

func TestTheGroundOfARestrictionAndWhoNamedItAreSaid(t *testing.T) {
	t.Parallel()
	for want, record := range map[string]dsr.RestrictionRecord{
		"Ground       not named; the request came without one\n": {},
		"Ground       Art. 18(1)(d), until it is decided\n":      {Ground: dsr.GroundObjection, Until: "it is decided"},
		"until it is decided (named by Sam, ":                    {Ground: dsr.GroundObjection, Until: "it is decided", NamedBy: "Sam", NamedAt: time.Now()},
	} {
		r := sample()
		r.Kind, r.Restriction = dsr.Restriction, &record
		var b bytes.Buffer
		require.NoError(t, report.Text(&b, r))
		require.Contains(t, b.String(), want)
	}
}

func TestTheProgressReadsLikeThis(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Systems = append(r.Systems,
		dsr.Outcome{System: dsr.System{Name: "crm"}, State: dsr.Locating},
		dsr.Outcome{System: dsr.System{Name: "chat"}, State: dsr.NeedsOperator, Question: &dsr.Question{Text: "the key is rejected; repair it, then retry-system"}},
	)
	notes := map[string]report.Note{"crm": {Attempt: 7, Reason: "crm: GET /contacts: status 503: the vendor has a fault", Next: start.Add(90 * time.Second)}}
	golden(t, "table.txt", report.Table(r, notes, report.View{Width: 120, Now: start})+"\n")
}

func TestTheJSONFormReadsBack(t *testing.T) {
	t.Parallel()
	content, err := report.Encode(sample())
	require.NoError(t, err)
	golden(t, "report.json", string(content))
	back, err := report.Decode(content)
	require.NoError(t, err)
	require.Equal(t, sample(), back)
}

func TestAReportOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	_, err := report.Decode([]byte(`{"version":"2"}`))
	require.ErrorContains(t, err, `version "2"`)
	_, err = report.Decode([]byte(`{`))
	require.ErrorContains(t, err, "cannot be read")
}

func openArchive(t *testing.T) (*report.Archive, string) {
	t.Helper()
	dir := t.TempDir()
	bucket, err := storage.Open(t.Context(), "file://"+dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bucket.Close()) })
	return report.NewArchive(bucket).SignedBy(newSigner(1), clock), dir
}

func TestTheArchiveAddsAndNeverReplaces(t *testing.T) {
	t.Parallel()
	archive, dir := openArchive(t)
	first, second := sample(), sample()
	second.CompletedAt = second.CompletedAt.AddDate(0, 0, 1)

	for _, step := range []struct {
		report dsr.Report
		key    string
	}{{first, "erasure/R-1/001.json"}, {first, "erasure/R-1/001.json"}, {second, "erasure/R-1/002.json"}, {first, "erasure/R-1/001.json"}} {
		key, err := archive.Put(t.Context(), step.report)
		require.NoError(t, err)
		require.Equal(t, step.key, key)
	}

	latest, err := archive.Latest(t.Context(), dsr.Erasure, "R-1")
	require.NoError(t, err)
	require.Equal(t, second, latest)
	stored, err := os.ReadFile(filepath.Join(dir, "erasure", "R-1", "001.json"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(stored), `{"completed_at":`), "the canonical form sorts its members")
}

func TestARequestWithoutAReportIsSaidToHaveNone(t *testing.T) {
	t.Parallel()
	archive, _ := openArchive(t)
	_, err := archive.Latest(t.Context(), dsr.Erasure, "R-9")
	require.ErrorIs(t, err, report.ErrNotFound)
}
