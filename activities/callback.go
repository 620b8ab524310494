package activities

import (
	"context"
	"strconv"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// A Callback tells the intake system that handed a request in where it stands. It
// holds nothing by which the subject could be recognised.
type Callback struct {
	RequestID string   `json:"request_id"`
	Kind      dsr.Kind `json:"kind"`
	// Controller is the id under which the gateway knows the receiver.
	Controller string `json:"controller"`
	// URLs are told, all of them and each on its own.
	URLs []string `json:"urls"`
	// Reading is what the gateway made of the request.
	dsr.Reading
	Progress dsr.Progress `json:"progress"`
}

// NewCallback is what the request's intake is to be told. There is nobody to tell if
// it has no URLs.
func NewCallback(r dsr.Request, p dsr.Progress) Callback {
	c := Callback{RequestID: r.ID, Kind: r.Kind, Progress: p}
	if r.Intake != nil {
		c.Controller, c.URLs, c.Reading = r.Intake.Controller, r.Intake.Callbacks, r.Intake.Reading
	}
	return c
}

// A CallbackSender tells one of the URLs. To be told twice does no harm. The error
// is a [*connectors.Error].
type CallbackSender func(ctx context.Context, url string, c Callback) error

// Callbacks are the steps that tell intake systems.
type Callbacks struct {
	// Send is nil if the configuration has no gateway.
	Send CallbackSender
}

// CallbackParams are the callback to deliver.
type CallbackParams struct {
	Binding
	Callback Callback `json:"callback"`
}

// CallBack tells every URL, side by side. The next attempt leaves out those that
// were told, or have refused for good. The error is about the URLs that refused; it
// comes when all others were told.
func (s *Callbacks) CallBack(ctx context.Context, p CallbackParams) (Delivered, error) {
	c := p.Callback
	if s.Send == nil {
		return Delivered{}, failure(ctx, &connectors.Error{Class: connectors.Misconfigured, System: callbackSystem,
			Reason: "lethe.yaml has no gateway, whose key signs callbacks"}, Trace{Binding: p.Binding, Attempts: attempt(ctx)})
	}
	called := resumeTelling(ctx, p.Binding, callbackSystem)
	for i, url := range c.URLs {
		called.tell(ctx, strconv.Itoa(i), func() error { return s.Send(ctx, url, c) })
	}
	return Delivered{p.Binding}, called.failure(ctx)
}

// callbackSystem is what receivers of callbacks are called in errors.
const callbackSystem = "callback"
