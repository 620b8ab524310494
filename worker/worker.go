// Package worker puts everything together: the configuration becomes
// connectors, the connectors become activities, and those are served from task
// queues, one for each system. The gateway is wired here, too. It is the only
// package that knows all others.
package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/webhook"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

const (
	// stopTimeout is how long steps that are running may go on when the process
	// is asked to stop. What does not end in time is done again elsewhere.
	stopTimeout = 10 * time.Second
	// stepsAtOnce bounds how many steps one process takes at one system.
	stepsAtOnce = 8
)

// An Environment is what connectors get from the process they run in.
type Environment struct {
	// Log receives what goes wrong at vendors, without a word about people.
	Log zerolog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Pace shortens the waits between quick tries, for tests.
	Pace connectors.Pace
}

// Reach makes the connectors of the automatic systems. It touches no network.
func Reach(cfg *config.Config, env Environment) (*activities.Systems, error) {
	reach := &activities.Systems{Connectors: map[string]connectors.Connector{}}
	var problems []error
	for _, configured := range cfg.Systems {
		if configured.Kind.New == nil {
			continue
		}
		settings := configured.Settings
		settings.Log, settings.Now, settings.Pace = env.Log, env.Now, env.Pace
		connector, err := configured.Kind.New(settings)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		reach.Connectors[configured.Plan.Name] = connector
	}
	return reach, errors.Join(problems...)
}

// WarnOfVersions logs a warning for each system that calls a version of its vendor's API
// whose support ends soon or has ended.
func WarnOfVersions(cfg *config.Config, now time.Time, log zerolog.Logger) {
	for _, configured := range cfg.Systems {
		if warning := configured.Support().Warning(now); warning != "" {
			log.Warn().Str("system", configured.Plan.Name).Msg(warning)
		}
	}
}

// A Fleet is the workers of one process: one for workflows and the steps that
// concern whole requests, and one for each system, so that a slow system holds
// up nobody else.
type Fleet struct {
	temporal client.Client
	grace    time.Duration
	workers  []sdkworker.Worker
	end      *end
	// follow follows changes of the configuration; nil if nothing depends on it.
	follow *reload
	health *health
}

// Parts are what a fleet works with. The caller closes them after the fleet has
// stopped.
type Parts struct {
	// Temporal is a client of the namespace, protected by [vault.Vault.ProtectWorker],
	// and Options what it was made with.
	Temporal client.Client
	Options  client.Options
	// Archive is the bucket of the reports.
	Archive *storage.Bucket
	Vault   *vault.Vault
	Log     zerolog.Logger
	// BuildID is the release, for worker versioning; empty means the binary's own.
	BuildID string
	// Load, if not nil, reads the configuration again while the fleet works, for the
	// certificate that signs callbacks; the rest is read at the start only.
	Load func() (*config.Config, error)

	// make makes the worker of a task queue; nil means the SDK's.
	make func(client.Client, string, sdkworker.Options) sdkworker.Worker
}

