package workflows

import (
	"fmt"
	"slices"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

const (
	// callbackPatience is how long an intake that does not answer is called.
	callbackPatience = 7 * 24 * time.Hour
	// callbackHeartbeat is above the time that one call may take.
	callbackHeartbeat = time.Minute
	// callbackAttempt is how long every URL is tried before something newer is told
	// instead: some tries of each.
	callbackAttempt = time.Minute
	// callBackWithNews is the change by which a receiver that does not answer no longer
	// keeps the others from being told of what came later.
	callBackWithNews = "call-back-with-news"
)

// callBack tells the intake that handed the request in of each new stage, and of a
// deadline that was moved, until the request is finished.
func (e *process) callBack(ctx workflow.Context) {
	if !e.isCalledBack() {
		return
	}
	for !e.finished {
		if e.hasNewsForIntake(ctx) {
			e.callIntake(ctx, false)
			continue // it may have changed meanwhile
		}
		if workflow.Await(ctx, func() bool { return e.finished || e.hasNewsForIntake(ctx) }) != nil {
			return // the request is cancelled
		}
	}
}

// callBackAtLast tells the intake how the request ended.
func (e *process) callBackAtLast(ctx workflow.Context) {
	if !e.isCalledBack() {
		return
	}
	if e.stage(ctx) != e.toldStage {
		e.callIntake(ctx, true)
	}
	e.callBackOnPromisedDay(ctx)
}

// promisedCallback is the change by which the intake is called once more on the last
// day that vendors have promised who let nobody look.
const promisedCallback = "promised-callback"

// promiseID is the id of the workflow that waits for the day.
func (e *process) promiseID() string { return PromiseID + string(e.request.Kind) + "-" + e.request.ID }

// again reports whether runs came before this one, as far as is known by now: a reset
// is learnt of from the systems.
func (e *process) again() bool {
	return e.toldIn == "" || slices.ContainsFunc(e.systems, func(s *system) bool { return s.toldIn != e.toldIn })
}

// takeBackPromise ends what an earlier run has left behind: what it would say may not
// be so any more. That there is none is fine.
func (e *process) takeBackPromise(ctx workflow.Context) {
	if e.isCalledBack() && workflow.GetVersion(ctx, promisedCallback, workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		_ = workflow.RequestCancelExternalWorkflow(ctx, e.promiseID(), "").Get(ctx, nil)
	}
}

// callBackOnPromisedDay leaves word to call the intake on the day on which the
// request will be completed by the vendors' word. The request's own workflow ends,
// and its key is destroyed, before: what is left behind names nobody.
func (e *process) callBackOnPromisedDay(ctx workflow.Context) {
	var last time.Time
	for _, s := range e.systems {
		if s.outcome.ExpectedBy.After(last) {
			last = s.outcome.ExpectedBy
		}
	}
	told := e.report().Progress(last)
	if last.IsZero() || told.Stage != dsr.StageCompleted || told.Stage == e.toldStage {
		if e.again() {
			e.takeBackPromise(ctx)
		}
		return
	}
	if workflow.GetVersion(ctx, promisedCallback, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return
	}
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:        e.promiseID(),
		TaskQueue:         TaskQueue,
		StaticSummary:     "call the intake back when vendors have promised to be done",
		ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
		// That of an earlier run is over. Children have no policy for conflicts.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING, //nolint:staticcheck // see above
	})
	promise := workflow.ExecuteChildWorkflow(ctx, Promise, Promised{At: last, Callback: activities.NewCallback(e.request, told)})
	if err := promise.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the intake will not be called back on the promised day")
	}
}

// PromiseID begins the ids of the workflows that wait for a promised day.
const PromiseID = "lethe-promise-"

// Promised is what an intake is told on the day that vendors have promised.
type Promised struct {
	At       time.Time           `json:"at"`
	Callback activities.Callback `json:"callback"`
}

// Promise calls an intake back on a day on which vendors have promised to be done.
// What it knows names nobody.
func Promise(ctx workflow.Context, p Promised) error {
	if err := workflow.Sleep(ctx, p.At.Sub(workflow.Now(ctx))); err != nil {
		return fmt.Errorf("wait for the promised day: %w", err)
	}
	if err := call(ctx, p.Callback, logDiscarded(ctx, "callback")).Get(ctx, nil); err != nil {
		return fmt.Errorf("call the intake back: %w", err)
	}
	return nil
}

func (e *process) hasNewsForIntake(ctx workflow.Context) bool {
	return e.stage(ctx) != e.toldStage || !e.deadlines.Due.Equal(e.toldDue)
}

func (e *process) isCalledBack() bool {
	return e.request.Intake != nil && len(e.request.Intake.Callbacks) > 0
}

func (e *process) stage(ctx workflow.Context) dsr.Stage {
	return e.report().Progress(workflow.Now(ctx)).Stage
}

// callIntake tells the intake where the request stands. That fails for good is no
// reason to hold the request up: the intake can ask. The last word is tried until
// callbackPatience ends.
func (e *process) callIntake(ctx workflow.Context, last bool) {
	progress := e.report().Progress(workflow.Now(ctx))
	e.toldStage, e.toldDue = progress.Stage, e.deadlines.Due
	interruptible := !last && workflow.GetVersion(ctx, callBackWithNews, workflow.DefaultVersion, 1) > workflow.DefaultVersion
	calling, giveUp := workflow.WithCancel(ctx)
	defer giveUp()
	told := call(calling, activities.NewCallback(e.request, progress), func(int) { e.discarded++ })
	if interruptible && !e.awaitTold(ctx, told) {
		return
	}
	if err := told.Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the intake could not be called back")
	}
}

// call is the step that tells an intake.
func call(ctx workflow.Context, c activities.Callback, discarded func(int)) workflow.Future {
	ctx = requestStep(ctx, "call the intake back: "+string(c.Progress.Stage))
	options := workflow.GetActivityOptions(ctx)
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout, options.HeartbeatTimeout = 5*time.Minute, callbackPatience, callbackHeartbeat
	options.RetryPolicy = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Hour, MaximumAttempts: maxAttempts}
	var callbacks *activities.Callbacks
	called, settle := workflow.NewFuture(ctx)
	workflow.GoNamed(ctx, "call the intake back", func(ctx workflow.Context) {
		var delivered activities.Delivered
		params := activities.CallbackParams{Callback: c}
		settle.SetError(insist(workflow.WithActivityOptions(ctx, options), "callback", callbacks.CallBack, params, &delivered, discarded))
	})
	return called
}

// awaitTold waits until all URLs were told, or something newer has to be told and all
// had their chance: whoever did not take it is told that instead. It reports whether
// they were told.
func (e *process) awaitTold(ctx workflow.Context, told workflow.Future) bool {
	_, err := awaitFor(ctx, callbackAttempt, true, "wait for receivers that do not answer", told.IsReady)
	if err == nil {
		err = workflow.Await(ctx, func() bool { return told.IsReady() || e.finished || e.hasNewsForIntake(ctx) })
	}
	return err == nil && told.IsReady()
}
