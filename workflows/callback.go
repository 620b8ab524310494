package workflows

import (
	"time"

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
	if e.isCalledBack() && e.stage(ctx) != e.toldStage {
		e.callIntake(ctx, true)
	}
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
	ctx = requestStep(ctx, "call the intake back: "+string(progress.Stage))
	options := workflow.GetActivityOptions(ctx)
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout, options.HeartbeatTimeout = 5*time.Minute, callbackPatience, callbackHeartbeat
	options.RetryPolicy = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Hour, MaximumAttempts: maxAttempts}
	interruptible := !last && workflow.GetVersion(ctx, callBackWithNews, workflow.DefaultVersion, 1) > workflow.DefaultVersion
	calling, giveUp := workflow.WithCancel(workflow.WithActivityOptions(ctx, options))
	defer giveUp()
	var callbacks *activities.Callbacks
	told := workflow.ExecuteActivity(calling, callbacks.CallBack, activities.NewCallback(e.request, progress))
	if interruptible && !e.awaitTold(ctx, told) {
		return
	}
	if err := told.Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the intake could not be called back")
	}
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
