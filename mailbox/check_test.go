package mailbox_test

import (
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

func TestACheckChangesNothingInTheMailbox(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [forget]"), letter("My information [access]"))
	settings := server.Settings(mail.Implicit)
	notes, err := mailbox.Check(t.Context(), settings)
	require.NoError(t, err)
	require.Empty(t, notes)
	settings.Done = "Lethe"
	notes, err = mailbox.Check(t.Context(), settings)
	require.NoError(t, err)
	require.Equal(t, "the folder in done is not there yet; 'lethe mailbox' makes it", notes)

	client := server.Client()
	folders, err := client.List("", "*", nil).Collect()
	require.NoError(t, err)
	require.Len(t, folders, 1, "no folder was made")
	require.Len(t, server.Subjects("INBOX", `\Recent`), 2, "to the server nobody has opened the folder")
	for _, flag := range []imap.Flag{imap.FlagSeen, imap.FlagFlagged, "LetheDone", "LethePerson"} {
		require.Empty(t, server.Subjects("INBOX", flag))
	}
}

func TestACheckSaysWhatWorksOtherwise(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "IMAP4rev1")
	settings := server.Settings(mail.STARTTLS)
	notes, err := mailbox.Check(t.Context(), settings)
	require.NoError(t, err)
	require.Contains(t, notes, "no IDLE")
	settings.Done = "Lethe"
	_, err = mailbox.Check(t.Context(), settings)
	require.ErrorContains(t, err, "can move no single message (it has neither MOVE nor UIDPLUS); leave done out")
}

func TestACheckSaysWhatHasToBeRepaired(t *testing.T) {
	t.Parallel()
	server, expired := mailboxtest.Start(t, ""), mailboxtest.Start(t, "")
	expired.Expire()
	for name, test := range map[string]struct {
		change func(*mailbox.Server)
		want   string
	}{
		"password":    {func(s *mailbox.Server) { s.Password = "wrong" }, "mailbox: the mail server does not accept username and password"},
		"folder":      {func(s *mailbox.Server) { s.Folder = "Nowhere" }, "mailbox: the mail server does not open the folder; check folder"},
		"authority":   {func(s *mailbox.Server) { s.RootCAs = nil }, "mailbox: the mail server's TLS certificate is of nobody whom this machine believes"},
		"other host":  {func(s *mailbox.Server) { s.Host = "127.0.0.1" }, "mailbox: the mail server's TLS certificate is not valid for the host in server"},
		"TLS":         {func(s *mailbox.Server) { s.Port = server.Settings(mail.STARTTLS).Port }, "mailbox: the mail server does not answer by TLS; check server and tls"},
		"certificate": {func(s *mailbox.Server) { *s = expired.Settings(mail.Implicit) }, "mailbox: the mail server's TLS certificate has expired"},
		"STARTTLS":    {func(s *mailbox.Server) { *s = expired.Settings(mail.STARTTLS) }, "mailbox: the mail server's TLS certificate has expired"},
		"nobody":      {func(s *mailbox.Server) { s.Port = 1 }, "mailbox: the connection to the mail server failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := server.Settings(mail.Implicit)
			test.change(&settings)
			_, err := mailbox.Check(t.Context(), settings)
			require.ErrorContains(t, err, test.want)
		})
	}
}
