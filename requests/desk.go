// Package requests hands requests to Temporal and asks after them. The command
// line and the demo use it; it holds no state and decides nothing.
package requests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/report"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

const (
	// callTimeout bounds every exchange with Temporal. Queries and updates wait
	// for a worker for that long.
	callTimeout = 10 * time.Second
	// submitTimeout bounds the handing in of a request, with its keys.
	submitTimeout = 30 * time.Second
)

var (
	// ErrUnreachable says that no Temporal server answers.
	ErrUnreachable = errors.New("the Temporal server cannot be reached")
	// ErrUnknown says that Temporal knows no request of this id.
	ErrUnknown = errors.New("no request of this id is known to Temporal")
	// ErrNoWorker says that no worker answers for the request.
	ErrNoWorker = errors.New("no worker answers; start one with 'lethe worker'")
	// ErrEnded says that the request is over, so that nothing can be changed.
	ErrEnded = errors.New("the request has ended; nothing was changed")
	// ErrTaken says that the id belongs to a request with other contents.
	ErrTaken = errors.New("a different request has this id already; nothing was started")
)

// ErrForgotten says that the request's key was destroyed, so that nothing but
// its report is left.
var ErrForgotten = errors.New("the request is forgotten: its key was destroyed")

// A Desk is where requests are handed in and asked after.
type Desk struct {
	temporal  client.Client
	namespace string
	payloads  converter.DataConverter
	keys      *vault.Vault
	priority  Priority
}

// Priority says which requests go first where many wait for the same workers and
// systems: it orders Temporal's task queues, and the steps of a request have that
// of their request. It delays nothing where there is no queue.
type Priority int

const (
	// Usual is for what a person handed in; Temporal's own default.
	Usual Priority = 0
	// Urgent is for requests whose deadline is near.
	Urgent Priority = 1
	// Bulk is for requests that come by the thousand.
	Bulk Priority = 5
)

// urgentWithin is how long before its deadline a request goes before others.
const urgentWithin = 7 * 24 * time.Hour

// ForDeadline is the priority of a request that is due at the time given: that of
// the others, unless its deadline is within a week, or has passed.
func (p Priority) ForDeadline(due, now time.Time) Priority {
	if due.Before(now.Add(urgentWithin)) {
		return Urgent
	}
	return p
}

// WithPriority returns the desk for requests of that priority.
func (d *Desk) WithPriority(p Priority) *Desk {
	other := *d
	other.priority = p
	return &other
}

// NewDesk returns the desk of a namespace. The options are those that the client
// was made with; they must protect what it sends under the keys of the vault.
// The caller closes the client and the vault.
func NewDesk(c client.Client, o client.Options, keys *vault.Vault) *Desk {
	return &Desk{temporal: c, namespace: o.Namespace, payloads: o.DataConverter, keys: keys}
}

