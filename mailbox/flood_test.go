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
