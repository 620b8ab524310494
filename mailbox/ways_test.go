package mailbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
	"ite.digital/lethe/requests"
)

// atCompany is what comes of a message with such fields where company.example has
// configured its domain, a group and its mail server.
func atCompany(fields string, change ...func(*mailbox.Options)) (what string, r dsr.Request, reason error) {
	o := newOffice().atTheCompany(mailbox.Server{})
	for _, c := range change {
		c(&o)
	}
	return mailbox.Judge(o, fields+"\r\n", received())
}

const jo = "From: jo@example.org\r\n"

// TestAForwardedRequestIsForAPerson is case I9: the colleague who forwards a request never
// becomes its subject.
func TestAForwardedRequestIsForAPerson(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"Fwd: My information [delete]": "person", "FW: My information [delete]": "person", "WG: My information [delete]": "person",
		"TR: Mes informations [supprimer]": "person", "RV: My information [delete]": "person", "I: My information [delete]": "person",
		"ENC: My information [delete]": "person", "VS: My information [delete]": "person", "Doorst: My information [delete]": "person",
		"Re: Fwd: My information [delete]": "person", "[EXTERN] WG: AW: My information [delete]": "person", "Fwd[2]: My information [delete]": "person",
		"=?utf-8?q?WG=3A_My_information_=5Bdelete=5D?=": "person",
		"Re: My information [delete]":                   "request", "AW: My information [delete]": "request", "SV: My information [delete]": "request",
		"RE: RE: Re[3]: My information [delete]": "request", "RES: My information [delete]": "request", "Antw: My information [delete]": "request",
	} {
		what, _, _ := judged("From: Kim <kim@example.org>\r\nSubject: " + subject + "\r\n")
		require.Equal(t, want, what, subject)
	}
	for fields, want := range map[string]string{
		"X-Forwarded-Message-Id: <1@example.org>\r\n":                    "person", // Thunderbird, its subject edited
		"Resent-From: support@company.example\r\nResent-To: x@y.com\r\n": "request",
		"X-Forwarded-To: privacy@company.example\r\n":                    "request",
	} {
		what, _, _ := judged(jo + forget + fields)
		require.Equal(t, want, what, fields)
	}
	what, _, _ := atCompany("From: kim@company.example\r\nSubject: WG: Hallo\r\n")
	require.Equal(t, "person", what, "a colleague forwards what may be anything")
}

// TestListHeadersSayWhoDistributedAMessage is case I10.
func TestListHeadersSayWhoDistributedAMessage(t *testing.T) {
	t.Parallel()
	const group = "X-Original-Sender: jo@example.org\r\nPrecedence: list\r\nList-Id: Privacy <privacy-group.company.example>\r\n" +
		"Mailing-list: list privacy-group@company.example; contact privacy-group+owners@company.example\r\n" +
		"List-Post: <https://groups.google.com/x>, <mailto:privacy-group@company.example>\r\nX-BeenThere: privacy-group@company.example; h=\"x\"\r\n"
	without := func(o *mailbox.Options) { o.Groups = nil }
	what, _, _ := atCompany(jo+forget+group, without)
	require.Equal(t, "person", what)
	what, r, reason := atCompany(jo + forget + group)
	require.Equal(t, "request", what, reason)
	require.Equal(t, "jo@example.org", r.Subject.Identifiers[0].Value)
	require.Equal(t, dsr.MailGroup, r.Mail.Via)
	for name, fields := range map[string]string{
		"answers go to the group": jo + "Reply-To: privacy-group@company.example\r\n" + group,
		"a Mailman list":          jo + "Precedence: bulk\r\nList-Id: <privacy-group.company.example>\r\nX-BeenThere: privacy-group@company.example\r\n",
	} {
		what, _, reason := atCompany(fields + forget)
		require.Equal(t, "request", what, "%s: %v", name, reason)
	}
	for name, fields := range map[string]string{
		"the sender is the group":      "From: 'Jo' via Privacy <privacy-group@company.example>\r\nX-Original-From: jo@example.org\r\nReply-To: jo@example.org\r\n" + group,
		"the sender was another":       "From: eve@example.org\r\n" + group,
		"the sender was rewritten":     jo + "X-Original-From: Jo <jo@example.com>\r\n" + group,
		"a name as groups write it":    "From: \"'Jo' via Privacy\" <jo@example.org>\r\n" + group,
		"another list as well":         jo + "List-Id: <news.example.org>\r\n" + group,
		"another list of the company":  jo + "List-Id: <all-staff.company.example>\r\n",
		"a list without a name":        jo + "List-Unsubscribe: <https://example.org>\r\n",
		"a rule behind the group":      jo + "Auto-Submitted: auto-generated\r\n" + group,
		"junk, as the group says":      jo + strings.Replace(group, "Precedence: list", "Precedence: junk", 1),
		"a group with a similar name":  jo + "List-Id: <privacy-group.company.example.evil.example>\r\n",
		"answers go to somebody else":  jo + "Reply-To: eve@example.org\r\n" + group,
		"a colleague writes to it":     "From: kim@company.example\r\nX-Original-Sender: kim@company.example\r\nList-Id: <privacy-group.company.example>\r\n",
		"the group's owner distrusted": jo + "Mailing-list: list other@company.example; contact other+owners@company.example\r\n",
	} {
		what, _, _ := atCompany(fields + forget)
		require.Equal(t, "person", what, name)
	}
}

