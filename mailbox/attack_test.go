package mailbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

const forget = "Subject: My information [forget]\r\n"

// judged is what comes of a message with such fields.
func judged(fields string) (what string, r dsr.Request, reason error) {
	return mailbox.Judge(newOffice().options(mailbox.Server{}), fields+"\r\n", received())
}

func TestWhoAMessageComesFrom(t *testing.T) {
	t.Parallel()
	for from, want := range map[string][]string{
		"ann@example.com":                             {"ann@example.com"},
		"Ann <Ann@EXAMPLE.com>":                       {"Ann@example.com"},
		`"bob@example.org" <ann@example.com>`:         {"ann@example.com"},
		`"Martin; Ann" <ann@example.com>`:             {"ann@example.com"},
		`"a \"b; c" <ann@example.com>`:                {"ann@example.com"},
		"=?utf-8?q?Zo=C3=AB?= <zoe@example.com>":      {"zoe@example.com"},
		"=?x-unknown?b?Wm/r?= <zoe@example.com>":      {"zoe@example.com"},
		"Zo\xeb <zoe@example.com>":                    {"zoe@example.com"},
		"ann@example.com (Ann, or bob@example.org)":   {"ann@example.com"},
		"Zoë <zoë@example.com>":                       {"zoë@example.com"},
		"ann@bücher.example":                          {"ann@bücher.example"},
		"ann@xn--bcher-kva.example":                   {"ann@bücher.example"},
		"ann@B\u00fcCHER.example":                     {"ann@bücher.example"},
		"":                                            nil,
		"<>":                                          nil,
		"Ann":                                         nil,
		"ann@":                                        nil,
		"ann@localhost":                               nil,
		"ann@[IPv6:2001:db8::1]":                      nil,
		"ann@[192.0.2.1]":                             nil,
		"ann@example.com, bob@example.com":            nil,
		"ann@example.com <bob@example.com>":           nil,
		"Group: ann@example.com;":                     nil,
		"Group: ann@example.com, bob@example.com;":    nil,
		"Group:;":                                     nil,
		"=?utf-8?q?ann=40example.com?=":               nil,
		"=?utf-8?q?Ann=0D=0ABcc:_x?= ann@example.com": nil,
		"ann@example.com\x00":                         nil,
		"ann@exa\u202emple.com":                       nil,
		"noreply@example.com":                         nil,
		"No-Reply@shop.example.com":                   nil,
		strings.Repeat("a", 17<<10) + "@example.com":  nil,
	} {
		what, r, reason := judged("From: " + from + "\r\n" + forget)
		if want == nil {
			require.Equal(t, "person", what, "%q", from)
			require.NotContains(t, reason.Error(), "example", "%q", from)
			continue
		}
		require.Equal(t, "request", what, "%q: %v", from, reason)
		var got []string
		for _, id := range r.Subject.Identifiers {
			got = append(got, id.Value)
		}
		require.Equal(t, want, got, "%q", from)
		require.NoError(t, r.Validate(received(), identity.Check))
	}
}

func TestHeadersThatContradictEachOtherAreForAPerson(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]string{
		"From: ann@example.com\r\nFrom: bob@example.com\r\n" + forget: "person",
		"From: ann@example.com\r\nFrom: ann@example.com\r\n" + forget: "person",
		forget: "person",
		"From: ann@example.com\r\n" + forget + "Subject: Invoice\r\n":                                           "person",
		"From: ann@example.com\r\nSubject: Invoice\r\n" + forget:                                                "person",
		"From: ann@example.com\r\nSubject: Invoice\r\nSubject: Invoice\r\n":                                     "no request",
		"From: ann@example.com\r\n" + forget + "Date\r\n":                                                       "person",
		"From: ann@example.com\r\nSubject: My\r\n information\r\n\t[forget]\r\n":                                "request",
		"From: ann@example.com\r\nFrom : ann@example.com\r\n" + forget:                                          "person",
		"From: ann@example.com\r\nSubject : My information [forget]\r\n":                                        "request",
		"From: ann@example.com\r\nReply-To: bob@example.com\r\nSender: eve@example.com\r\n" + forget:            "person",
		"From: ann@example.com\r\nReply-To: Ann <ANN@example.com>\r\nSender: eve@example.com\r\n" + forget:      "request",
		"From: ann@example.com\r\n" + forget + "Message-ID: <1@example.com>\r\nMessage-ID: <2@example.com>\r\n": "request",
	} {
		what, r, _ := judged(fields)
		require.Equal(t, want, what, "%q", fields)
		if what == "request" {
			require.Equal(t, "ann@example.com", r.Subject.Identifiers[0].Value, "Sender is not the person")
		}
	}
}

