package config

import (
	netmail "net/mail"
	"slices"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/mail"
)

// webhookName is what the receiver of messages is called in logs and errors.
const webhookName = "notify.webhook"

// maxReceivers bounds the addresses that messages go to: they are for a few
// people, or for a list.
const maxReceivers = 20

// A Notify says who is told of deadlines.
type Notify struct {
	// Webhook is a receiver of the company's own; nil if there is none. Log and
	// Pace are left to the caller.
	Webhook *connectors.Settings
	// Email is how and to whom messages are sent; nil if none are. RootCAs,
	// Timeout and Now are left to the caller.
	Email *mail.Settings
}

// notify reads where messages about deadlines go.
func (l *loader) notify(entries map[string]entry) Notify {
	e, ok := entries["notify"]
	if !ok {
		return Notify{}
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"webhook", "email"}, func(key string) string {
		if key == "base_url" || key == "secret" {
			return "the key \"" + key + "\" belongs into the section webhook, one level deeper"
		}
		return ""
	})
	var notify Notify
	if part, ok := parts["webhook"]; ok {
		notify.Webhook = l.notifyWebhook(part.value)
	}
	if part, ok := parts["email"]; ok {
		notify.Email = l.notifyEmail(part.value)
	}
	return notify
}

func (l *loader) notifyWebhook(v value) *connectors.Settings {
	parts := v.entries()
	v.refuseUnknown(parts, []string{"base_url", "secret"}, nil)
	settings := &connectors.Settings{System: webhookName, Rate: 1, Credentials: map[string]string{}}
	if part, ok := parts["base_url"]; ok {
		settings.BaseURL, _ = part.value.text()
		if _, err := httpapi.ParseBaseURL("", settings.BaseURL); err != nil && settings.BaseURL != "" {
			part.value.refuse("is not the URL of a receiver; write https://host/path, below which /notify is called")
		}
	} else {
		v.needed("base_url", "the URL below which /notify is called")
	}
	if part, ok := parts["secret"]; ok {
		part.value.secret = true
		if secret, ok := l.secret(part.value); ok {
			settings.Credentials["secret"] = secret
		}
	} else {
		v.needed("secret", "a reference to the secret that signs messages")
	}
	return settings
}

// notifyEmail reads how messages are sent.
func (l *loader) notifyEmail(v value) *mail.Settings {
	parts := v.entries()
	v.refuseUnknown(parts, []string{"server", "tls", "username", "password", "from", "to"}, nil)
	for _, need := range [][2]string{
		{"server", "the mail server's host and port, such as smtp.example.com:587"},
		{"from", "the sender, such as Lethe <lethe@example.com>"}, {"to", "the list of addresses that are told"},
	} {
		if _, ok := parts[need[0]]; !ok {
			v.needed(need[0], need[1])
		}
	}
	settings := &mail.Settings{Security: mail.STARTTLS}
	if part, ok := parts["server"]; ok {
		mailServer(part.value, settings)
	}
	if part, ok := parts["tls"]; ok {
		settings.Security = security(part.value)
	}
	if part, ok := parts["from"]; ok {
		settings.From = address(part.value)
	}
	if part, ok := parts["to"]; ok {
		settings.To = receivers(part.value)
	}
	l.mailLogin(v, parts, settings)
	return settings
}

// mailServer reads the address of the server. Its port says how the connection
// is protected, unless the key tls does.
func mailServer(v value, settings *mail.Settings) {
	text, ok := v.text()
	if !ok {
		return
	}
	var err error
	if settings.Host, settings.Port, err = mail.ParseServer(text); err != nil {
		v.refuse("is not the address of a mail server; write host:port, such as smtp.example.com:587")
	}
	if settings.Port == mail.ImplicitPort {
		settings.Security = mail.Implicit
	}
}

func security(v value) mail.Security {
	text, ok := v.text()
	known := []mail.Security{mail.STARTTLS, mail.Implicit, mail.Plain}
	if ok && !slices.Contains(known, mail.Security(text)) {
		v.refuse("is none of starttls, implicit, none; leave it out: port 465 is implicit, every other one starttls; none is for a server on this machine")
	}
	return mail.Security(text)
}

// mailLogin reads how to sign in to the server.
func (l *loader) mailLogin(v value, parts map[string]entry, settings *mail.Settings) {
	username, named := parts["username"]
	password, secret := parts["password"]
	if named {
		settings.Username = username.value.line()
	}
	if secret {
		password.value.secret = true
		settings.Password, _ = l.secret(password.value)
	}
	switch {
	case named && !secret:
		v.needed("password", "a reference to the password of username")
	case secret && !named:
		v.needed("username", "the name that the password belongs to")
	case named && settings.Security == mail.Plain:
		username.value.refuse("would be sent in clear, with the password; leave tls out, or username and password")
	}
}

// address reads an e-mail address.
func address(v value) *netmail.Address {
	text := v.line()
	if text == "" {
		return nil
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		v.refuse("is not an e-mail address; write lethe@example.com, or with a name Lethe <lethe@example.com>, a domain of other letters in its xn-- form")
	}
	return parsed
}

// receivers reads who gets messages.
func receivers(v value) []*netmail.Address {
	items := v.items()
	if items != nil && (len(items) == 0 || len(items) > maxReceivers) {
		v.refuse("is not a list of 1 to %d addresses; use a mailing list for more", maxReceivers)
	}
	var all []*netmail.Address
	for _, item := range items {
		parsed := address(item)
		if parsed == nil {
			continue
		}
		if slices.ContainsFunc(all, func(a *netmail.Address) bool { return a.Address == parsed.Address }) {
			item.refuse("stands in the list twice; keep one")
		}
		all = append(all, parsed)
	}
	return all
}
