package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/report"
	"ite.digital/lethe/vault"
)

// Keys are the steps by which requests are forgotten.
type Keys struct {
	Vault *vault.Vault
	// Temporal says which workflows still run.
	Temporal  client.Client
	Namespace string
	// Grace is how long after its end a request's key is kept.
	Grace time.Duration
	// Now is the clock.
	Now func() time.Time
	// Archive is swept along with the keys, so that reports are kept for Retention;
	// 0 keeps them for good.
	Archive   SweptArchive
	Retention time.Duration
}

// A SweptArchive is an archive of reports that is looked after.
type SweptArchive interface {
	// Sweep finishes what was interrupted and removes what was archived longer than
	// retention ago.
	Sweep(ctx context.Context, retention time.Duration) (report.Swept, error)
}

// Swept is what a sweep did. Keys are named by their requests.
type Swept struct {
	Binding
	// Destroyed names the keys that were destroyed.
	Destroyed []string `json:"destroyed,omitempty"`
	// Waiting counts the keys of requests that are over and whose time has not
	// come, Running those of requests that are carried out.
	Waiting int `json:"waiting"`
	Running int `json:"running"`
	// Unknown names the keys of requests that Temporal does not know and whose
	// end nobody has noted. They are kept: the sweep may be looking at the wrong
	// namespace.
	Unknown []string `json:"unknown,omitempty"`
	// Failed says which keys could not be dealt with; the next sweep tries again.
	Failed []string `json:"failed,omitempty"`
	// Reports is what was done to the archive; ArchiveFailed says that it could not
	// be swept, and the next sweep tries again.
	Reports       report.Swept `json:"reports"`
	ArchiveFailed bool         `json:"archive_failed,omitempty"`
}

// SweepParams are those of a sweep, which needs none.
type SweepParams struct {
	Binding
}

// Sweep destroys the keys whose time has come. To sweep twice, or at the same
// time, does no harm.
func (k *Keys) Sweep(ctx context.Context, p SweepParams) (Swept, error) {
	defer keepAlive(ctx)()
	swept := Swept{Binding: p.Binding}
	for name, err := range k.Vault.Names(ctx) {
		if err != nil {
			return swept, err
		}
		if ctx.Err() != nil {
			return swept, ctx.Err()
		}
		if err := k.sweep(ctx, name, &swept); err != nil {
			swept.Failed = append(swept.Failed, name)
		}
	}
	var err error
	if swept.Reports, err = k.Archive.Sweep(ctx, k.Retention); err != nil {
		swept.ArchiveFailed = true
		activity.GetLogger(ctx).Warn("the archive of reports could not be swept", "error", err)
	}
	// Keys are named by their requests.
	activity.GetLogger(ctx).Info("swept the keys", "destroyed", swept.Destroyed, "waiting", swept.Waiting,
		"running", swept.Running, "unknown", swept.Unknown, "failed", swept.Failed, "reports_removed", swept.Reports.Removed, "reports_completed", swept.Reports.Completed)
	return swept, nil
}

// sweep deals with one key.
func (k *Keys) sweep(ctx context.Context, name string, swept *Swept) error {
	destroyed, err := k.Vault.DestroyedAt(ctx, name)
	if err != nil {
		return err
	}
	over := !destroyed.IsZero() // whoever destroyed it was interrupted
	if !over {
		if over, err = k.isOver(ctx, name, swept); err != nil {
			return err
		}
	}
	if !over {
		return nil
	}
	if _, err := k.Vault.Destroy(ctx, name); err != nil {
		return err
	}
	swept.Destroyed = append(swept.Destroyed, name)
	return nil
}

// isOver reports whether the key's time has come, and counts it if not.
func (k *Keys) isOver(ctx context.Context, name string, swept *Swept) (bool, error) {
	if until, ok := vault.OperatorKey(name); ok {
		query := fmt.Sprintf("WorkflowType IN ('Erasure', 'Restriction') AND CloseTime IS NULL AND %s < '%s'",
			AttributeDueAt, until.Add(longestTerm).Format(time.RFC3339))
		return k.monthIsOver(ctx, until, query, swept)
	}
	if until, ok := vault.SystemKey(name); ok {
		query := fmt.Sprintf("WorkflowId STARTS_WITH '%s' AND CloseTime IS NULL AND StartTime < '%s'",
			vault.SystemPrefix, until.Format(time.RFC3339))
		return k.monthIsOver(ctx, until, query, swept)
	}
	if vault.SubjectKey(name) || vault.SigningKey(name) || vault.NamerKey(name) {
		return false, nil
	}
	closed, known, err := k.closedAt(ctx, name)
	if err != nil {
		return false, err
	}
	if known && closed.IsZero() {
		swept.Running++
		return false, nil
	}
	due, err := k.Vault.Due(ctx, name)
	if err != nil {
		return false, err
	}
	if due.IsZero() && !known {
		swept.Unknown = append(swept.Unknown, name)
		return false, nil
	}
	if due.IsZero() { // it ended without a report: it failed, or was terminated
		due = closed.Add(k.Grace)
		if err := k.Vault.SetDue(ctx, name, due); err != nil {
			return false, err
		}
	}
	if later := closed.Add(k.Grace); known && later.After(due) {
		due = later // it went on after its report
	}
	if k.Now().Before(due) {
		swept.Waiting++
		return false, nil
	}
	return true, nil
}

// closedAt says when the workflow ended; it is zero while the workflow runs.
func (k *Keys) closedAt(ctx context.Context, workflowID string) (at time.Time, known bool, err error) {
	described, err := k.Temporal.DescribeWorkflowExecution(ctx, workflowID, "")
	var notFound *serviceerror.NotFound
	switch {
	case errors.As(err, &notFound):
		return time.Time{}, false, nil
	case err != nil:
		return time.Time{}, false, err
	}
	closed := described.GetWorkflowExecutionInfo().GetCloseTime()
	if closed == nil { // it runs, or is paused
		return time.Time{}, true, nil
	}
	return closed.AsTime(), true, nil
}

// AttributeDueAt is the search attribute that says until when a request must be
// answered.
const AttributeDueAt = "LetheDueAt"

// longestTerm is how long after its receipt a request can be due at the most:
// three months, and some days for weekends and holidays.
const longestTerm = 100 * 24 * time.Hour

// monthIsOver reports whether nothing can be needed any more that was encrypted
// in the month before until: retention and grace have passed since, and no workflow is
// open that may have begun by then, which the query asks for. When a request was received
// follows from its due date, for a reset counts as a new start.
func (k *Keys) monthIsOver(ctx context.Context, until time.Time, query string, swept *Swept) (bool, error) {
	described, err := k.Temporal.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: k.Namespace})
	if err != nil {
		return false, err
	}
	retention := described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	if k.Now().Before(until.Add(retention + k.Grace)) {
		swept.Waiting++
		return false, nil
	}
	running, err := k.Temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: k.Namespace, Query: query})
	if err != nil {
		return false, err
	}
	if running.GetCount() > 0 {
		swept.Running++
		return false, nil
	}
	return true, nil
}