// TestMarksOfAutomationForbidAnswersAndNotALook has every mark on what may be a request: it
// is never left alone, and nothing answers it.
func TestMarksOfAutomationForbidAnswersAndNotALook(t *testing.T) {
	t.Parallel()
	const person, silent, request = "person", "request, not answered", "request"
	for field, want := range map[string]string{
		"Auto-Submitted: auto-replied": person, "Auto-Submitted: auto-generated; owner-email=\"x\"": person, "Auto-Submitted: auto-notified": person,
		"Auto-Submitted: AUTO-REPLIED (vacation)": person, "Auto-Submitted: nonsense": person,
		"Auto-Submitted: no": request, "Auto-Submitted: No (a person)": request, "Auto-Submitted:": request,
		"Auto-Submitted: no\r\nAuto-Submitted: auto-replied": person,
		"Precedence: bulk": person, "Precedence: LIST": person, "Precedence: junk": person, "Precedence: auto_reply": person,
		"Precedence: first-class": request, "Precedence: first-class\r\nPrecedence: bulk": person,
		"List-Id: <news.example.com>": person, "List-Post: NO": person, "List-Unsubscribe: <mailto:x@example.com>": person,
		"X-Auto-Response-Suppress: All": silent, "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply": silent,
		"X-Auto-Response-Suppress: None": request, "X-Auto-Response-Suppress: DR, RN": request,
		"Return-Path: <>": person, "Return-Path: < >": request, "Return-Path: <ann@example.com>": request,
		"Return-Path: <ann@example.com>\r\nReturn-Path: <>":           person,
		"Content-Type: multipart/report; report-type=delivery-status": person, "Content-Type: Multipart/Report": person, "Content-Type: text/plain": request,
		"X-Autoreply: yes": person, "X-Auto-Reply: yes": person, "X-Autorespond: x": person, "X-Failed-Recipients: x@example.com": person, "X-Loop: x": silent,
	} {
		fields := "From: ann@example.com\r\n" + forget + field + "\r\n"
		what, _, reason := judged(fields)
		if what == request && !mailbox.MayBeAnswered(fields) {
			what = silent
		}
		require.Equal(t, want, what, "%q: %v", field, reason)
	}
	for _, from := range []string{"MAILER-DAEMON@mx.example.com", "Postmaster <postmaster@example.com>", "PRIVACY@example.com"} {
		what, _, _ := judged("From: " + from + "\r\n" + forget)
		require.Equal(t, person, what, from)
	}
}

