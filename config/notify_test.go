package config_test

import (
	netmail "net/mail"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/mail"
)

func TestNotifySaysWhoIsTold(t *testing.T) {
	t.Parallel()
	const systems = "\nsystems:\n  - { name: old, connector: none, reason: retired }\n"
	c := load(t, `
notify:
  webhook: { base_url: https://ops.example.com/lethe, secret: "${TOKEN}" }
  email:
    server: smtp.example.com:587
    username: lethe
    password: ${TOKEN}
    from: Lethe <lethe@example.com>
    to: [privacy@example.com, Zoë <zoe@example.com>]`+systems, config.Options{Env: env})
	require.Equal(t, "https://ops.example.com/lethe", c.Notify.Webhook.BaseURL)
	require.Equal(t, map[string]string{"secret": secret}, c.Notify.Webhook.Credentials)
	require.Equal(t, &mail.Settings{
		Host: "smtp.example.com", Port: 587, Security: mail.STARTTLS, Username: "lethe", Password: secret,
		From: &netmail.Address{Name: "Lethe", Address: "lethe@example.com"},
		To:   []*netmail.Address{{Address: "privacy@example.com"}, {Name: "Zoë", Address: "zoe@example.com"}},
	}, c.Notify.Email)

	require.Equal(t, config.Notify{}, load(t, systems, config.Options{}).Notify)

	for server, want := range map[string]mail.Security{
		"smtp.example.com:465": mail.Implicit, "smtp.example.com:587": mail.STARTTLS, "'[::1]:25'\n    tls: none": mail.Plain,
		"smtp.example.com:2465\n    tls: implicit": mail.Implicit,
	} {
		email := "notify:\n  email:\n    from: a@example.com\n    to: [b@example.com]\n    server: " + server
		require.Equal(t, want, load(t, email+systems, config.Options{}).Notify.Email.Security, server)
	}
}