// New wires the fleet.
func New(cfg *config.Config, p Parts) (*Fleet, error) {
	if p.make == nil {
		p.make = sdkworker.New
	}
	reach, err := Reach(cfg, Environment{Log: p.Log})
	if err != nil {
		return nil, err
	}
	WarnOfVersions(cfg, time.Now(), p.Log)
	deployed, err := deployment(cfg.Worker, p.BuildID)
	if err != nil {
		return nil, err
	}
	c, grace := p.Temporal, cfg.Vault.GracePeriod
	fleet := &Fleet{temporal: c, grace: grace, end: newEnd(), health: newHealth(cfg, p)}
	add := func(queue string, o sdkworker.Options) sdkworker.Worker {
		o.WorkerStopTimeout, o.DeploymentOptions = stopTimeout, deployed
		o.OnFatalError = func(err error) { fleet.end.of(queue, err) }
		w := p.make(c, queue, o)
		fleet.workers = append(fleet.workers, w)
		return w
	}
	main := add(workflows.TaskQueue, sdkworker.Options{})
	main.RegisterWorkflow(workflows.Erasure)
	main.RegisterWorkflow(workflows.Restriction)
	main.RegisterWorkflow(workflows.Promise)
	main.RegisterWorkflow(workflows.Sweep)
	notifiers, err := notifiersOf(cfg, p.Log)
	if err != nil {
		return nil, err
	}
	past := activities.NewHistories(c, p.Options)
	reach.Past = past
	archive := report.NewArchive(p.Archive).SignedBy(p.Vault, time.Now)
	main.RegisterActivity(&activities.Requests{
		Plan: cfg.Plan(), Deadlines: cfg.Regulation.Deadlines, Archive: archive, Past: past, Keys: p.Vault,
		Acquaintances: activities.Neighbours{Temporal: c, Namespace: p.Options.Namespace, Tokens: p.Vault.LookupTokens},
		Grace:         grace, Now: time.Now, Log: p.Log, Notifiers: notifiers,
	})
	main.RegisterActivity(&activities.Keys{
		Vault: p.Vault, Temporal: c, Namespace: p.Options.Namespace, Grace: grace, Now: time.Now, Archive: archive, Retention: cfg.Retention,
	})
	callbacks, err := callerOf(cfg)
	if err != nil {
		return nil, err
	}
	main.RegisterActivity(callbacks.steps())
	if p.Load != nil && cfg.Gateway != nil {
		fleet.follow = &reload{load: p.Load, apply: callbacks.apply, log: p.Log, applied: cfg.Fingerprint}
	}
	for _, configured := range cfg.Systems {
		name := configured.Plan.Name
		if reach.Connectors[name] == nil {
			continue
		}
		add(workflows.SystemTaskQueue(name), sdkworker.Options{
			DisableWorkflowWorker:              true,
			MaxConcurrentActivityExecutionSize: stepsAtOnce,
			// Temporal counts steps, of all workers; the calls within them are counted by
			// each process for itself.
			TaskQueueActivitiesPerSecond: configured.Settings.Rate,
		}).RegisterActivity(reach)
	}
	return fleet, nil
}

// notifiersOf makes what tells people of deadlines beside the log, by name.
func notifiersOf(cfg *config.Config, log zerolog.Logger) (map[string]activities.Notifier, error) {
	notifiers := map[string]activities.Notifier{}
	if cfg.Notify.Webhook != nil {
		settings := *cfg.Notify.Webhook
		settings.Log = log
		receiver, err := webhook.NewNotifier(settings)
		if err != nil {
			return nil, err
		}
		notifiers[settings.System] = func(ctx context.Context, n activities.Notice) error { return receiver.Notify(ctx, n) }
	}
	if cfg.Notify.Email != nil {
		senders, err := mail.Senders(*cfg.Notify.Email)
		if err != nil {
			return nil, err
		}
		for _, sender := range senders {
			notifiers[sender.Name()] = sender.Notify
		}
	}
	return notifiers, nil
}

// Run serves until the context ends, then lets running steps finish. It is an error if
// Temporal permanently rejects one of the workers: all of them stop then, for requests
// would wait for that one unnoticed.
func (f *Fleet) Run(ctx context.Context) error {
	listener, err := f.health.listen(ctx)
	if err != nil {
		return err
	}
	parts, ctx := errgroup.WithContext(ctx)
	if listener != nil {
		parts.Go(func() error { return f.health.serve(ctx, listener, f) })
	}
	parts.Go(func() error { return f.work(ctx) })
	return parts.Wait()
}

// work runs the workers until the context ends, or one of them does.
func (f *Fleet) work(ctx context.Context) error {
	if err := f.schedule(ctx); err != nil {
		return err
	}
	for i, w := range f.workers {
		if err := w.Start(); err != nil {
			f.stop(f.workers[:i])
			return fmt.Errorf("start the worker: %w", err)
		}
	}
	f.health.working.Store(true)
	defer f.health.working.Store(false)
	following, stop := context.WithCancel(ctx)
	var followed sync.WaitGroup
	if f.follow != nil {
		followed.Go(func() { f.follow.run(following) })
	}
	select {
	case <-ctx.Done():
	case <-f.end.reached:
	}
	stop()
	followed.Wait()
	f.stop(f.workers)
	return f.end.why()
}

// stop ends the workers side by side, each within its own time limit.
func (f *Fleet) stop(workers []sdkworker.Worker) {
	done := make(chan struct{})
	for _, w := range workers {
		go func() {
			w.Stop()
			done <- struct{}{}
		}()
	}
	for range workers {
		<-done
	}
}