func TestTheSameMessageIsTheSameRequestAndAnotherIsAnother(t *testing.T) {
	t.Parallel()
	id := func(fields string, at time.Time) string {
		what, r, reason := mailbox.Judge(newOffice().options(mailbox.Server{}), fields+forget+"\r\n", at)
		require.Equal(t, "request", what, reason)
		return r.ID
	}
	const ann, number, date = "From: ann@example.com\r\n", "Message-ID: <1@example.com>\r\n", "Date: Mon, 2 Nov 2026 10:30:00 +0100\r\n"
	later := received().Add(time.Hour)
	first := id(ann+number+date, received())
	require.Equal(t, first, id(ann+number+date, later), "delivered twice")
	require.NotEqual(t, first, id("From: bob@example.com\r\n"+number+date, received()), "somebody has taken the number of another's message")
	require.NotEqual(t, first, id(ann+number+"Date: Tue, 3 Nov 2026 10:30:00 +0100\r\n", later), "a form numbers all its messages alike")
	require.NotEqual(t, first, id(ann+"Message-ID: <2@example.com>\r\n"+date, received()))
	require.Equal(t, id(ann+date, received()), id(ann+date, later), "without a number the date tells them apart")
	require.NotEqual(t, id(ann, received()), id(ann, later), "without both, the time of receipt")
	require.Equal(t, id(ann, received()), id(ann, received().In(time.FixedZone("", 3600))), "whatever the zone")
}

func TestAServerWhoseClockIsWrongDoesNotMoveTheTimeToAnswerIntoTheFuture(t *testing.T) {
	t.Parallel()
	o := newOffice().options(mailbox.Server{})
	o.Now = received
	for at, want := range map[time.Time]time.Time{
		received().AddDate(1, 0, 0): received(), {}: received(), received().Add(-time.Hour): received().Add(-time.Hour),
		received().AddDate(-30, 0, 0): received().AddDate(-30, 0, 0),
	} {
		what, r, reason := mailbox.Judge(o, "From: ann@example.com\r\n"+forget+"Date: Fri, 1 Jan 2100 00:00:00 +0000\r\n\r\n", at)
		require.Equal(t, "request", what, reason)
		require.Equal(t, want, r.ReceivedAt, "what the sender's clock says does not count")
	}
}

// TestMessagesAsNoProgramWritesThem puts them into the mailbox byte by byte.
func TestMessagesAsNoProgramWritesThem(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	for name, content := range map[string]string{
		"large":      letter("My information [forget]", "X-Case: large") + strings.Repeat(strings.Repeat("x", 99)+"\n", 500_000),
		"nul":        "From: ann@example.com\nSubject: My information\x00 [forget]\nMessage-ID: <nul@example.com>\n\n\x00\x00",
		"empty":      "",
		"no header":  "\n\nMy information [forget]\n",
		"no end":     "From: ann@example.com\nMessage-ID: <end@example.com>\nSubject: My information [forget]",
		"carriage":   "From: ann@example.com\rSubject: My information [forget]\r\r",
		"long":       "From: " + strings.Repeat("x", 20<<10) + " <ann@example.com>\nSubject: My information [forget]\n\n",
		"many":       strings.Repeat("Received: from mx.example.com\n", 20_000) + letter("My information [forget]", "X-Case: many"),
		"many froms": strings.Repeat("From: ann@example.com\n", 5000) + "Subject: My information [forget]\n\n",
	} {
		server.Drop(strings.ReplaceAll(name, " ", "-"), "", []byte(content))
	}
	o := newOffice()
	through, port := passing(t, server.Settings(mail.Plain).Port, nil)
	settings := server.Settings(mail.Plain)
	settings.Port = port
	require.NoError(t, once(t, o.options(settings)))
	require.True(t, o.has(4, 4)(), "large, nul, no end, many: %s", o.log.all())
	require.Contains(t, o.log.all(), `"needs_person":5`, "long, many froms, carriage, and two without a subject")
	require.Less(t, through.Load(), int64(100<<10), "nothing but headers is read, and of them no more than a little")
}