// TestWhatARuleForwardsIsForAPerson is case I11.
func TestWhatARuleForwardsIsForAPerson(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"Auto-Submitted: auto-generated\r\n", "auto-submitted: auto-generated\r\nX-MS-Exchange-Inbox-Rules-Loop: support@company.example\r\n"} {
		what, _, _ := judged(jo + field + forget)
		require.Equal(t, "person", what)
		require.False(t, mailbox.MayBeAnswered(jo+field+forget))
	}
}

// TestNeitherAFormNorTheCompanyIsAPerson is case I12.
func TestNeitherAFormNorTheCompanyIsAPerson(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]string{
		"From: Shop <wordpress@company.example>\r\n":                                         "person",
		"From: Shop <wordpress@shop.example>\r\n":                                            "person",
		"From: support@helpdesk.example\r\nReply-To: jo@example.org\r\n":                     "person",
		"From: www-data@web1.example\r\n":                                                    "person",
		"From: apache@web1.example\r\n":                                                      "person",
		"From: no-responder@shop.example\r\n":                                                "person",
		"From: keine-antwort@shop.example\r\n":                                               "person",
		"From: ne-pas-repondre@shop.example\r\n":                                             "person",
		"From: Contact-Form@shop.example\r\n":                                                "person",
		"From: kim@company.example\r\n":                                                      "person",
		"From: kim@mail.COMPANY.example\r\n":                                                 "person",
		"From: privacy-group@company.example\r\n":                                            "person",
		"From: jo@notcompany.example\r\n":                                                    "request",
		"From: kim@acme.zendesk.com\r\n":                                                     "person",
		"From: requests@incogni.com\r\n":                                                     "person",
		jo + "Reply-To: Jo <JO@example.org>\r\n":                                             "request",
		jo + "Reply-To:\r\n":                                                                 "request",
		jo + "Reply-To: jo@example.org, eve@example.org\r\n":                                 "person",
		jo + "Reply-To: not an address\r\n":                                                  "person",
		jo + "Reply-To: jo@example.org\r\nReply-To: eve@example.org\r\n":                     "person",
		jo + "X-PHP-Originating-Script: 1000:class-phpmailer.php\r\n":                        "person",
		jo + "X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)\r\n":        "person",
		jo + "X-Mailer: Apple Mail (2.3826.700.81)\r\nSender: assistant@company.example\r\n": "request",
	} {
		what, _, reason := atCompany(fields + forget)
		require.Equal(t, want, what, "%q: %v", fields, reason)
		if reason != nil {
			require.NotContains(t, reason.Error(), "@")
		}
	}
	what, _, _ := atCompany("From: mailer@shopify.com\r\nReply-To: jo@example.org\r\nSubject: New customer message\r\n")
	require.Equal(t, "person", what, "a form's subject says nothing of what was asked")
	what, _, _ = atCompany("From: news@shop.example\r\nReply-To: office@shop.example\r\nSubject: What is new in autumn\r\n")
	require.Equal(t, "no request", what)
}

