package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

const patience = time.Minute

// received is when the messages of the tests came.
func received() time.Time { return time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC) }

// office is where requests are handed in and people are written to.
type office struct {
	mu       sync.Mutex
	requests map[string]dsr.Request
	sent     []mail.Acknowledgement
	// submits and refused count the calls that hand in, and that were not sent.
	submits, refused int
	log              lines
	// before is how many requests have come by mail, as lists have it.
	before int
	// recorded are the answers to acknowledgements that were put on record, by the request;
	// over is what that fails with.
	recorded []string
	over     error
	// down and mute are what handing in and writing fail with.
	down, mute error
}

type lines struct {
	mu   sync.Mutex
	text string
}

// Write implements [io.Writer].
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text += string(p)
	return len(p), nil
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text
}

func newOffice() *office { return &office{requests: map[string]dsr.Request{}} }

// Submit implements [mailbox.Desk].
func (o *office) Submit(_ context.Context, r dsr.Request) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.submits++
	if o.down != nil {
		return false, o.down
	}
	_, already := o.requests[r.ID]
	o.requests[r.ID] = r
	return already, nil
}

// ByMail implements [mailbox.Desk]. It lags behind, as Temporal's lists do.
func (o *office) ByMail(context.Context, time.Time) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.before, o.down
}

// ByMailFrom implements [mailbox.Desk].
func (o *office) ByMailFrom(_ context.Context, _ time.Time, s dsr.Subject) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := 0
	for _, r := range o.requests {
		if r.Subject.Identifiers[0].Same(s.Identifiers[0]) {
			count++
		}
	}
	return count, o.down
}

// RecordMessage implements [mailbox.Desk].
func (o *office) RecordMessage(_ context.Context, kind dsr.Kind, id, message string, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down != nil {
		return o.down
	}
	if o.over != nil {
		return o.over
	}
	o.recorded = append(o.recorded, dsr.WorkflowID(kind, id)+" "+message)
	return nil
}

// once looks through the mailbox once.
func once(t *testing.T, o mailbox.Options) error {
	t.Helper()
	_, err := mailbox.Once(t.Context(), o)
	return err
}

func (o *office) acknowledge(_ context.Context, a mail.Acknowledgement) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mute != nil {
		o.refused++
		return o.mute
	}
	o.sent = append(o.sent, a)
	return nil
}

func (o *office) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

func (o *office) has(requests, acknowledgements int) func() bool {
	return func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.requests) == requests && len(o.sent) == acknowledgements
	}
}

func (o *office) options(server mailbox.Server) mailbox.Options {
	return mailbox.Options{
		Server: server, Desk: o, Acknowledge: o.acknowledge, Poll: 10 * time.Minute, Log: zerolog.New(&o.log),
		Namer: func(parts ...string) string { return hash(parts) },
		Due:   func(at time.Time) (time.Time, error) { return at.AddDate(0, 1, 0), nil },
		Ours:  []string{"privacy@example.com"},
	}
}

