package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// SettingsParams names the records whose settings are asked for.
type SettingsParams struct {
	Target
	Records []dsr.Record `json:"records"`
}

// Settings is the answer of [Systems.Settings].
type Settings struct {
	Settings []dsr.RecordSettings `json:"settings,omitempty"`
	Trace
}

// Settings reads what a restriction changes about the records. It changes nothing.
func (s *Systems) Settings(ctx context.Context, p SettingsParams) (Settings, error) {
	return step(ctx, s, p.Target, func(ctx context.Context, c connectors.Connector, _ *Earlier) (Settings, error) {
		restrictor, err := restrictorOf(c, p.System)
		if err != nil {
			return Settings{}, err
		}
		settings, err := restrictor.Settings(ctx, p.Records)
		return Settings{Settings: settings}, err
	}, func(s *Settings) *Trace { return &s.Trace })
}

// ApplyParams gives settings their values.
type ApplyParams struct {
	Target
	Changes []dsr.RecordSettings `json:"changes"`
	// NoticedAt is when the subject was told that the restriction is lifted. Without
	// it a setting can be given its restricted value only.
	NoticedAt time.Time `json:"noticed_at,omitzero"`
	// SomebodyElses says that the records are not the subject's, by an operator's
	// decision, and get back what was taken from them by mistake.
	SomebodyElses bool `json:"somebody_elses,omitempty"`
}

// Applied is the answer of [Systems.Apply].
type Applied struct {
	Trace
}

// LiftWithoutNotice is the type of the error with which Apply refuses to lift.
const LiftWithoutNotice = "lift_without_notice"

// Apply gives the settings their values. Whatever asks for it, nothing is lifted
// before the subject was told (GDPR Art. 18(3)).
func (s *Systems) Apply(ctx context.Context, p ApplyParams) (Applied, error) {
	if p.NoticedAt.IsZero() && !p.SomebodyElses && len(dsr.Drift(p.Changes)) > 0 {
		failed := Failure{
			Reason: "a restriction cannot be lifted before the notice to the subject is on record", Advice: "lift, tell the subject, then confirm-notice",
			Trace: Trace{Binding: p.Binding, Attempts: attempt(ctx)},
		}
		return Applied{}, temporal.NewNonRetryableApplicationError(failed.Reason, LiftWithoutNotice, nil, failed)
	}
	return step(ctx, s, p.Target, func(ctx context.Context, c connectors.Connector, earlier *Earlier) (Applied, error) {
		restrictor, err := restrictorOf(c, p.System)
		if err != nil {
			return Applied{}, err
		}
		changes := p.Changes
		if !p.SomebodyElses {
			changes = earlier.settingsWithoutKept(changes)
		}
		return Applied{}, restrictor.Apply(ctx, changes)
	}, func(a *Applied) *Trace { return &a.Trace })
}

func restrictorOf(c connectors.Connector, system string) (connectors.Restrictor, error) {
	if restrictor, ok := c.(connectors.Restrictor); ok {
		return restrictor, nil
	}
	return nil, &connectors.Error{Class: connectors.Misconfigured, System: system, Reason: "this kind of connector cannot restrict"}
}
