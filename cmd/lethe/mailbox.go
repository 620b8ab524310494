package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

func newMailbox(s *streams) *cobra.Command {
	var reach *access
	var level, format string
	var once bool
	cmd := &cobra.Command{
		Use:   "mailbox",
		Short: "Take requests out of a mailbox until interrupted",
		Long: `Take requests out of the mailbox that the privacy notice names, until interrupted;
lethe.yaml says in mailbox where it is. A message with the subject

    My information [forget]

in its variants, English and French, becomes a request for the address that it
comes from. It waits for a person's approval, because a From line proves nothing. A
message that may be a request and is not understood, or that somebody has passed on,
is flagged for a person. Only headers are read.

With --once the command ends with a line that counts all messages, with exit code 3 if a
message needs a person and could not be flagged, and with 1 if requests wait or an
acknowledgement could not be sent.

One process is enough; several do no harm. docs/mailbox.md says more.`,
		Example: `  lethe mailbox --config lethe.yaml
  lethe mailbox --once --log-format console`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			run := mailbox.Run
			if once {
				run = s.lookOnce
			}
			return s.keepMailbox(cmd.Context(), reach, log, run)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "deal with what is there and end")
	logFlags(cmd, &level, &format)
	reach = s.accessFlags(cmd)
	return cmd
}

// lookOnce looks through the mailbox and ends with a line that counts every message.
func (s *streams) lookOnce(ctx context.Context, o mailbox.Options) error {
	seen, err := mailbox.Once(ctx, o)
	if err != nil && seen == (mailbox.Summary{}) {
		return err // nothing was looked at
	}
	return errors.Join(s.print(seen.String()+"\n"), err)
}

// keepMailbox opens the desk and does something with the mailbox.
func (s *streams) keepMailbox(ctx context.Context, a *access, log zerolog.Logger, do func(context.Context, mailbox.Options) error) error {
	cfg, err := a.config.load()
	if err != nil {
		return err
	}
	if cfg.Mailbox == nil {
		return errors.New("there is no mailbox to read; name it in mailbox of lethe.yaml")
	}
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error {
		namer, err := keys.Namer(ctx)
		if err != nil {
			return err
		}
		options, err := a.connection.Options(log)
		if err != nil {
			return err
		}
		keys.Protect(&options)
		temporal, err := requests.Dial(ctx, options)
		if err != nil {
			return err
		}
		defer temporal.Close()
		o := s.mailboxOptions(cfg, log)
		o.Desk = &mailDesk{Desk: requests.NewDesk(temporal, options, keys), due: o.Due, now: s.now}
		o.Namer = namer.Name
		return do(ctx, o)
	})
}

// A mailDesk hands in what came by mail: whoever wants to can send thousands of requests,
// so the others go before them, unless their time is short.
type mailDesk struct {
	*requests.Desk
	due func(received time.Time) (time.Time, error)
	now func() time.Time
}

// Submit implements [mailbox.Desk].
func (d *mailDesk) Submit(ctx context.Context, r dsr.Request) (bool, error) {
	due, err := d.due(r.ReceivedAt)
	if err != nil {
		return false, err
	}
	return d.WithPriority(requests.Bulk.ForDeadline(due, d.now())).Submit(ctx, r)
}

// serverOf is where the mailbox is.
func serverOf(m *config.Mailbox) mailbox.Server {
	return mailbox.Server{
		Host: m.Host, Port: m.Port, Security: m.Security, Username: m.Username, Password: m.Password, Folder: m.Folder, Done: m.Done,
	}
}

// mailboxOptions are what the configuration says of the mailbox.
func (s *streams) mailboxOptions(cfg *config.Config, log zerolog.Logger) mailbox.Options {
	m := cfg.Mailbox
	o := mailbox.Options{
		Server: serverOf(m),
		Due: func(received time.Time) (time.Time, error) {
			d, err := cfg.Regulation.Deadlines(received)
			return d.Due, err
		},
		Ours: cfg.OwnAddresses(), Domains: m.Domains, Groups: m.Groups, AuthservID: m.AuthservID, ReceivedBy: m.ReceivedBy, Others: mailbox.Others(m.Others),
		Since: m.Since, Poll: m.Poll, MaxPerDay: m.MaxPerDay, Log: log, Now: s.now,
	}
	for _, address := range o.Ours {
		if domain := mailbox.OwnDomain(address); domain != "" {
			o.Domains = append(slices.Clone(o.Domains), domain)
		}
	}
	if cfg.Notify.Email == nil {
		return o
	}
	o.Flooded = func(ctx context.Context, waiting int) error {
		return mail.Flooded(ctx, *cfg.Notify.Email, waiting, m.MaxPerDay)
	}
	o.NeedsPerson = func(ctx context.Context, flagged int) error { return mail.NeedsPerson(ctx, *cfg.Notify.Email, flagged) }
	sending := *cfg.Notify.Email
	if m.From != nil {
		sending.From = m.From
	}
	if m.Acknowledge {
		o.Acknowledge = func(ctx context.Context, a mail.Acknowledgement) error { return mail.Acknowledge(ctx, sending, a) }
	}
	return o
}
