package mailbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

// from is a request of somebody.
func from(local string, number int) string {
	return fmt.Sprintf("From: %s@example.com\nSubject: My information [forget]\nMessage-ID: <%s-%d@example.com>\n\n", local, local, number)
}

func TestAFloodWaitsInTheMailboxAndPeopleAreToldOnce(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var flood []string
	for i := range 30 {
		flood = append(flood, from(fmt.Sprintf("person%d", i), i))
	}
	server.Deliver("INBOX", received(), append(flood, letter("Invoice"), letter("My information [access]"))...)
	o := newOffice()
	o.before = 5
	var clock atomic.Int64
	clock.Store(received().Add(time.Hour).Unix())
	told := make(chan int, 100)
	options := o.options(server.Settings(mail.Implicit))
	options.MaxPerDay, options.Poll = 20, 10*time.Millisecond
	options.Now = func() time.Time { return time.Unix(clock.Load(), 0) }
	options.Flooded = func(_ context.Context, waiting int) error {
		told <- waiting
		return nil
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Run(ctx, options) }()

	require.Equal(t, 15, <-told)
	require.True(t, o.has(15, 15)(), "five have come before")
	passes := func() int { return strings.Count(o.log.all(), `"waiting":15,"message":"looked`) }
	require.Eventually(t, func() bool { return passes() > 5 }, patience, 10*time.Millisecond)
	require.Contains(t, o.log.all(), `"needs_person":1`, "what is no request does not wait")
	require.Len(t, server.Subjects("INBOX", "LetheDone"), 15)
	require.Equal(t, 1, strings.Count(o.log.all(), "more requests have come by mail than are let in"))

	o.set(func() { o.before = 0 })
	clock.Add(25 * 60 * 60)
	require.Eventually(t, o.has(30, 30), patience, 10*time.Millisecond, "the next day they are handed in")
	stop()
	require.NoError(t, <-ended)
	require.Empty(t, told, "once a day is enough")
	require.Equal(t, 30, o.submits)

	server.Deliver("INBOX", received(), from("late", 1))
	o.set(func() { o.before = 20 })
	require.EqualError(t, once(t, options), "1 requests wait in the mailbox: more have come than max_per_day lets in")
}

func TestOneSenderKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var flood []string
	for i := range 50 {
		flood = append(flood, from("loop", i))
	}
	server.Deliver("INBOX", received(), append(flood, from("ann", 1))...)
	o := newOffice()
	options := o.options(server.Settings(mail.Implicit))
	options.MaxPerDay = 20
	require.ErrorContains(t, once(t, options), "40 requests wait")
	require.True(t, o.has(11, 11)())
	for _, a := range o.sent[:10] {
		require.Equal(t, "loop@example.com", a.To)
	}
	require.Equal(t, "ann@example.com", o.sent[10].To)
}

// TestAFloodOfForgedMailHoldsNoGenuineRequestUp has a thousand messages in the names of
// others come before one whose sender is authenticated.
func TestAFloodOfForgedMailHoldsNoGenuineRequestUp(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var flood []string
	for i := range 40 {
		flood = append(flood, from(fmt.Sprintf("person%d", i), i))
	}
	const passed = "Authentication-Results: mx.company.example; dmarc=pass header.from=example.org\n"
	genuine := func(local string) string {
		return passed + fmt.Sprintf("From: %s@example.org\nSubject: My information [forget]\nMessage-ID: <%s@example.org>\n\n", local, local)
	}
	server.Deliver("INBOX", received(), append(flood, genuine("jo"))...)
	o := newOffice()
	options := o.options(server.Settings(mail.Implicit))
	options.MaxPerDay, options.AuthservID = 35, "mx.company.example"
	require.ErrorContains(t, once(t, options), "5 requests wait")
	require.True(t, o.has(36, 31)(), "thirty of the others are acknowledged at once: %d, %d", len(o.requests), len(o.sent))
	require.Equal(t, "jo@example.org", o.sent[len(o.sent)-1].To, "nor is its acknowledgement held up")

	// Another process knows of the others from Temporal only.
	o.set(func() { o.before = 36 })
	server.Deliver("INBOX", received(), from("late", 1), genuine("mara"))
	again := o.options(server.Settings(mail.Implicit))
	again.MaxPerDay, again.AuthservID = 35, "mx.company.example"
	require.ErrorContains(t, once(t, again), "11 requests wait", "five of them wait to be acknowledged")
	require.Len(t, o.requests, 37)
	o.set(func() { o.before = 70 })
	server.Deliver("INBOX", received(), genuine("olga"))
	require.ErrorContains(t, once(t, again), "12 requests wait", "what is authenticated has a bound as well")
}

// TestTheCountOfOneSenderSurvivesARestart has another process come after ten requests of
// one address.
func TestTheCountOfOneSenderSurvivesARestart(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	var ten []string
	for i := range 10 {
		ten = append(ten, from("loop", i))
	}
	server.Deliver("INBOX", received(), ten...)
	o := newOffice()
	options := o.options(server.Settings(mail.Implicit))
	options.MaxPerDay = 100
	require.NoError(t, once(t, options))
	server.Deliver("INBOX", received(), from("loop", 11), from("ann", 1))
	require.ErrorContains(t, once(t, options), "1 requests wait")
	require.Len(t, o.requests, 11)
}