// TestAMailProvidersDomainIsNobodysOwn has a small company whose mailbox is at a provider.
func TestAMailProvidersDomainIsNobodysOwn(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"privacy@company.example": "company.example", "privacy@Bücher.example": "xn--bcher-kva.example", "privacy@gmail.com": "", "firma@web.de": "", "privacy": "",
	} {
		require.Equal(t, want, mailbox.OwnDomain(address), address)
	}
}

// TestAnAnswerToOurAcknowledgementIsForAPerson is case I13 in the mailbox.
func TestAnAnswerToOurAcknowledgementIsForAPerson(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [delete]"), letter("Mes données [effacer]"))
	o := newOffice()
	options := o.options(server.Settings(mail.Implicit))
	require.NoError(t, once(t, options))
	require.Len(t, o.sent, 2)
	var answers []string
	for i, a := range o.sent {
		id := "<" + mail.SentID{Kind: a.Kind, RequestID: a.RequestID, Seal: a.Seal, Domain: "example.com"}.String() + ">"
		answers = append(answers, letter([]string{"Re: We have received your request", "RE: Nous avons reçu votre demande"}[i], "In-Reply-To: "+id),
			letter("It was not me", "References: <1@example.com>\n "+id+" <2@example.com>", "In-Reply-To: <2@example.com>"))
	}
	sealed := mailbox.Sealed(options, dsr.Erasure, "mail-1", "example.com")
	server.Deliver("INBOX", received(), append(answers,
		letter("Hello", "In-Reply-To: "+strings.Replace(sealed, "mail-1", "mail-2", 1)),                    // nobody can make a seal
		letter("Hello", "In-Reply-To: <lethe.0123456789abcdef0123456789abcdef@example.com>"),               // a notice to operators
		letter("Hello", "In-Reply-To: <lethe.0123456789abcdef0123456789abcdef@elsewhere.example>"),         // another Lethe's
		strings.Replace(letter("Re: Your request", "References: "+sealed), "ann@", "privacy@", 1),          // we write to the person
		strings.Replace(letter("WG: Re: Your request", "In-Reply-To: "+sealed), "ann@", "privacy@", 1))...) // a colleague passes it on
	seen, err := mailbox.Once(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, "0 requests, 7 for a person, 0 left alone, 2 no request", seen.String())
	counts := map[string]int{}
	for _, line := range o.recorded {
		request, message, _ := strings.Cut(line, " ")
		require.Regexp(t, "^[0-9a-f]{16}$", message)
		counts[request]++
	}
	require.Equal(t, map[string]int{"erasure/" + o.sent[0].RequestID: 2, "erasure/" + o.sent[1].RequestID: 2, "erasure/mail-1": 1}, counts)
	require.NotContains(t, o.log.all(), "@")

	o.over = requests.ErrEnded
	server.Deliver("INBOX", received(), letter("It was not me at all", "In-Reply-To: "+sealed))
	require.NoError(t, once(t, options))
	require.Len(t, server.Subjects("INBOX", imap.FlagFlagged), 8, "it is flagged although the request is over")
	o.over, o.down = nil, requests.ErrUnreachable
	server.Deliver("INBOX", received(), letter("Really not me", "In-Reply-To: "+sealed))
	require.ErrorIs(t, once(t, options), requests.ErrUnreachable)
	require.Len(t, server.Subjects("INBOX", imap.FlagFlagged), 8, "no flag hides that it is not on record")
	o.down = nil
	require.NoError(t, once(t, options))
	require.Len(t, server.Subjects("INBOX", imap.FlagFlagged), 9)
	require.Len(t, o.recorded, 6)
}

