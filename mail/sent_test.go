package mail_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
)

func TestAnAcknowledgementsMessageIDNamesItsRequest(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	const seal = "0123456789abcdef"
	for _, french := range []bool{false, true} {
		a := acknowledgement
		a.French, a.Seal = french, seal
		require.NoError(t, mail.Acknowledge(t.Context(), server.Settings, a))
	}
	_, domain, _ := strings.Cut(server.Settings.From.Address, "@")
	for _, m := range server.Delivered(t, 2) {
		id, ok := mail.ReadSentID(m.Header.Get("Message-Id"))
		require.True(t, ok, m.Header.Get("Message-Id"))
		require.Equal(t, mail.SentID{Kind: dsr.Erasure, RequestID: "mail-0123", Seal: seal, Domain: domain}, id)
		require.Equal(t, m.Header.Get("Message-Id"), "<"+id.String()+">")
	}
}

func TestOnlyLethesFormsOfMessageIDAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*mail.SentID{
		"<lethe.0123456789abcdef0123456789abcdef@Example.com>":                 {Domain: "example.com"},
		"<lethe.erasure.mail-1.0123456789abcdef@example.com>":                  {Kind: "erasure", RequestID: "mail-1", Seal: "0123456789abcdef", Domain: "example.com"},
		"<lethe.restriction.a.b-c_d.0123456789abcdef@example.com>":             {Kind: "restriction", RequestID: "a.b-c_d", Seal: "0123456789abcdef", Domain: "example.com"},
		"<lethe.erasure.mail-1.0123456789abcde@example.com>":                   nil,
		"<lethe.erasure.0123456789abcdef@example.com>":                         nil,
		"lethe.erasure.mail-1.0123456789abcdef@example.com":                    nil,
		"<lethe.erasure.mail-1.0123456789abcdef@>":                             nil,
		"<lethe.erasure." + strings.Repeat("a", 65) + ".0123456789abcdef@e.x>": nil,
		"<0123456789abcdef0123456789abcdef@example.com>":                       nil,
		"": nil,
	} {
		got, ok := mail.ReadSentID(text)
		require.Equal(t, want != nil, ok, text)
		if want != nil {
			require.Equal(t, *want, got, text)
		}
	}
}
