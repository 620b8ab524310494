package mailbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

// An arrival is a message as a real mail system writes it, and what has to become of it.
type arrival struct {
	File, System string
	Source       []string
	InternalDate time.Time
	Outcome, Or  string
	Why, Address string
	// Received is the day on which the company first had it.
	Received string
}

// atTheCompany are the settings under which the outcomes hold.
func (o *office) atTheCompany(server mailbox.Server) mailbox.Options {
	options := o.options(server)
	options.Ours, options.Domains = []string{"privacy@company.example"}, []string{"company.example"}
	options.Groups, options.AuthservID = []string{"privacy-group@company.example"}, "mx.company.example"
	options.ReceivedBy = []string{"mx.company.example"}
	options.Now = func() time.Time { return time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC) }
	return options
}

var receivedOn = regexp.MustCompile(`20\d\d-\d\d-\d\d`)

// TestWhatBecomesOfWhatArrives puts messages with the headers of real mail systems into a
// mailbox, each in a mailbox of its own. Run it with -v for the table.
func TestWhatBecomesOfWhatArrives(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("testdata", "arrivals")
	content, err := os.ReadFile(filepath.Join(folder, "index.yaml"))
	require.NoError(t, err)
	var arrivals []arrival
	require.NoError(t, yaml.Unmarshal(content, &arrivals))
	require.Len(t, arrivals, 60)
	server := mailboxtest.Start(t, "")
	client := server.Client()
	var table strings.Builder
	rows := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(rows, "message\twhat writes so\tbecomes\tbecause\tsource")
	for i, a := range arrivals {
		name := fmt.Sprintf("In%d", i)
		require.NoError(t, client.Create(name, nil).Wait())
		o := newOffice()
		settings := server.Settings(mail.Plain)
		settings.Folder = name
		options := o.atTheCompany(settings)
		text, err := os.ReadFile(filepath.Join(folder, a.File))
		require.NoError(t, err)
		ours := mailbox.Sealed(options, dsr.Erasure, "mail-5f1c0a", "company.example")
		server.Deliver(name, a.InternalDate, strings.ReplaceAll(string(text), "<OURS@company.example>", ours))
		seen, err := mailbox.Once(t.Context(), options)
		require.NoError(t, err, a.File)

		got := outcomeOf(seen)
		reason := o.reason()
		fmt.Fprintf(rows, "%s\t%s\t%s\t%s\t%s\n", strings.TrimSuffix(a.File, ".eml"), a.System, got, reason, a.Source[0])
		if got != a.Outcome && (a.Or == "" || got != a.Or) {
			t.Errorf("%s (%s): became %s (%s), not %s: %s", a.File, a.System, got, reason, a.Outcome, a.Why)
			continue
		}
		flagged := server.Subjects(name, "LethePerson")
		require.Len(t, flagged, seen.Person, a.File)
		require.NotContains(t, o.log.all(), "@", a.File)
		if got != "request" {
			require.Empty(t, o.sent, "%s: nothing answers it", a.File)
			continue
		}
		require.Len(t, o.requests, 1, a.File)
		for _, r := range o.requests {
			require.Equal(t, a.Address, r.Subject.Identifiers[0].Value, a.File)
			want := a.InternalDate.Format(time.DateOnly)
			if a.Received != "" {
				want = receivedOn.FindString(a.Received)
			}
			require.Equal(t, want, r.ReceivedAt.In(a.InternalDate.Location()).Format(time.DateOnly), a.File)
		}
	}
	require.NoError(t, rows.Flush())
	t.Log("\n" + table.String())
}

// outcomeOf is what became of the only message.
func outcomeOf(s mailbox.Summary) string {
	switch {
	case s.Requests == 1:
		return "request"
	case s.Person == 1:
		return "person"
	case s.Reports+s.Replies+s.Own == 1:
		return "left_alone"
	default:
		return "no_request"
	}
}

var reasons = regexp.MustCompile(`"reason":"([^"]*)"`)

// reason is why a person has to read the only message.
func (o *office) reason() string {
	if found := reasons.FindStringSubmatch(o.log.all()); found != nil {
		return found[1]
	}
	return "-"
}
