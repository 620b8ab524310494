package mailbox_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mailbox"
)

// TestWhoSaysThatAFromLineIsTrue reads what the company's own mail server found, and
// nobody else's word (RFC 8601). Senders choose the local part of their address, which
// servers quote.
func TestWhoSaysThatAFromLineIsTrue(t *testing.T) {
	t.Parallel()
	const ours, from = "Authentication-Results: mx.company.example", "jo@example.org"
	for fields, want := range map[string]dsr.MailAuthentication{
		"": dsr.MailNotChecked,
		ours + "; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org":                             dsr.MailDMARC,
		ours + " 1;\r\n\tspf=pass smtp.mailfrom=jo@example.org;\r\n dmarc = pass header.from = Example.ORG": dsr.MailDMARC,
		ours + "; DMARC=PASS header.from=mail.example.org":                                                  dsr.MailDMARC,
		strings.ToUpper(ours) + "; dmarc=pass header.from=example.org":                                      dsr.MailDMARC,
		ours + "; dmarc=pass header.from=evil.example":                                                      dsr.MailUnproven,
		ours + "; dmarc=pass": dsr.MailUnproven,
		ours + "; dmarc=bestguesspass header.from=example.org": dsr.MailUnproven,
		ours + "; dmarc=none header.from=example.org":          dsr.MailUnproven,
		ours + "; none": dsr.MailUnproven,
		ours:            dsr.MailUnproven,
		ours + "; dmarc=fail (p=NONE) header.from=example.org; dkim=pass header.d=example.org": dsr.MailFailed,
		ours + "; dkim=pass header.d=example.org header.s=s1; dmarc=fail":                      dsr.MailFailed,
		ours + "; dkim=pass header.d=example.org; dmarc=none":                                  dsr.MailDKIM,
		ours + "; dkim/1=pass header.i=@mail.example.org header.b=abc":                         dsr.MailDKIM,
		ours + "; dkim=fail header.d=example.org; dkim=pass header.d=list.example":             dsr.MailUnproven,
		ours + "; spf=pass smtp.mailfrom=jo@example.org":                                       dsr.MailUnproven,
		// The sender writes their own results.
		ours + `; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil.example; dmarc=none`:             dsr.MailUnproven,
		ours + `; spf=pass (x; dmarc=pass header.from=example.org) smtp.mailfrom=evil.example`:                         dsr.MailUnproven,
		ours + `; spf=pass (x \); dmarc=pass header.from=example.org)`:                                                 dsr.MailUnproven,
		ours + `; spf=fail reason="\"; dmarc=pass header.from=example.org"`:                                            dsr.MailUnproven,
		ours + `; spf=none (((; dmarc=pass header.from=example.org`:                                                    dsr.MailUnproven,
		ours + "; dmarc=none\r\n" + ours + "; dmarc=pass header.from=example.org":                                      dsr.MailUnproven,
		ours + "; dmarc=fail\r\n" + ours + "; dmarc=pass header.from=example.org":                                      dsr.MailFailed,
		"Authentication-Results: mx.elsewhere.example; dmarc=fail\r\n" + ours + "; dmarc=pass header.from=example.org": dsr.MailDMARC,
		"Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=example.org":                             dsr.MailNotChecked,
		"Authentication-Results: mx.company.example.evil.example; dmarc=pass header.from=example.org":                  dsr.MailNotChecked,
		// Exchange Online names no server.
		"Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dmarc=pass action=none header.from=example.org": dsr.MailNotChecked,
		"Authentication-Results: ;;;=;": dsr.MailNotChecked,
		"Authentication-Results:":       dsr.MailNotChecked,
		"ARC-Authentication-Results: i=1; mx.company.example; dmarc=pass header.from=example.org": dsr.MailNotChecked,
	} {
		require.Equal(t, want, mailbox.Authentication(fields+"\r\n\r\n", "mx.company.example", from), "%q", fields)
	}
	require.Equal(t, dsr.MailNotChecked, mailbox.Authentication(ours+"; dmarc=pass header.from=example.org\r\n\r\n", "", from), "nothing is configured")
	require.Equal(t, dsr.MailUnproven, mailbox.Authentication(ours+"; dkim=pass header.d=other.co.uk\r\n\r\n", "mx.company.example", "jo@example.co.uk"),
		"co.uk is no organisation")
}

// TestAFailedFromLineIsNoRequestByItself has what a request says of its sender.
func TestAFailedFromLineIsNoRequestByItself(t *testing.T) {
	t.Parallel()
	const ours = "Authentication-Results: mx.company.example; dmarc="
	what, _, reason := atCompany(ours + "fail header.from=example.org\r\n" + jo + forget)
	require.Equal(t, "person", what)
	require.ErrorContains(t, reason, "failed DMARC")
	what, r, _ := atCompany(ours + "pass header.from=example.org\r\n" + jo + forget)
	require.Equal(t, "request", what)
	require.Equal(t, dsr.MailDMARC, r.Mail.Authentication)
	what, r, _ = atCompany(ours+"fail header.from=example.org\r\n"+jo+forget, func(o *mailbox.Options) { o.AuthservID = "" })
	require.Equal(t, "request", what)
	require.Equal(t, dsr.MailNotChecked, r.Mail.Authentication)
}

func FuzzAuthenticationResultsAreRead(f *testing.F) {
	for _, seed := range []string{"mx.company.example; dmarc=pass header.from=example.org", `x; a=b (\`, `x; "`, "=", ";"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, field string) {
		mailbox.Authentication("Authentication-Results: "+field+"\r\n\r\n", "mx.company.example", "jo@example.org")
	})
}
