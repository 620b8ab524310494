package mailbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

// TestWhatAMailServerDeliversIsNoticed has another server put messages into the
// Maildir, as it does in a company.
func TestWhatAMailServerDeliversIsNoticed(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	dir, owner := server.Maildir()
	outside := mailtest.StartFor(t, mail.Plain, true, mailtest.Inbox{Dir: dir, Owner: owner})
	o := newOffice()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Run(ctx, o.options(server.Settings(mail.Implicit))) }()
	defer func() {
		stop()
		require.NoError(t, <-ended)
	}()
	outside.Deliver(t, "ann@example.com", "privacy@example.com", letter("My information [forget]"))
	outside.Deliver(t, "", "privacy@example.com", letter("My information [delete]"))
	require.Eventually(t, o.has(1, 1), patience, 10*time.Millisecond)
	require.Eventually(t, func() bool { return strings.Contains(o.log.all(), `"needs_person":1`) }, patience, 10*time.Millisecond, "what nobody sends is answered by nobody")
	require.True(t, o.has(1, 1)())
}
