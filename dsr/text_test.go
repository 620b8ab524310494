package dsr_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestATextIsOneParagraphOfVisibleCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"closed in March": "closed in March",
		"closed\n\n# Status completed\r\n- all of it\t.": "closed # Status completed - all of it .",
		"red \x1b[31m, bell \a, \x00 and \x7f":           "red [31m, bell , and",
		"C1 \u009b31m and \u0085 next line":              "C1 31m and next line",
		"a\u2028b\u2029c":                                "a b c",
		"re\u202egaps\u202c, \u2066isolated\u2069":       "regaps, isolated",
		"no\u200b wi\u200ddth\ufeff\u00ad\u2060":         "no width",
		"tag\U000e0041":                                  "tag",
		"  much\u00a0\u3000room  ":                       "much room",
		"\xff\xfe":                                       "\ufffd\ufffd",
		"التزام قانوني، الفصل 5؛ élève — 北京 \u0601 12": "التزام قانوني، الفصل 5؛ élève — 北京 \u0601 12",
		" \n\u200b": "",
	} {
		require.Equal(t, want, dsr.OneParagraph(text))
		require.Equal(t, want, dsr.OneParagraph(dsr.OneParagraph(text)))
	}
}

// TestAllTextsOfAReportAreReached hides one in every place that holds text.
func TestAllTextsOfAReportAreReached(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, zone)
	evil := "a\x1b[31m\nb"
	r := dsr.Report{
		RequestID: "R-1", DueAt: at, Exceptions: []string{evil}, Extension: &dsr.Extension{Reason: evil, At: at},
		Identity: &dsr.IdentityCheck{Reason: evil}, Cancellation: &dsr.Action{Text: evil},
		Restriction: &dsr.RestrictionRecord{Lift: &dsr.LiftRecord{Reason: evil}},
		Related:     []dsr.Meeting{{Decision: &dsr.Action{Text: evil}}},
		Systems: []dsr.Outcome{{
			System: dsr.System{Name: "crm", Task: &dsr.Task{Steps: []string{evil}}}, Explanation: evil, Left: []string{evil},
			Question: &dsr.Question{Text: evil, Candidates: []dsr.Candidate{{Record: evil}}}, Actions: []dsr.Action{{Operator: evil, Text: evil}},
			Retained: []dsr.Retention{{Reason: evil, Categories: []string{evil}}},
		}},
		Earlier: []dsr.Run{{Actions: []dsr.Action{{Text: evil}}}},
	}
	before, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(before), `\u001b`)

	clean := dsr.Paragraphs(r)

	after, err := json.Marshal(clean)
	require.NoError(t, err)
	require.NotContains(t, string(after), `\u001b`)
	require.NotContains(t, string(after), `\n`)
	require.Equal(t, "CET", clean.DueAt.Format("MST"), "times keep their zone")
	unchanged, err := json.Marshal(r)
	require.NoError(t, err)
	require.Equal(t, string(before), string(unchanged), "the report itself stays as it was signed")
	require.Nil(t, dsr.Paragraphs(dsr.Report{}).Systems)
}