// hash tells the messages of the tests apart.
func hash(parts []string) string {
	sum := uint64(14695981039346656037)
	for _, b := range []byte(fmt.Sprintf("%q", parts)) {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	return fmt.Sprintf("%016x", sum)
}

// letter is a message with such a subject, and further header lines.
func letter(subject string, more ...string) string {
	text := "From: Ann <ann@example.com>\nTo: privacy@example.com\nSubject: " + subject + "\nMessage-ID: <" + hash(append(more, subject)) + "@example.com>\n"
	for _, line := range more {
		text += line + "\n"
	}
	return text + "\nHello\n"
}

func TestOnlyRequestsAreTakenOutOfTheMailbox(t *testing.T) {
	t.Parallel()
	for name, security := range map[string]mail.Security{"STARTTLS": mail.STARTTLS, "implicit TLS": mail.Implicit, "in clear": mail.Plain} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailboxtest.Start(t, "")
			server.Deliver("INBOX", received(),
				letter("My information [forget]"), letter("=?utf-8?q?Mes_donn=C3=A9es_[effacer]?="), letter("Invoice 4711"),
				letter("My information [access]"), letter("My information [delete]", "Auto-Submitted: auto-replied"),
				letter("My information [delete]", "List-Id: <news.example.com>"), letter("My information [delete]", "Precedence: bulk"),
				letter("My information [delete]", "Return-Path: <>"),
				"From: Privacy <Privacy@example.com>\nSubject: Lethe: erasure request 1 is due\nMessage-ID: <lethe.0123456789abcdef0123456789abcdef@example.com>\n\n",
				"From: Privacy <Privacy@example.com>\nSubject: Re: My information [forget]\n\n",
				"From: ann@example.com, bob@example.com\nSubject: My information [forget]\n\n",
				"From: nobody\nSubject: My information [forget]\n\n",
			)
			o := newOffice()
			seen, err := mailbox.Once(t.Context(), o.options(server.Settings(security)))
			require.NoError(t, err)

			require.Len(t, o.requests, 2)
			french := 0
			for id, r := range o.requests {
				require.Regexp(t, "^mail-[0-9a-f]+$", id)
				require.Equal(t, dsr.Request{
					ID: id, Kind: dsr.Erasure, ApprovalRequired: true, ReceivedAt: r.ReceivedAt, Channel: dsr.ChannelMail,
					Mail:    &dsr.MailOrigin{Via: dsr.MailDirect, Authentication: dsr.MailNotChecked, ReceivedBy: dsr.MailboxClock},
					Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}}},
				}, r)
				require.WithinDuration(t, received(), r.ReceivedAt, 0)
			}
			require.Len(t, o.sent, 2)
			for _, a := range o.sent {
				require.Equal(t, "ann@example.com", a.To)
				require.WithinDuration(t, received().AddDate(0, 1, 0), a.DueAt, 0)
				require.NotEmpty(t, a.InReplyTo)
				if a.French {
					french++
				}
			}
			require.Equal(t, 1, french)
			require.ElementsMatch(t, []string{"My information [forget]", "Mes données [effacer]"}, server.Subjects("INBOX", "LetheDone"))
			require.ElementsMatch(t, []string{
				"My information [access]", "My information [delete]", "My information [delete]", "My information [delete]", "My information [delete]",
				"Re: My information [forget]", "My information [forget]", "My information [forget]",
			}, server.Subjects("INBOX", imap.FlagFlagged))
			require.Equal(t, "2 requests, 8 for a person, 1 left alone (1 message of our own), 1 no request", seen.String())
			require.Contains(t, o.log.all(), `"submitted":2,"already_submitted":0,"needs_person":8,"not_flagged":0,"reports_on_ours":0,"replies_to_ours":0,"own":1,"no_request":1`)
			require.NotContains(t, o.log.all(), "example.com")

			before := o.log.all()
			require.NoError(t, once(t, o.options(server.Settings(security))))
			require.Len(t, o.sent, 2, "once is enough")
			require.NotContains(t, o.log.all()[len(before):], "needs a person", "it was said once")
		})
	}
}

func TestAMailThatAsksForARestrictionIsOneWhoseGroundIsNamedLater(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [stop using my data]"), letter("Mes =?utf-8?q?donn=C3=A9es?= [limiter]"))
	o := newOffice()
	require.NoError(t, once(t, o.options(server.Settings(mail.Implicit))))
	require.Len(t, o.requests, 2)
	for _, r := range o.requests {
		require.Equal(t, dsr.Restriction, r.Kind)
		require.Empty(t, r.Ground)
		require.Equal(t, dsr.ChannelMail, r.Channel)
		require.NoError(t, r.Validate(time.Now().AddDate(1, 0, 0), identity.Check))
	}
	require.Len(t, o.sent, 2)
	require.NotEqual(t, o.sent[0].French, o.sent[1].French)
	require.Empty(t, server.Subjects("INBOX", imap.FlagFlagged))
	require.Len(t, server.Subjects("INBOX", "LetheDone"), 2)
}

func TestARequestIsMovedWhereItIsDone(t *testing.T) {
	t.Parallel()
	for name, capabilities := range map[string]string{"with MOVE": "", "without MOVE": "IMAP4rev1 UIDPLUS IDLE"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailboxtest.Start(t, capabilities)
			server.Deliver("INBOX", received(), letter("My information [forget]"), letter("Invoice 4711"))
			settings := server.Settings(mail.Implicit)
			settings.Done = "Lethe"
			o := newOffice()
			require.NoError(t, once(t, o.options(settings)))
			require.Equal(t, []string{"Invoice 4711"}, server.Subjects("INBOX", ""))
			require.Equal(t, []string{"My information [forget]"}, server.Subjects("Lethe", ""))
		})
	}
}

func TestAMessageIsNoticedAtOnceAndAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, capabilities := range map[string]string{"IDLE": "", "polling": "IMAP4rev1 UIDPLUS"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailboxtest.Start(t, capabilities)
			o := newOffice()
			options := o.options(server.Settings(mail.STARTTLS))
			if name == "polling" {
				options.Poll = 50 * time.Millisecond
			}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- mailbox.Run(ctx, options) }()
			defer func() {
				stop()
				require.NoError(t, <-ended)
			}()
			server.Deliver("INBOX", received(), letter("My information [forget]"))
			require.Eventually(t, o.has(1, 1), patience, 10*time.Millisecond)
			server.Deliver("INBOX", received(), letter("My information [delete]"))
			require.Eventually(t, o.has(2, 2), patience, 10*time.Millisecond, "the server tells of it")

			server.Stop()
			server.Start()
			o.set(func() { o.down = errors.New("Temporal is away") })
			server.Deliver("INBOX", received(), letter("My information [erase]"))
			require.Eventually(t, func() bool { return strings.Contains(o.log.all(), "Temporal is away") }, patience, 10*time.Millisecond)
			require.True(t, o.has(2, 2)())
			o.set(func() { o.down = nil })
			require.Eventually(t, o.has(3, 3), patience, 10*time.Millisecond, "nothing is lost")
		})
	}
}

