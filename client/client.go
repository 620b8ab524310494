// Package client hands requests to Lethe from a program of the company's own, such
// as an intake that is itself on Temporal, and asks after them.
//
// It starts and queries Lethe's workflows directly, in the namespace in which its
// workers run, and encrypts what it sends under the request's own key. It needs
// the vault for that, and is trusted as Lethe's workers are; a program that shall
// not be, talks to the HTTP gateway.
//
// In a workflow of the intake's own, call it from activities, and pass them the id
// of the intake's case rather than the person: what an activity is given stays in
// the intake's history, where Lethe forgets nothing. docs/temporal-callers.md says
// more.
package client

import (
	"context"
	"errors"
	"time"

	sdk "go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// The errors that callers tell apart, with [errors.Is].
var (
	// ErrUnreachable says that no Temporal server answers; it passes.
	ErrUnreachable = requests.ErrUnreachable
	// ErrNoWorker says that no worker answers for the request; it passes.
	ErrNoWorker = requests.ErrNoWorker
	// ErrKeyUnavailable says that the key store or the key service does not answer; it
	// passes.
	ErrKeyUnavailable = vault.ErrUnavailable
	// ErrUnknown says that Temporal knows no request of this id, any more or yet.
	ErrUnknown = requests.ErrUnknown
	// ErrTaken says that the id belongs to a request with other contents.
	ErrTaken = requests.ErrTaken
	// ErrEnded says that the request is over, so that nothing can be changed.
	ErrEnded = requests.ErrEnded
	// ErrForgotten says that the request's key was destroyed: its report in the
	// archive is what is left.
	ErrForgotten = requests.ErrForgotten
)

// Options say where Lethe is.
type Options struct {
	// Temporal is how to reach the namespace in which Lethe's workers run. Its data
	// and failure converter are replaced by those that encrypt.
	Temporal sdk.Options
	// Vault is where the keys are: the store and key-encryption key that Lethe's
	// workers use. Unless it is there already, nothing is made.
	Vault vault.Options
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// A Client hands requests in and asks after them. It is safe for concurrent use.
type Client struct {
	temporal sdk.Client
	keys     *vault.Vault
	desk     *requests.Desk
	now      func() time.Time
}

// Open connects to Temporal and opens the vault. The caller closes the client.
func Open(ctx context.Context, o Options) (*Client, error) {
	o.Vault.Existing = true // a second vault would hold keys that no worker finds
	keys, err := vault.Open(ctx, o.Vault)
	if err != nil {
		return nil, err
	}
	if o.Temporal.Namespace == "" {
		o.Temporal.Namespace = sdk.DefaultNamespace // payloads are bound to it
	}
	if o.Temporal.HostPort == "" {
		o.Temporal.HostPort = sdk.DefaultHostPort // errors name it
	}
	keys.Protect(&o.Temporal)
	temporal, err := requests.Dial(ctx, o.Temporal)
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	c := &Client{temporal: temporal, keys: keys, desk: requests.NewDesk(temporal, o.Temporal, keys), now: o.Now}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Close lets go of Temporal and the vault.
func (c *Client) Close() error {
	c.temporal.Close()
	return c.keys.Close()
}

// Submit hands a request in. The same request handed in twice is one request:
// already tells that it was there, so that an attempt whose answer was lost may be
// repeated. Identifiers are in their normal form: make them with
// [identity.Parser.Parse]. The error is [dsr.Problems] if the request makes no
// sense, [ErrTaken] if its id belongs to another one, or [ErrForgotten].
func (c *Client) Submit(ctx context.Context, r dsr.Request) (already bool, err error) {
	if err := r.Validate(c.now(), identity.Check); err != nil {
		return false, err
	}
	if r.Channel != "" {
		return false, dsr.Problems{{Field: "channel", Text: "is for what 'lethe mailbox' hands in; leave it out, and name the ground of a restriction"}}
	}
	if identity.MentionedIn(dsr.Subject{Identifiers: r.Subject.Of(dsr.Email, dsr.Phone)}, r.ID) {
		return false, dsr.Problems{{Field: "id", Text: "names the person; it is shown everywhere, so choose another one"}}
	}
	return c.desk.Submit(ctx, r)
}

// Unattended reports whether no worker is running, as far as Temporal can tell: what is
// handed in then is safe, and nothing happens before a worker is started. One that was
// stopped counts as running for up to two minutes.
func (c *Client) Unattended(ctx context.Context) (bool, error) {
	polling, err := c.desk.Polling(ctx)
	return err == nil && polling.Nobody(c.now()), err
}

// Status says how a request stands, system by system: a report that is not final
// until the request has ended. A worker has to be there to answer.
func (c *Client) Status(ctx context.Context, kind dsr.Kind, id string) (dsr.Report, error) {
	r, _, err := c.desk.Status(ctx, kind, id)
	return r, err
}

// Wait waits until the request has ended, for as long as ctx allows; requests take
// from minutes to weeks. The error is that of ctx if it ends first.
func (c *Client) Wait(ctx context.Context, kind dsr.Kind, id string) (dsr.Completion, error) {
	completion, err := c.desk.Completion(ctx, kind, id)
	switch {
	case err == nil:
		return completion, nil
	case ctx.Err() != nil:
		return dsr.Completion{}, ctx.Err()
	case errors.Is(err, vault.ErrDestroyed):
		return dsr.Completion{}, ErrForgotten
	default:
		return dsr.Completion{}, err
	}
}

// Cancel ends a request before it is done: nothing is begun any more, and what was
// erased stays erased. The operator, who decided it, and the reason stay in the
// report; neither may name the person. It returns when the request has taken note.
func (c *Client) Cancel(ctx context.Context, kind dsr.Kind, id, operator, reason string) error {
	return c.desk.Update(ctx, kind, id, workflows.UpdateCancel, workflows.Cancel{Operator: operator, Reason: reason})
}