// TestOnlyReportsOnOurMailAreLeftAlone has marks of automation with and without the
// Message-ID of something that Lethe sent.
func TestOnlyReportsOnOurMailAreLeftAlone(t *testing.T) {
	t.Parallel()
	options := newOffice().options(mailbox.Server{})
	ours := "In-Reply-To: " + mailbox.Sealed(options, dsr.Erasure, "mail-1", "example.com") + "\r\n"
	const subject = "Subject: Re: We have received your request mail-1 to delete\r\n"
	for fields, want := range map[string]string{
		"Content-Type: multipart/report; report-type=delivery-status\r\n":             "left alone",
		"Content-Type: multipart/report; report-type=disposition-notification\r\n":    "left alone",
		"Auto-Submitted: auto-replied\r\n":                                            "left alone",
		"X-Failed-Recipients: jo@example.org\r\n":                                     "left alone",
		"Precedence: auto_reply\r\n":                                                  "left alone",
		"Auto-Submitted: auto-generated\r\n":                                          "person", // a rule forwards what a person wrote
		"Return-Path: <>\r\n":                                                         "person", // as Exchange forwards
		"Precedence: bulk\r\n":                                                        "person",
		"X-Auto-Response-Suppress: All\r\n":                                           "person",
		"Auto-Submitted: auto-replied\r\nX-Forwarded-Message-Id: <1@example.org>\r\n": "person",
		"List-Id: <privacy-group.company.example>\r\n":                                "person",
	} {
		what, _, _ := judged(jo + subject + ours + fields)
		require.Equal(t, want, what, fields)
		what, _, _ = judged(jo + subject + strings.Replace(ours, "mail-1", "mail-2", 1) + fields)
		require.Equal(t, "person", what, "without a seal of ours: %s", fields)
	}
	what, _, _ := judged(jo + "Subject: Abwesenheitsnotiz: We have received your request\r\nAuto-Submitted: auto-generated\r\n" + ours)
	require.Equal(t, "left alone", what)
	what, _, _ = judged(jo + "Subject: Automatic reply: We have received\r\nauto-submitted: auto-generated\r\nx-ms-exchange-parent-message-id" + strings.TrimPrefix(ours, "In-Reply-To"))
	require.Equal(t, "left alone", what)
	what, _, _ = judged(jo + "Subject: Réponse automatique : My information [delete]\r\nAuto-Submitted: auto-replied\r\n")
	require.Equal(t, "person", what)
	own := "Message-ID: <lethe.0123456789abcdef0123456789abcdef@example.com>\r\n"
	what, _, _ = judged("From: privacy@example.com\r\nSubject: Lethe: erasure request 1 is due\r\n" + own)
	require.Equal(t, "left alone", what)
	what, _, _ = judged("From: jo@example.com\r\nSubject: Lethe: erasure request 1 is due\r\n" + own)
	require.Equal(t, "person", what, "the form alone is anybody's")
}

// TestARequestIsReceivedWhenAServerOfOursFirstHadIt is case I14. The message is in the
// mailbox since 2 November.
func TestARequestIsReceivedWhenAServerOfOursFirstHadIt(t *testing.T) {
	t.Parallel()
	const ours, relay, theirs = "Received: from a (b (c) by d) by mx.company.example (Postfix) with ESMTPS id 1; Fri, 30 Oct 2026 08:00:00 +0100 (CET)\r\n",
		"Received: from x by Edge.Company.Example. with SMTP id 2; Thu, 29 Oct 2026 08:00:00 +0100\r\n",
		"Received: from y by mail.example.org with SMTP id 3; Tue, 20 Oct 2026 08:00:00 +0100\r\n"
	for name, c := range map[string]struct {
		fields     string
		receivedBy []string
		want       string
		dated      string
	}{
		"nothing else is known":        {"", nil, "2026-11-02 internaldate", ""},
		"the last server":              {ours + relay + theirs, nil, "2026-10-30 received_line", ""},
		"servers of the company":       {ours + relay + theirs, []string{"mx.company.example", "company.example"}, "2026-10-29 received_line", ""},
		"one that is not named":        {ours + theirs + relay, []string{"company.example"}, "2026-10-30 received_line", ""},
		"moments before":               {"Received: by mx.company.example; Mon, 2 Nov 2026 09:29:50 +0000\r\n", nil, "2026-11-02 internaldate", ""},
		"in the future":                {"Received: by mx.company.example; Fri, 2 Nov 2029 09:29:50 +0000\r\n" + relay, []string{"company.example"}, "2026-10-29 received_line", ""},
		"without a date":               {"Received: by mx.company.example\r\n", nil, "2026-11-02 internaldate", ""},
		"of no sense":                  {"Received: (((; by by by; yesterday\r\n", nil, "2026-11-02 internaldate", ""},
		"the sender's word":            {"Date: Thu, 1 Oct 2026 08:00:00 +0000\r\n", nil, "2026-11-02 internaldate", "2026-10-01"},
		"the sender's word, moved":     {ours + "Date: Thu, 29 Oct 2026 12:00:00 +0100\r\n", nil, "2026-10-30 received_line", ""},
		"the sender's clock is ahead":  {"Date: Thu, 1 Oct 2037 08:00:00 +0000\r\n", nil, "2026-11-02 internaldate", "2037-10-01"},
		"qmail, which names no server": {"Received: (qmail 123 invoked from network); 30 Oct 2026 07:00:00 -0000\r\n", nil, "2026-10-30 received_line", ""},
		"a similar name":               {ours + "Received: from x by mx.notcompany.example; Tue, 20 Oct 2026 08:00:00 +0100\r\n", []string{"company.example"}, "2026-10-30 received_line", ""},
	} {
		what, r, reason := atCompany(c.fields+jo+forget, func(o *mailbox.Options) { o.ReceivedBy = c.receivedBy })
		require.Equal(t, "request", what, "%s: %v", name, reason)
		require.Equal(t, c.want, r.ReceivedAt.UTC().Format(time.DateOnly)+" "+string(r.Mail.ReceivedBy), name)
		dated := ""
		if !r.Mail.DatedAt.IsZero() {
			dated = r.Mail.DatedAt.Format(time.DateOnly)
		}
		require.Equal(t, c.dated, dated, name)
	}
	what, _, _ := atCompany(ours+jo+forget, func(o *mailbox.Options) { o.Since = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) })
	require.Equal(t, "person", what, "it came before Lethe was to answer, and was moved here later")
	firstHour := time.Date(2026, 11, 1, 0, 30, 0, 0, time.FixedZone("", 60*60))
	o := newOffice().atTheCompany(mailbox.Server{})
	o.Since = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	what, _, reason := mailbox.Judge(o, jo+forget+"\r\n", firstHour)
	require.Equal(t, "request", what, "the day is that of the mail server's zone: %v", reason)
}

