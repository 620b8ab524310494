package mail_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
)

var acknowledgement = mail.Acknowledgement{
	To: "ann@example.com", RequestID: "mail-0123", Kind: dsr.Erasure, InReplyTo: "<1@example.com>",
	ReceivedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), DueAt: time.Date(2026, 4, 1, 23, 59, 59, 0, time.UTC),
}

func TestAnAcknowledgementReachesThePersonAndNobodyAnswersIt(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	french := acknowledgement
	french.French, french.InReplyTo = true, "<1@example.com>\r\nBcc: all@example.com"

	require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, acknowledgement))
	require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, french))

	texts, ids := map[string]string{}, map[string]bool{}
	for _, m := range server.Delivered(t, 2) {
		require.Equal(t, "ann@example.com", m.Header.Get("Envelope-To"))
		require.Equal(t, "auto-replied", m.Header.Get("Auto-Submitted"))
		require.Contains(t, []string{"", "<1@example.com>"}, m.Header.Get("In-Reply-To"), "what is no Message-ID is not repeated")
		require.Empty(t, m.Header.Get("Bcc"))
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		require.NoError(t, err)
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		require.NoError(t, err)
		texts[subject] = string(body)
		ids[m.Header.Get("Message-ID")] = true
	}
	require.Contains(t, texts["We have received your request mail-0123"], "arrived on 1 March 2026")
	require.Contains(t, texts["We have received your request mail-0123"], "answer it by 1 April 2026")
	require.NotContains(t, texts["We have received your request mail-0123"], "legal claim", "who wants an erasure is asked nothing")
	require.Contains(t, texts["Nous avons reçu votre demande mail-0123"], "parvenue le 1er mars 2026")
	require.Len(t, ids, 1, "sent twice it is the same message")
}

func TestAPersonWhoWantsARestrictionIsAskedWhy(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	for _, french := range []bool{false, true} {
		a := acknowledgement
		a.Kind, a.French = dsr.Restriction, french
		require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, a))
	}
	var texts string
	for _, m := range server.Delivered(t, 2) {
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		require.NoError(t, err)
		texts += string(body)
	}
	for _, want := range []string{
		"your request to restrict the use of your personal data arrived on", "- the data are wrong;", "- you need them for a legal claim;",
		"votre demande de limitation de l'utilisation de vos données personnelles nous", "- les données sont inexactes ;", "- vous vous êtes opposé(e)",
	} {
		require.Contains(t, texts, want)
	}
}

func TestAddressesInEveryScriptAreWrittenTo(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	for address, want := range map[string]string{
		"zoë@example.com": "zoë@example.com", "ann@EXAMPLE.com": "ann@example.com", "bücher@xn--bcher-kva.example.com": "bücher@xn--bcher-kva.example.com",
		"ann@bücher.example.com": "ann@xn--bcher-kva.example.com", "o'neil+news@example.com": "o'neil+news@example.com",
	} {
		a := acknowledgement
		a.To, a.RequestID = address, want
		require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, a), address)
	}
	for _, m := range server.Delivered(t, 5) {
		want := strings.TrimPrefix(m.Header.Get("Subject"), "We have received your request ")
		want, err := new(mime.WordDecoder).DecodeHeader(want)
		require.NoError(t, err)
		require.Equal(t, strings.TrimPrefix(want, "We have received your request "), m.Header.Get("Envelope-To"))
	}
}

func TestADayIsThatOfWhoeverAnswers(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.Plain, true)
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	// Half an hour after summer time began, and after midnight in Paris: the server's
	// clock is in another zone.
	for received, want := range map[time.Time]string{
		time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC):  "arrived on 29 March 2026",
		time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC):   "arrived on 29 March 2026",
		time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC): "arrived on 25 October 2026",
	} {
		a := acknowledgement
		a.ReceivedAt, a.DueAt, a.RequestID = received, time.Date(2026, 4, 29, 23, 59, 59, 0, paris), want
		require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, a))
	}
	for _, m := range server.Delivered(t, 3) {
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		require.NoError(t, err)
		require.Contains(t, string(body), strings.TrimPrefix(m.Header.Get("Subject"), "We have received your request ")+".")
	}
}

func TestAnAddressThatCannotBeWrittenToIsRefused(t *testing.T) {
	t.Parallel()
	without := faulty{"EHLO": "250 mail.example.com"}.start(t)
	for _, to := range []string{"", "ann", "Ann <ann@example.com>", "ann@example.com, bob@example.com", "ann@exa mple.com", "ann@example.com\r\nRCPT TO:<bob@example.com>",
		"ann@[IPv6:2001:db8::1]", "zoë@example.com"} {
		a := acknowledgement
		a.To = to
		var refused *connectors.Error
		require.ErrorAs(t, mail.Acknowledge(t.Context(), without, a), &refused, to)
		require.Equal(t, connectors.Rejected, refused.Class, to)
		require.NotContains(t, refused.Error(), "example.com")
	}
}

func TestPeopleAreToldThatRequestsWait(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	settings := server.Settings
	settings.Now = aWeekBefore
	settings.To = append(settings.To, &netmail.Address{Address: "operator@example.com"})
	for range 2 { // by two processes
		require.NoError(t, mail.Flooded(t.Context(), settings, 2413, 100))
	}
	ids := map[string]bool{}
	for _, m := range server.Delivered(t, 4) {
		ids[m.Header.Get("Message-Id")] = true
		require.Equal(t, "Lethe: 2413 requests wait in the mailbox", m.Header.Get("Subject"))
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		require.NoError(t, err)
		require.Contains(t, string(body), "The limit is 100.")
	}
	require.Len(t, ids, 2, "each is told once a day")
	for range 2 {
		require.NoError(t, mail.NeedsPerson(t.Context(), settings, 3))
	}
	flagged := map[string]bool{}
	for _, m := range server.Delivered(t, 8) { // in whatever order the server got round to them
		if !ids[m.Header.Get("Message-Id")] {
			flagged[m.Header.Get("Message-Id")] = true
			require.Equal(t, "Lethe: 3 messages in the mailbox need a person", m.Header.Get("Subject"))
		}
	}
	require.Len(t, flagged, 2, "each is told once an hour")
	settings.Password = "wrong"
	require.ErrorContains(t, mail.Flooded(t.Context(), settings, 1, 1), "does not accept username and password")
}