// Submit makes the request's key and starts its workflow. The same request
// handed in twice is one request: already tells that it was there. Another
// request under the same id is refused with [ErrTaken]. For intake systems, which
// know requests by their id alone, that is also one of another kind.
func (d *Desk) Submit(ctx context.Context, r dsr.Request) (already bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	if r.Intake != nil {
		if err := d.claim(ctx, r); err != nil {
			return false, err
		}
	}
	if err := d.keys.Ensure(ctx, r.WorkflowID()); errors.Is(err, vault.ErrDestroyed) {
		return false, fmt.Errorf("%w; use another id", ErrForgotten)
	} else if err != nil {
		return false, err
	}
	// Temporal may have dropped a request of this id that ended lately.
	if ended, err := d.ended(ctx, r.WorkflowID()); err != nil {
		return false, err
	} else if ended {
		if _, err := d.Line(ctx, r.Kind, r.ID); errors.Is(err, ErrUnknown) {
			return false, ErrTaken
		}
	}
	err = d.start(ctx, r, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
	if isStarted(err) {
		return true, d.checkSame(ctx, r)
	}
	return false, explain(err)
}

// claim makes sure that no request of another kind has the id, or gets it at the
// same moment: workflow ids hold the kind, so Temporal alone would start both. Nor has
// another controller it. A claim says nothing of the contents, so that whoever was
// interrupted after it can come again.
func (d *Desk) claim(ctx context.Context, r dsr.Request) error {
	for _, kind := range dsr.Kinds() {
		if kind == r.Kind {
			continue
		}
		if there, err := d.exists(ctx, kind, r.ID); err != nil {
			return err
		} else if there {
			return ErrTaken
		}
	}
	by, err := d.opaque(ctx, r.ID, r.Intake.Controller)
	if err != nil {
		return err
	}
	first, err := d.keys.Claim(ctx, r.ID, vault.Claim{Owner: string(r.Kind), By: by})
	if err == nil && (first.Owner != string(r.Kind) || first.By != "" && first.By != by) {
		err = ErrTaken
	}
	return err
}

// opaque names the controller of a request for those who have the vault's key only.
func (d *Desk) opaque(ctx context.Context, id, controller string) (string, error) {
	namer, err := d.keys.Namer(ctx)
	if err != nil {
		return "", err
	}
	return namer.Name("controller", id, controller), nil
}

// A Belonging says whether a request is a controller's.
type Belonging int

const (
	// Unnoted: nobody has handed a request of the id in through the gateway, or did so
	// before it was noted who.
	Unnoted Belonging = iota
	// Own: the controller has.
	Own
	// Foreign: another one has.
	Foreign
)

// Belongs says whether the controller has handed in the request of the id, also after it
// was forgotten.
func (d *Desk) Belongs(ctx context.Context, id, controller string) (Belonging, error) {
	claim, err := d.keys.Claimed(ctx, id)
	if err != nil || claim.By == "" {
		return Unnoted, err
	}
	by, err := d.opaque(ctx, id, controller)
	switch {
	case err != nil:
		return Unnoted, err
	case claim.By == by:
		return Own, nil
	default:
		return Foreign, nil
	}
}

// exists reports whether there is such a request. One that Temporal has dropped
// counts as long as its end is noted.
func (d *Desk) exists(ctx context.Context, kind dsr.Kind, id string) (bool, error) {
	_, err := d.Line(ctx, kind, id)
	if !errors.Is(err, ErrUnknown) {
		return err == nil, err
	}
	return d.ended(ctx, dsr.WorkflowID(kind, id))
}

// start starts the request's workflow.
func (d *Desk) start(ctx context.Context, r dsr.Request, reuse enumspb.WorkflowIdReusePolicy) error {
	tokens, err := d.keys.SubjectTokens(ctx, identity.Listed(r.Subject))
	if err != nil {
		return err
	}
	_, err = d.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       r.WorkflowID(),
		TaskQueue:                workflows.TaskQueue,
		WorkflowIDReusePolicy:    reuse,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		StaticSummary:            string(r.Kind) + " request " + r.ID,
		TypedSearchAttributes:    temporal.NewSearchAttributes(attributeSubject.ValueSet(tokens), attributeKind.ValueSet(string(r.Kind))),
		Priority:                 temporal.Priority{PriorityKey: int(d.priority)},

		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, workflowOf(r.Kind), r)
	return err
}

// workflowOf names the workflow that carries out requests of a kind.
func workflowOf(kind dsr.Kind) string {
	if kind == dsr.Restriction {
		return "Restriction"
	}
	return "Erasure"
}

func isStarted(err error) bool {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &started)
}

// ErrStillRunning says that a request cannot be carried out again yet.
var ErrStillRunning = errors.New("the request is still being carried out; use retry-system for a system that waits, or reset the workflow in the Temporal Web UI")

