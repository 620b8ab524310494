package mail_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
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

func TestAnAddressThatCannotBeWrittenToIsRefused(t *testing.T) {
	t.Parallel()
	a := acknowledgement
	a.To = "zoë@example.com"
	var refused *connectors.Error
	require.ErrorAs(t, mail.Acknowledge(t.Context(), mail.Settings{}, a), &refused)
	require.Equal(t, connectors.Rejected, refused.Class)
}