func TestWhatCannotBeAcknowledgedNowIsLater(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [forget]"), letter("My information [delete]"))
	o := newOffice()
	o.mute = &connectors.Error{Class: connectors.Transient, System: mail.Name, Reason: "the mail server does not answer"}
	require.ErrorContains(t, once(t, o.options(server.Settings(mail.STARTTLS))), "not acknowledged yet")
	require.Len(t, o.requests, 2, "they are handed in all the same")
	require.Empty(t, server.Subjects("INBOX", "LetheDone"))

	o.mute = nil
	require.NoError(t, once(t, o.options(server.Settings(mail.STARTTLS))))
	require.True(t, o.has(2, 2)())

	server.Deliver("INBOX", received(), letter("My information [erase]"))
	o.mute = &connectors.Error{Class: connectors.Rejected, System: mail.Name, Reason: "the mail server refuses a receiver"}
	require.NoError(t, once(t, o.options(server.Settings(mail.STARTTLS))), "who has no mailbox keeps nothing from being done")
	require.Len(t, server.Subjects("INBOX", "LetheDone"), 3)
}

func TestWhatWaitsForItsAcknowledgementIsNotHandedInOverAndOver(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [forget]"))
	o := newOffice()
	o.mute = &connectors.Error{Class: connectors.Transient, System: mail.Name, Reason: "the mail server does not answer"}
	options := o.options(server.Settings(mail.Implicit))
	options.Poll = 10 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Run(ctx, options) }()
	tried := func() (tries int) {
		o.set(func() { tries = o.refused })
		return tries
	}
	require.Eventually(t, func() bool { return tried() > 3 }, patience, 10*time.Millisecond)
	o.set(func() { o.mute = nil })
	require.Eventually(t, o.has(1, 1), patience, 10*time.Millisecond)
	stop()
	require.NoError(t, <-ended)
	require.Equal(t, 1, o.submits)
}

func TestAFloodOfRequestsIsHandedInAndAnsweredSlowly(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var flood []string
	for i := range 40 {
		flood = append(flood, letter("My information [forget]", fmt.Sprintf("X-Number: %d", i)))
	}
	server.Deliver("INBOX", received(), flood...)
	o := newOffice()
	require.Error(t, once(t, o.options(server.Settings(mail.Implicit))))
	require.True(t, o.has(40, 30)())
}

func TestAThousandUnrelatedMessagesAreLeftAlone(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var others []string
	for i := range 1000 {
		others = append(others, letter("Invoice", fmt.Sprintf("X-Number: %d", i)))
	}
	server.Deliver("INBOX", received(), append(others, letter("My information [forget]"))...)
	o := newOffice()
	require.NoError(t, once(t, o.options(server.Settings(mail.Implicit))))
	require.True(t, o.has(1, 1)())
	require.Contains(t, o.log.all(), `"no_request":1000,`)
	require.Len(t, server.Subjects("INBOX", imap.FlagSeen), 1, "nobody has read them")
	require.Empty(t, server.Subjects("INBOX", imap.FlagFlagged))
}

func TestWhatCameBeforeIsLeftAlone(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received().AddDate(-1, 0, 0), letter("My information [forget]"))
	o := newOffice()
	options := o.options(server.Settings(mail.Implicit))
	options.Since = received()
	require.NoError(t, once(t, options))
	require.True(t, o.has(0, 0)())
}

func TestWhatHasToBeRepairedIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	for name, test := range map[string]struct {
		change func(*mailbox.Server)
		want   string
	}{
		"password":    {func(s *mailbox.Server) { s.Password = "wrong" }, "mailbox: the mail server does not accept username and password"},
		"folder":      {func(s *mailbox.Server) { s.Folder = "Nowhere" }, "mailbox: the mail server does not open the folder; check folder"},
		"certificate": {func(s *mailbox.Server) { s.RootCAs = nil }, "mailbox: the mail server's TLS certificate is of nobody whom this machine believes"},
		"TLS":         {func(s *mailbox.Server) { s.Port = server.Settings(mail.STARTTLS).Port }, "mailbox: the mail server does not answer by TLS; check server and tls"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := server.Settings(mail.Implicit)
			test.change(&settings)
			require.ErrorContains(t, mailbox.Run(t.Context(), newOffice().options(settings)), test.want)
		})
	}
}