// TestGatewaysTagsAreSeenThrough is case I2.
func TestGatewaysTagsAreSeenThrough(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{
		"[EXTERN] My information [delete]", "*** SPAM *** My information [delete]", "[SUSPECTED SPAM]=?utf-8?B?TXkgaW5mb3JtYXRpb24gW2RlbGV0ZV0=?=",
		"{Spam?} My information [delete]", "[CAUTION: External] My information [delete]", "[SPAM 5.4] Re: My information [delete]",
		"EXTERNAL: My information [delete]", "[E-Mail extern] My information [delete]", "*****SPAM***** Mes informations [supprimer]", "[BULK] My information [delete]",
	} {
		what, _, _ := judged(jo + "Subject: " + subject + "\r\n")
		require.Equal(t, "request", what, subject)
	}
	what, _, _ := judged(jo + "Subject: [Ticket 4711] My information [delete]\r\n")
	require.Equal(t, "person", what, "what is not known is not seen through")
}

// TestNoFormIsNeeded is case I3.
func TestNoFormIsNeeded(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"Delete my data": "person", "GDPR erasure request": "person", "Meine Daten löschen": "person", "Mes infos [supprimer]": "person", "Bitte DSGVO-Löschung": "person",
		"Borrar mis datos": "person", "Cancellazione dei miei dati": "person", "Apagar os meus dados": "person", "Verwijder mijn gegevens": "person",
		"طلب حذف بياناتي": "person", "والنسيان": "person", "=?utf-8?B?2K3YsNmB?=": "person", "Demande de suppression": "person", "Opt out": "person",
		"": "person", "Re:": "person", "[EXTERN]": "person", "\U0001f600": "person", "Close my account": "person", "DS-GVO": "person",
		"Invoice 4711": "no request", "Exclusive autumn offers": "no request", "Your order": "no request", "Lunch?": "no request", "42": "no request",
	} {
		fields := jo + "Subject: " + subject + "\r\n"
		what, _, _ := judged(fields)
		require.Equal(t, want, what, subject)
		what, _, _ = atCompany(fields, func(o *mailbox.Options) { o.Others = mailbox.AllOthers })
		require.Equal(t, "person", what, subject)
		what, _, _ = atCompany(fields, func(o *mailbox.Options) { o.Others = mailbox.LeaveOthers })
		require.Equal(t, "no request", what, subject)
	}
	what, _, _ := judged(jo)
	require.Equal(t, "person", what, "no subject at all")
	what, _, _ = atCompany(jo+"Subject: WG: My information [delete]\r\n", func(o *mailbox.Options) { o.Others = mailbox.LeaveOthers })
	require.Equal(t, "person", what)
}
