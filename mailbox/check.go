package mailbox

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/emersion/go-imap/v2"

	"ite.digital/lethe/connectors"
)

// Check reaches the server, signs in and opens the folders for reading only, and
// changes nothing. Notes, if any, say what works otherwise than one may expect. The
// error is a [*connectors.Error].
func Check(ctx context.Context, s Server) (notes string, err error) {
	session := &session{server: s, changed: make(chan struct{}, 1)}
	var told []string
	note := func(text string) { told = append(told, text) }
	err = session.take(ctx, session.connect, session.login,
		func(context.Context) error { return session.examineDone(note) },
		func(context.Context) error { return session.examineFolder(note) })
	if err != nil {
		return "", err
	}
	session.close()
	return strings.Join(told, "; "), nil
}

// examineDone looks for the folder for what is done, which need not be there yet.
func (s *session) examineDone(note func(string)) error {
	if s.server.Done == "" {
		return nil
	}
	if err := s.canMove(); err != nil {
		return err
	}
	_, err := s.client.Select(s.server.Done, &imap.SelectOptions{ReadOnly: true}).Wait()
	var refused *imap.Error
	if errors.As(err, &refused) {
		note("the folder in done is not there yet; 'lethe mailbox' makes it")
		return nil
	}
	return err
}

// examineFolder opens the folder in which messages arrive, as [session.selectFolder]
// does, but for reading only. What keywords the server keeps it does not say then.
func (s *session) examineFolder(note func(string)) error {
	_, err := s.client.Select(cmp.Or(s.server.Folder, "INBOX"), &imap.SelectOptions{ReadOnly: true}).Wait()
	var refused *imap.Error
	if errors.As(err, &refused) {
		return failed(connectors.Misconfigured, noFolder)
	}
	if err == nil && !s.client.Caps().Has(imap.CapIdle) {
		note("the mail server tells nothing by itself (no IDLE): new messages are found as often as poll says")
	}
	return err
}