// Rerun carries a request out again that has ended: the same request, in a new
// run of its workflow, which takes over what earlier runs have found and decided.
func (d *Desk) Rerun(ctx context.Context, kind dsr.Kind, id string) error {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	if kind == dsr.Restriction {
		return ErrRestriction
	}
	r, err := d.Request(ctx, kind, id)
	if err != nil {
		return err
	}
	if err := d.checkRerun(ctx, kind, id); err != nil {
		return err
	}
	err = d.start(ctx, r, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	if isStarted(err) {
		return ErrStillRunning
	}
	return explain(err)
}

// checkRerun makes sure that a request was not ended by a person's decision.
func (d *Desk) checkRerun(ctx context.Context, kind dsr.Kind, id string) error {
	line, err := d.Line(ctx, kind, id)
	switch {
	case err != nil:
		return err
	case line.Running():
		return ErrStillRunning
	case line.Temporal != statusCompleted: // it cannot have a report that says so
		return nil
	}
	last, _, err := d.Status(ctx, kind, id)
	if err == nil && last.Cancellation != nil {
		err = ErrCancelled
	}
	return err
}

// statusCompleted is Temporal's word for workflows that have ended by themselves.
const statusCompleted = "completed"

// ErrRestriction says that a restriction is not carried out again.
var ErrRestriction = errors.New("a restriction is not carried out again: while it is open it sees to itself, and when it has ended hand it in anew, with another id")

// ErrCancelled says that a request is not carried out again.
var ErrCancelled = errors.New("the request was cancelled, and stays so; hand it in anew, with another id")

// checkSame compares the request with the one that its id was first used for.
// When it was received is left out: a second submission may not repeat it.
func (d *Desk) checkSame(ctx context.Context, r dsr.Request) error {
	first, err := d.Request(ctx, r.Kind, r.ID)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(sorted(first.Subject), sorted(r.Subject), dsr.Identifier.Same) &&
		slices.Equal(slices.Sorted(slices.Values(first.Systems)), slices.Sorted(slices.Values(r.Systems)))
	if !same || !first.Intake.Same(r.Intake) || first.Ground != r.Ground || first.DryRun != r.DryRun || first.ApprovalRequired != r.ApprovalRequired {
		return ErrTaken
	}
	return nil
}

func sorted(s dsr.Subject) []dsr.Identifier {
	return slices.SortedFunc(slices.Values(s.Identifiers), func(a, b dsr.Identifier) int { return strings.Compare(a.Key(), b.Key()) })
}

// Request returns the request as it was handed in.
func (d *Desk) Request(ctx context.Context, kind dsr.Kind, id string) (dsr.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := d.remembered(ctx, kind, id); err != nil {
		return dsr.Request{}, err
	}
	history := d.temporal.GetWorkflowHistory(ctx, dsr.WorkflowID(kind, id), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !history.HasNext() {
		return dsr.Request{}, ErrUnknown
	}
	first, err := history.Next()
	if err != nil {
		return dsr.Request{}, explain(err)
	}
	var r dsr.Request
	input := first.GetWorkflowExecutionStartedEventAttributes().GetInput()
	payloads := converter.WithDataConverterSerializationContext(d.payloads, converter.WorkflowSerializationContext{
		Namespace: d.namespace, WorkflowID: dsr.WorkflowID(kind, id),
	})
	if err := payloads.FromPayloads(input, &r); err != nil {
		return dsr.Request{}, fmt.Errorf("the request cannot be read: %w", err)
	}
	return r, nil
}

// Status says how a request stands. Notes, by system, tell which steps are
// being retried.
func (d *Desk) Status(ctx context.Context, kind dsr.Kind, id string) (dsr.Report, map[string]report.Note, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var r dsr.Report
	if err := d.query(ctx, kind, id, workflows.QueryStatus, &r); err != nil {
		return dsr.Report{}, nil, err
	}
	described, err := d.temporal.DescribeWorkflowExecution(ctx, dsr.WorkflowID(kind, id), "")
	if err != nil {
		return dsr.Report{}, nil, explain(err)
	}
	return r, d.notes(dsr.WorkflowID(kind, id), described), nil
}

// notes reads the retries of running steps; a step's id starts with its
// system's name.
func (d *Desk) notes(workflowID string, described *workflowservice.DescribeWorkflowExecutionResponse) map[string]report.Note {
	found := map[string]report.Note{}
	for _, pending := range described.GetPendingActivities() {
		system, _, ok := strings.Cut(pending.GetActivityId(), ".")
		if !ok {
			continue
		}
		note := report.Note{Attempt: int(pending.GetAttempt())}
		if failure := pending.GetLastFailure(); failure != nil {
			note.Reason = vault.Message(d.payloads, workflowID, d.namespace, failure)
		}
		if next := pending.GetNextAttemptScheduleTime(); next != nil {
			note.Next = next.AsTime()
		}
		found[system] = note
	}
	return found
}

// Subject returns the identifiers known now, for an operator at a manual task.
func (d *Desk) Subject(ctx context.Context, kind dsr.Kind, id string) (dsr.Subject, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var s dsr.Subject
	err := d.query(ctx, kind, id, workflows.QuerySubject, &s)
	return s, err
}

// remembered is an error if the request's key was destroyed.
func (d *Desk) remembered(ctx context.Context, kind dsr.Kind, id string) error {
	at, err := d.keys.DestroyedAt(ctx, dsr.WorkflowID(kind, id))
	if err == nil && !at.IsZero() {
		err = fmt.Errorf("%w on %s; 'lethe report %s' is what is left", ErrForgotten, at.Format(time.DateOnly), Name{Kind: kind, ID: id})
	}
	return err
}

func (d *Desk) query(ctx context.Context, kind dsr.Kind, id, name string, into any) error {
	if err := d.remembered(ctx, kind, id); err != nil {
		return err
	}
	answer, err := d.temporal.QueryWorkflow(ctx, dsr.WorkflowID(kind, id), "", name)
	if err != nil {
		return explain(err)
	}
	if err := answer.Get(into); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return nil
}

// Update sends an operator's action, one of the workflows.Update… names with
// its parameters, and waits until it took effect. A refusal is an error with
// the workflow's own words.
func (d *Desk) Update(ctx context.Context, kind dsr.Kind, id, name string, params any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := d.remembered(ctx, kind, id); err != nil {
		return err
	}
	handle, err := d.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: dsr.WorkflowID(kind, id), UpdateName: name, Args: []any{params},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return explain(err)
	}
	return explain(handle.Get(ctx, nil))
}

// RecordMessage puts on record at a request that the person has answered its
// acknowledgement, by a message that was received at that time and is named by what names
// nobody; recorded twice it counts once. No worker need answer for it. That the request is over, or forgotten, is
// [ErrEnded], [ErrUnknown] or [ErrForgotten].
func (d *Desk) RecordMessage(ctx context.Context, kind dsr.Kind, id, message string, receivedAt time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := d.remembered(ctx, kind, id); err != nil {
		return err
	}
	m := workflows.RecordMessage{Message: message, ReceivedAt: receivedAt}
	return explain(d.temporal.SignalWorkflow(ctx, dsr.WorkflowID(kind, id), "", workflows.SignalRecordMessage, m))
}

// ErrRunning says that the request is not over yet.
var ErrRunning = errors.New("the request is not over yet; what it needs to go on cannot be destroyed")

// CheckOver makes sure that the request is over, so that it can be forgotten.
// That Temporal does not know it any more is fine if its end was noted; it may be
// another Temporal, or another namespace, otherwise.
func (d *Desk) CheckOver(ctx context.Context, kind dsr.Kind, id string) error {
	line, err := d.Line(ctx, kind, id)
	if err == nil && line.Running() {
		return ErrRunning
	}
	if !errors.Is(err, ErrUnknown) {
		return err
	}
	ended, err := d.ended(ctx, dsr.WorkflowID(kind, id))
	if err == nil && !ended {
		err = fmt.Errorf("%w in the namespace %s, and nobody has noted its end; nothing was destroyed", ErrUnknown, d.namespace)
	}
	return err
}

// ended reports whether the end of a workflow was noted, or its key is destroyed.
func (d *Desk) ended(ctx context.Context, workflowID string) (bool, error) {
	due, err := d.keys.Due(ctx, workflowID)
	if err != nil || !due.IsZero() {
		return err == nil, err
	}
	destroyed, err := d.keys.DestroyedAt(ctx, workflowID)
	return !destroyed.IsZero(), err
}

// Forget destroys the key of a request that is over. already tells that it was
// destroyed before.
func (d *Desk) Forget(ctx context.Context, kind dsr.Kind, id string) (already bool, err error) {
	if err := d.CheckOver(ctx, kind, id); err != nil {
		return false, err
	}
	already, err = d.keys.Destroy(ctx, dsr.WorkflowID(kind, id))
	if errors.Is(err, vault.ErrNoKey) {
		return false, fmt.Errorf("%w, and there is no key of it", ErrUnknown)
	}
	return already, err
}

// A Line is one request in a list.
type Line struct {
	ID   string   `json:"request_id"`
	Kind dsr.Kind `json:"kind"`
	// Temporal is the workflow's status, such as "running" or "completed".
	Temporal  string    `json:"temporal_status"`
	StartedAt time.Time `json:"started_at"`
	ClosedAt  time.Time `json:"closed_at,omitzero"`
	// Begun says that a worker has taken the request up and made its plan. Until then
	// it can ask nothing of anybody, and reminds nobody.
	Begun bool `json:"-"`
	// Due is until when it has to be answered; zero if it was answered, being a
	// restriction in force, and before it has begun.
	Due time.Time `json:"-"`
	// Waiting says that something in it waits for a person.
	Waiting bool `json:"-"`
}

// Running reports whether the request's workflow has not ended.
func (l Line) Running() bool { return l.ClosedAt.IsZero() }

// A Filter chooses requests for a list.
type Filter struct {
	// OpenOnly leaves out those that have ended.
	OpenOnly bool
	// Waiting leaves out those in which no system waits for a person.
	Waiting bool
	// Subject, if not empty, leaves out those that were not handed in with one of
	// the identifiers. What systems disclosed on the way is not looked up.
	Subject dsr.Subject
}

// List returns the newest requests that the filter lets through, at most limit
// of them.
func (d *Desk) List(ctx context.Context, f Filter, limit int) ([]Line, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	query, err := d.visibilityQuery(ctx, f)
	if err != nil {
		return nil, err
	}
	var lines []Line
	var page []byte
	for len(lines) < limit {
		answer, err := d.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: d.namespace, Query: query, PageSize: int32(min(limit-len(lines), 1000)), NextPageToken: page, //nolint:gosec // bounded by 1000
		})
		if err != nil {
			return nil, explain(err)
		}
		for _, execution := range answer.GetExecutions() {
			if line, ok := lineOf(execution); ok {
				lines = append(lines, line)
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			break
		}
	}
	return lines, nil
}

