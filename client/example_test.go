package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/client"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/vault"
)

// An intakeCase is what an intake of the company's own knows of a request.
type intakeCase struct {
	Email      string
	ReceivedAt time.Time
}

// An intake has activities, as methods; its workflows pass them the number of a case, never the
// person.
type intake struct {
	lethe *client.Client
	find  func(ctx context.Context, number string) (intakeCase, error)
}

// HandIn is an activity that hands a case to Lethe. Temporal may repeat it as often
// as it likes: the same request is one request.
func (i *intake) HandIn(ctx context.Context, number string) error {
	found, err := i.find(ctx, number)
	if err != nil {
		return err
	}
	email, err := identity.Parser{}.Parse(dsr.Email, found.Email)
	if err != nil {
		return temporal.NewNonRetryableApplicationError(err.Error(), "bad_case", nil)
	}
	_, err = i.lethe.Submit(ctx, dsr.Request{
		ID: number, Kind: dsr.Erasure, ReceivedAt: found.ReceivedAt, Subject: dsr.Subject{Identifiers: []dsr.Identifier{email}},
	})
	var problems dsr.Problems
	if errors.As(err, &problems) || errors.Is(err, client.ErrTaken) || errors.Is(err, client.ErrForgotten) {
		return temporal.NewNonRetryableApplicationError(err.Error(), "bad_case", nil)
	}
	return err
}

// errOpen makes Temporal ask again: give the activity a retry policy of an hour, or
// so, and no limit but the law's.
var errOpen = errors.New("the request is still being carried out")

// Completed is an activity that says what came of a case.
func (i *intake) Completed(ctx context.Context, number string) (dsr.Completion, error) {
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	completion, err := i.lethe.Wait(wait, dsr.Erasure, number)
	if errors.Is(err, context.DeadlineExceeded) {
		activity.GetLogger(ctx).Debug("still open", "case", number)
		return dsr.Completion{}, errOpen
	}
	return completion, err
}

func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	lethe, err := client.Open(ctx, client.Options{
		Temporal: sdk.Options{HostPort: "temporal.example.com:7233", Namespace: "privacy"},
		Vault:    vault.Options{Store: "s3://lethe-keys", KEK: "awskms:///alias/lethe", CacheFor: time.Minute},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = lethe.Close() }()
	desk := &intake{lethe: lethe}
	_, _ = desk.HandIn, desk.Completed // register them with the intake's own worker
}
