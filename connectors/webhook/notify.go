package webhook

import (
	"context"
	"strconv"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

// A Notifier tells a receiver of the company's own what happens. Its messages are
// signed as all others of the protocol are.
type Notifier struct {
	api *httpapi.Client
}

// NewNotifier makes the notifier of the receiver in s.
func NewNotifier(s connectors.Settings) (*Notifier, error) {
	secret := s.Credentials[credentialSecret]
	if len(secret) < minSecret {
		return nil, &connectors.Error{
			Class: connectors.Misconfigured, System: s.System,
			Reason: "the secret must have at least " + strconv.Itoa(minSecret) + " bytes; a random one of 32 is better",
		}
	}
	api, err := httpapi.New(s, signer([]byte(secret), s.Clock()))
	if err != nil {
		return nil, err
	}
	return &Notifier{api: api}, nil
}

// Notify sends the message, as JSON, to the receiver's "/notify". Any 2xx answer
// says that it was received.
func (n *Notifier) Notify(ctx context.Context, message any) error {
	_, err := n.api.Do(ctx, post("/notify", message, nil))
	return err
}