// Count says how many requests the filter lets through. Temporal's lists lag behind a
// little.
func (d *Desk) Count(ctx context.Context, f Filter) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	query, err := d.visibilityQuery(ctx, f)
	if err != nil {
		return 0, err
	}
	answer, err := d.temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: d.namespace, Query: query})
	return int(answer.GetCount()), explain(err)
}

// MailPrefix is how the ids of requests begin that came by mail.
const MailPrefix = "mail-"

// ByMail counts the requests that came by mail and began to be carried out since then.
// Temporal's lists lag behind a little.
func (d *Desk) ByMail(ctx context.Context, since time.Time) (int, error) {
	return d.countByMail(ctx, since, "")
}

// ByMailFrom counts those of them whose subject has one of the identifiers.
func (d *Desk) ByMailFrom(ctx context.Context, since time.Time, s dsr.Subject) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	of, err := d.subjectQuery(ctx, s)
	if err != nil {
		return 0, err
	}
	return d.countByMail(ctx, since, of)
}

// countByMail counts the requests that came by mail and of which more is true, in
// Temporal's language.
func (d *Desk) countByMail(ctx context.Context, since time.Time, more string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	prefixes := make([]string, len(dsr.Kinds()))
	for i, kind := range dsr.Kinds() {
		prefixes[i] = "WorkflowId STARTS_WITH '" + dsr.WorkflowID(kind, MailPrefix) + "'"
	}
	answer, err := d.temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: d.namespace, Query: fmt.Sprintf("(%s) AND StartTime > '%s'", strings.Join(prefixes, " OR "), since.UTC().Format(time.RFC3339)) + more,
	})
	return int(answer.GetCount()), explain(err)
}

