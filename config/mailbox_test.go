package config_test

import (
	netmail "net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/mail"
)

func TestAMailboxIsWhereRequestsAreTakenFrom(t *testing.T) {
	t.Parallel()
	const systems = "\nsystems:\n  - { name: old, connector: none, reason: retired }\n"
	const login = "\n  username: privacy\n  password: ${TOKEN}\n"
	c := load(t, "mailbox:\n  server: imap.example.com:993"+login+systems, config.Options{Env: env})
	require.Equal(t, &config.Mailbox{
		Host: "imap.example.com", Port: 993, Security: mail.Implicit, Username: "privacy", Password: secret, Folder: "INBOX", Poll: 5 * time.Minute, MaxPerDay: 100,
		Others: "flag",
	}, c.Mailbox)
	require.Nil(t, load(t, systems, config.Options{}).Mailbox)

	c = load(t, `
notify:
  email: { server: "localhost:25", tls: none, from: lethe@example.com, to: [a@example.com] }
mailbox:
  server: localhost:143
  tls: none
  folder: Privacy
  done: Privacy/Done
  poll: 1m
  since: 2026-11-01
  max_per_day: 7
  from: Privacy <privacy@example.com>
  groups: [privacy-group@example.com, "Requests <requests@example.com>"]
  domains: [example.com, Example.org]
  received_by: [mx.example.com]
  authserv_id: mx.example.com
  others: all`+login+systems, config.Options{Env: env})
	require.Equal(t, &config.Mailbox{
		Host: "localhost", Port: 143, Security: mail.Plain, Username: "privacy", Password: secret, Folder: "Privacy", Done: "Privacy/Done",
		Poll: time.Minute, Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Acknowledge: true, MaxPerDay: 7,
		From:   &netmail.Address{Name: "Privacy", Address: "privacy@example.com"},
		Groups: []string{"privacy-group@example.com", "requests@example.com"}, Domains: []string{"example.com", "example.org"},
		ReceivedBy: []string{"mx.example.com"}, AuthservID: "mx.example.com", Others: "all",
	}, c.Mailbox)

	require.Equal(t, mail.STARTTLS, load(t, "mailbox:\n  server: imap.example.com:143"+login+systems, config.Options{Env: env}).Mailbox.Security)
}
