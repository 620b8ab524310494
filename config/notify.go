package config

import (
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

// notifyName is what the receiver of messages is called in logs and errors.
const notifyName = "notify"

// notify reads where messages about deadlines go.
func (l *loader) notify(entries map[string]entry) *connectors.Settings {
	e, ok := entries["notify"]
	if !ok {
		return nil
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"base_url", "secret"}, nil)
	settings := &connectors.Settings{System: notifyName, Rate: 1, Credentials: map[string]string{}}
	if part, ok := parts["base_url"]; ok {
		settings.BaseURL, _ = part.value.text()
		if _, err := httpapi.ParseBaseURL("", settings.BaseURL); err != nil && settings.BaseURL != "" {
			part.value.refuse("is not the URL of a receiver; write https://host/path, below which /notify is called")
		}
	} else {
		e.value.needed("base_url", "the URL below which /notify is called")
	}
	if part, ok := parts["secret"]; ok {
		part.value.secret = true
		if secret, ok := l.secret(part.value); ok {
			settings.Credentials["secret"] = secret
		}
	} else {
		e.value.needed("secret", "a reference to the secret that signs messages")
	}
	return settings
}