// visibilityQuery is the filter in Temporal's language.
func (d *Desk) visibilityQuery(ctx context.Context, f Filter) (string, error) {
	query := "WorkflowType IN ('Erasure', 'Restriction') AND ExecutionStatus != 'ContinuedAsNew'"
	if f.OpenOnly {
		query += " AND ExecutionStatus = 'Running'"
	}
	if f.Waiting {
		query += " AND " + workflows.AttributeAttention + " IS NOT NULL"
	}
	if len(f.Subject.Identifiers) == 0 {
		return query, nil
	}
	of, err := d.subjectQuery(ctx, f.Subject)
	return query + of, err
}

// subjectQuery leaves out, in Temporal's language, what was not handed in with one of the
// identifiers.
func (d *Desk) subjectQuery(ctx context.Context, s dsr.Subject) (string, error) {
	// A look-up for which no key was ever made finds nothing.
	quoted := []string{"'none'"}
	for _, id := range s.Identifiers {
		for _, form := range identity.Forms(id) {
			tokens, err := d.keys.LookupTokens(ctx, form)
			if err != nil {
				return "", err
			}
			for _, token := range tokens {
				quoted = append(quoted, "'"+token+"'")
			}
		}
	}
	return " AND " + AttributeSubject + " IN (" + strings.Join(quoted, ", ") + ")", nil
}