func TestTenThousandMessagesOfWhichHalfAreGone(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	for i := range 20_000 {
		flags := "S"
		if i%2 == 0 {
			flags = "ST" // there are gaps between the numbers of those that are left
		}
		server.Drop(fmt.Sprintf("%d.%05d", 1_700_000_000+i, i), flags, []byte("From: shop@example.com\nSubject: Invoice\n\n"))
	}
	o := newOffice()
	stop := o.run(t, server.Settings(mail.Implicit), "")
	require.Eventually(t, func() bool { return strings.Contains(o.log.all(), `"no_request":10000`) }, patience, 10*time.Millisecond)
	server.Deliver("INBOX", received(), letter("My information [forget]"))
	require.Eventually(t, o.has(1, 1), patience, 10*time.Millisecond)
	stop()
	require.NotContains(t, o.log.all(), "left alone for a while", "the server takes every command")
}

// run runs the mailbox until it is stopped.
func (o *office) run(t *testing.T, server mailbox.Server, folder string) (stop func()) {
	t.Helper()
	options := o.options(server)
	options.Server.Folder = folder
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Run(ctx, options) }()
	stopped := false
	stop = func() {
		cancel()
		if !stopped {
			require.NoError(t, <-ended)
		}
		stopped = true
	}
	t.Cleanup(stop)
	return stop
}

// TestAFolderThatIsMadeAnew has the folder taken away while it is watched, and made
// anew: numbers mean other messages then.
func TestAFolderThatIsMadeAnew(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	client := server.Client()
	require.NoError(t, client.Create("Privacy", nil).Wait())
	first := letter("My information [forget]")
	server.Deliver("Privacy", received(), letter("Invoice"), first)
	o := newOffice()
	o.run(t, server.Settings(mail.Implicit), "Privacy")
	require.Eventually(t, o.has(1, 1), patience, 10*time.Millisecond)

	require.NoError(t, client.Delete("Privacy").Wait())
	require.Eventually(t, func() bool { return strings.Contains(o.log.all(), "left alone for a while") }, patience, 10*time.Millisecond)
	require.NoError(t, client.Create("Privacy", nil).Wait())
	server.Deliver("Privacy", received(), letter("My information [delete]"), first)
	require.Eventually(t, func() bool { return len(server.Subjects("Privacy", "LetheDone")) == 2 }, patience, 10*time.Millisecond)
	require.Len(t, o.requests, 2, "the same message, put back, is the same request")
}

// TestAConnectionThatIsCutAtAnyCommand cuts it after each of them in turn.
func TestAConnectionThatIsCutAtAnyCommand(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	client := server.Client()
	for after := range 14 {
		require.NoError(t, client.Create(fmt.Sprintf("In%d", after), nil).Wait())
	}
	require.NoError(t, client.Close())
	for after := range 14 {
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			t.Parallel()
			o := newOffice()
			folder, done := fmt.Sprintf("In%d", after), fmt.Sprintf("Done%d", after)
			server.Deliver(folder, received(), letter("Invoice"), letter("My information [forget]"), letter("My information [access]"))
			_, port := passing(t, server.Settings(mail.Plain).Port, &after)
			settings := server.Settings(mail.Plain)
			settings.Port, settings.Done = port, done
			stop := o.run(t, settings, folder)
			require.Eventually(t, func() bool {
				return o.has(1, 1)() && len(server.Subjects(done, "")) == 1 && len(server.Subjects(folder, imap.FlagFlagged)) == 1
			}, patience, 100*time.Millisecond)
			stop()
			require.True(t, o.has(1, 1)(), "one request, acknowledged once")
			require.Equal(t, 1, o.submits)
			require.Len(t, server.Subjects(folder, ""), 2)
		})
	}
}

func TestAServerThatCanDoAlmostNothing(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "IMAP4rev1")
	server.Deliver("INBOX", received(), letter("My information [forget]"))
	settings := server.Settings(mail.Plain)
	o := newOffice()
	require.NoError(t, once(t, o.options(settings)))
	require.True(t, o.has(1, 1)())
	require.Equal(t, []string{"My information [forget]"}, server.Subjects("INBOX", "LetheDone"))
	settings.Done = "Lethe"
	require.ErrorContains(t, once(t, o.options(settings)), "leave done out")
}