// Line returns one request as a list would show it.
func (d *Desk) Line(ctx context.Context, kind dsr.Kind, id string) (Line, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	described, err := d.temporal.DescribeWorkflowExecution(ctx, dsr.WorkflowID(kind, id), "")
	if err != nil {
		return Line{}, explain(err)
	}
	line, ok := lineOf(described.GetWorkflowExecutionInfo())
	if !ok {
		return Line{}, ErrUnknown
	}
	return line, nil
}

// lineOf reads a request from what Temporal knows of its workflow; workflows
// that are no requests are passed over.
func lineOf(execution *workflowpb.WorkflowExecutionInfo) (line Line, ok bool) {
	kind, id, ok := strings.Cut(execution.GetExecution().GetWorkflowId(), "/")
	if !ok {
		return Line{}, false
	}
	line = Line{ID: id, Kind: dsr.Kind(kind), Temporal: strings.ToLower(execution.GetStatus().String()), StartedAt: execution.GetStartTime().AsTime()}
	if closed := execution.GetCloseTime(); closed != nil {
		line.ClosedAt = closed.AsTime()
	}
	line.readAttributes(execution.GetSearchAttributes().GetIndexedFields())
	return line, true
}

// readAttributes reads what the request's workflow has written beside it. What cannot
// be read counts as not written.
func (l *Line) readAttributes(fields map[string]*commonpb.Payload) {
	read := func(name string, into any) bool {
		field := fields[name]
		return field != nil && converter.GetDefaultDataConverter().FromPayload(field, into) == nil
	}
	var due time.Time
	l.Begun = read(workflows.AttributeDueAt, &due) && !due.IsZero()
	var status string
	if read(workflows.AttributeStatus, &status); dsr.Status(status) != dsr.StatusRestricted {
		l.Due = due
	}
	var names []string
	l.Waiting = read(workflows.AttributeAttention, &names) && len(names) > 0
}

// Completion waits until the request has ended, for as long as ctx allows, and
// returns its result.
func (d *Desk) Completion(ctx context.Context, kind dsr.Kind, id string) (dsr.Completion, error) {
	var completion dsr.Completion
	err := d.temporal.GetWorkflow(ctx, dsr.WorkflowID(kind, id), "").Get(ctx, &completion)
	return completion, explain(err)
}

// explain turns what Temporal's client says into a sentence for people.
func explain(err error) error {
	var (
		notFound    *serviceerror.NotFound
		unavailable *serviceerror.Unavailable
		deadline    *serviceerror.DeadlineExceeded
		namespace   *serviceerror.NamespaceNotFound
		denied      *serviceerror.PermissionDenied
		refusal     *temporal.ApplicationError
		queryFailed *serviceerror.QueryFailed
		notReady    *serviceerror.WorkflowNotReady
		noPoller    *serviceerror.FailedPrecondition
		ended       *temporal.WorkflowExecutionError
		canceled    *serviceerror.Canceled
		invalid     *serviceerror.InvalidArgument
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &canceled):
		return context.Canceled
	case errors.As(err, &invalid) && strings.Contains(invalid.Message, "search attribute"):
		return errors.New("the Temporal namespace is not set up for Lethe; run: lethe setup")
	case errors.As(err, &namespace):
		return fmt.Errorf("the Temporal namespace %q does not exist", namespace.Namespace)
	case errors.As(err, &notFound) && strings.Contains(notFound.Message, "already completed"):
		return ErrEnded
	case errors.As(err, &notFound):
		return ErrUnknown
	case errors.As(err, &denied):
		return errors.New("the Temporal server does not permit this")
	case errors.As(err, &unavailable):
		return fmt.Errorf("%w: %s", ErrUnreachable, firstLine(unavailable.Message))
	case errors.As(err, &deadline), errors.Is(err, context.DeadlineExceeded), errors.As(err, &notReady), errors.As(err, &noPoller):
		return ErrNoWorker
	case errors.As(err, &ended):
		return fmt.Errorf("the request ended without a report: %s", endedBy(ended))
	case errors.As(err, &refusal):
		return errors.New(refusal.Message())
	case errors.As(err, &queryFailed):
		return fmt.Errorf("the request's workflow cannot answer: %s", firstLine(queryFailed.Message))
	default:
		return err
	}
}

// endedBy says why a workflow ended other than by completing.
func endedBy(ended *temporal.WorkflowExecutionError) string {
	var failure *temporal.ApplicationError
	if errors.As(ended, &failure) {
		return firstLine(failure.Message())
	}
	return firstLine(ended.Unwrap().Error())
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
