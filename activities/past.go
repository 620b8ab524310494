package activities

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
)

// A Past knows what the runs of a request did that came before the one that
// asks: a request can be reset to any point, or be carried out again. What they
// found is erased by then, and only they know it.
type Past interface {
	// Of returns the earlier runs of the workflow, the oldest first, without what
	// the given run has taken over from them.
	// Runs that went on in another one by themselves are of use to steps only: all
	// that they did is in the report.
	Of(ctx context.Context, workflowID, runID string, continued bool) ([]EarlierRun, error)
}

// An EarlierRun is what the history of a run tells.
type EarlierRun struct {
	StartedAt, EndedAt time.Time
	// Ended is how the run ended, in Temporal's word.
	Ended string
	// Report is the key of the report in the archive, if there is one.
	Report string
	// Steps are what was ordered from systems, in that order.
	Steps []EarlierStep
	// Decisions are what operators decided, in that order.
	Decisions []Decision
	// Messages are the person's answers to the acknowledgement, in that order.
	Messages []EarlierMessage
}

// An EarlierStep is one step at a system.
type EarlierStep struct {
	System string
	// Ordered are the records whose erasure was ordered.
	Ordered []dsr.Record
	// Effects are what the system did with them, by its own word. There are none
	// if its answer was lost.
	Effects []dsr.RecordEffect
	// Settings are what was read of records before a restriction, or during it, and
	// Applied what was to be changed.
	Settings, Applied []dsr.RecordSettings
	At                time.Time
	Trace
}

// A Decision is what an operator decided, with the parameters that matter to a
// later run.
type Decision struct {
	// Name is the update's.
	Name     string    `json:"-"`
	At       time.Time `json:"-"`
	System   string    `json:"system"`
	Operator string    `json:"operator"`
	Reason   string    `json:"reason"`
	Evidence string    `json:"evidence"`
	// Erase and Keep name records that the operator knows to be, or not to be, the
	// subject's.
	Erase recordNames `json:"erase"`
	Keep  recordNames `json:"keep"`
	// Identifiers are what was handed in as being behind hashed ones, and Unknown says
	// that nobody knows.
	Identifiers []dsr.Identifier `json:"identifiers"`
	Unknown     bool             `json:"unknown"`
	// Ground is what a restriction was approved on that came without, or the one on
	// which data are kept; Categories and ReviewOn are of such data.
	Ground     string   `json:"ground"`
	Categories []string `json:"categories"`
	ReviewOn   string   `json:"review_on"`
	// NoticeSentAt is when the subject was told of an extended deadline.
	NoticeSentAt time.Time `json:"notice_sent_at"`
	// AskedAt is when the subject was asked for proof of identity, AnsweredAt when
	// it was received.
	AskedAt    time.Time `json:"asked_at"`
	AnsweredAt time.Time `json:"answered_at"`
	// MessagesRead is how many of the person's answers to the acknowledgement were read.
	MessagesRead int `json:"messages_read"`
}

// recordNames are the keys of records. Other updates have parameters of the same name
// that are none: they decide on a request as a whole.
type recordNames []string

// UnmarshalJSON implements [json.Unmarshaler].
func (n *recordNames) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '[' {
		return nil
	}
	return json.Unmarshal(data, (*[]string)(n))
}

// Earlier is what a step tells the workflow of earlier runs at its system.
type Earlier struct {
	// Run is the run that was told; it need not be told again.
	Run string `json:"run"`
	// Ordered are the records whose erasure was ordered, without those of somebody
	// else. Effects is the system's last word on them, where there is one.
	Ordered []dsr.Record       `json:"ordered,omitempty"`
	Effects []dsr.RecordEffect `json:"effects,omitempty"`
	// Erasures is how often something was erased in one run, the last time at
	// ActedAt.
	Erasures int       `json:"erasures,omitempty"`
	ActedAt  time.Time `json:"acted_at,omitzero"`
	// Cleared and Kept are the keys of records that operators have decided on.
	Cleared []string `json:"cleared,omitempty"`
	// Before is what was read of the settings of each record last before they were
	// changed for the first time.
	Before []dsr.RecordSettings `json:"before,omitempty"`
	Kept   []string             `json:"kept,omitempty"`
	// Retained are the decisions to keep data on a legal ground whose review has not
	// come yet.
	Retained []dsr.Retention `json:"retained,omitempty"`
	// Withheld says that one of them was made before the system had said that it keeps
	// anything: everything there is left alone.
	Withheld bool `json:"withheld,omitempty"`
}

// recall returns what earlier runs did at a system, or nil if the workflow knows
// it.
func recall(ctx context.Context, past Past, at Target) (*Earlier, error) {
	execution := activity.GetInfo(ctx).WorkflowExecution
	if execution.RunID == at.Run {
		return nil, nil //nolint:nilnil // nothing new
	}
	runs, err := past.Of(ctx, execution.ID, execution.RunID, true)
	if err != nil {
		return nil, errUnreadable
	}
	return earlierAt(runs, at.System, execution.RunID), nil
}

// errUnreadable is the error of a history that could not be read. It is tried again.
var errUnreadable = &connectors.Error{
	Class: connectors.Transient, System: "Temporal", Reason: "what earlier runs of the request did could not be read",
}

// unlisted is the error of a list that could not be read. It is tried again.
func unlisted(ctx context.Context, step Binding) error {
	return failure(ctx, &connectors.Error{
		Class: connectors.Transient, System: "Temporal", Reason: "other requests of the same person could not be looked up",
	}, Trace{Binding: step, Attempts: attempt(ctx)})
}

// earlierAt is what the runs did at the system.
func earlierAt(runs []EarlierRun, system, runID string) *Earlier {
	earlier := &Earlier{Run: runID}
	memory := memory{
		records: map[string]dsr.Record{}, effects: map[string]dsr.RecordEffect{}, kept: map[string]bool{}, seen: map[string]dsr.RecordSettings{},
		withheld: map[dsr.RetentionGround]bool{},
	}
	for _, run := range runs {
		erasures := 0
		for _, step := range run.Steps {
			if step.System != system {
				continue
			}
			memory.step(step)
			if len(step.Effects) > 0 {
				erasures++
				earlier.ActedAt = step.At
			}
		}
		earlier.Erasures = max(earlier.Erasures, erasures)
		for _, decision := range run.Decisions {
			if decision.System == system {
				memory.decision(decision)
			}
		}
	}
	memory.tell(earlier)
	return earlier
}

// memory is what earlier runs say of each record, by its key; what was said last
// counts.
type memory struct {
	order   []string
	records map[string]dsr.Record
	effects map[string]dsr.RecordEffect
	// kept are the records that were decided on: true for somebody else's.
	kept map[string]bool
	// retained are the decisions to keep data on a legal ground.
	retained []dsr.Retention
	// withheld are the grounds of those that are about everything; refusedAt is when the
	// system first said that it keeps a record.
	withheld  map[dsr.RetentionGround]bool
	refused   bool
	refusedAt time.Time
	// seen are the settings of records as they were read last, before as they were
	// when they were changed for the first time.
	seen   map[string]dsr.RecordSettings
	before []dsr.RecordSettings
}

func (m *memory) step(step EarlierStep) {
	for _, settings := range step.Settings {
		m.seen[settings.Key()] = settings
	}
	for _, change := range step.Applied {
		if settings, known := m.seen[change.Key()]; known {
			m.before = dsr.Remember(m.before, []dsr.RecordSettings{settings})
		}
	}
	for _, record := range step.Ordered {
		if _, known := m.records[record.Key()]; !known {
			m.order = append(m.order, record.Key())
		}
		m.records[record.Key()] = record
	}
	for _, effect := range step.Effects {
		m.effects[effect.Key()] = effect
		if effect.State == dsr.Retained && !m.refused {
			m.refused, m.refusedAt = true, step.At
		}
	}
}

// retainSystem is the name of the update by which data are kept on a legal ground.
const retainSystem = "retain-system"

func (m *memory) decision(d Decision) {
	if d.Name == retainSystem {
		ground := dsr.RetentionGround(d.Ground)
		m.withheld[ground] = !m.refused || d.At.Before(m.refusedAt)
		m.retained = dsr.AddRetention(m.retained, dsr.Retention{
			Ground: ground, Reason: d.Reason, Categories: d.Categories, ReviewOn: d.ReviewOn, DecidedBy: d.Operator, DecidedAt: d.At,
		})
	}
	for _, key := range d.Erase {
		m.kept[key] = false
	}
	for _, key := range d.Keep {
		m.kept[key] = true
	}
}

func (m *memory) tell(earlier *Earlier) {
	earlier.Before = m.before
	for _, r := range m.retained {
		if !r.Due(time.Now()) {
			earlier.Retained = append(earlier.Retained, r)
			earlier.Withheld = earlier.Withheld || m.withheld[r.Ground]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.kept)) {
		if m.kept[key] {
			earlier.Kept = append(earlier.Kept, key)
		} else {
			earlier.Cleared = append(earlier.Cleared, key)
		}
	}
	for _, key := range m.order {
		if m.kept[key] || m.kept[m.records[key].Parent] {
			continue
		}
		earlier.Ordered = append(earlier.Ordered, m.records[key])
		if effect, ok := m.effects[key]; ok {
			earlier.Effects = append(earlier.Effects, effect)
		}
	}
}

// mayErase leaves out the records that an operator has kept, and those that are kept
// on a legal ground: the run that has ordered this may not have been told.
func (e *Earlier) mayErase(records []dsr.Record) []dsr.Record {
	if e == nil {
		return records
	}
	if e.Withheld {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.withoutKept(records)), func(r dsr.Record) bool {
		return slices.ContainsFunc(e.Effects, func(effect dsr.RecordEffect) bool {
			return effect.Key() == r.Key() && effect.State == dsr.Retained && dsr.RetainedOn(e.Retained, effect.Ground)
		})
	})
}

// withoutKept leaves out the records that an operator has kept, with what is part
// of them.
func (e *Earlier) withoutKept(records []dsr.Record) []dsr.Record {
	if e == nil {
		return records
	}
	return slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool {
		return slices.Contains(e.Kept, r.Key()) || slices.Contains(e.Kept, r.Parent)
	})
}

// settingsWithoutKept leaves out the settings of records that an operator has kept.
func (e *Earlier) settingsWithoutKept(settings []dsr.RecordSettings) []dsr.RecordSettings {
	if e == nil {
		return settings
	}
	return slices.DeleteFunc(slices.Clone(settings), func(r dsr.RecordSettings) bool { return slices.Contains(e.Kept, r.Key()) })
}

// onRecord is the run as the report shows it. It names nobody.
func (r EarlierRun) onRecord() dsr.Run {
	run := dsr.Run{StartedAt: r.StartedAt, EndedAt: r.EndedAt, Ended: r.Ended, Report: r.Report}
	effects := map[string][]dsr.RecordEffect{}
	for _, step := range r.Steps {
		attempt := attemptAt(&run, step.System)
		attempt.Calls = dsr.AddCalls(attempt.Calls, step.Calls...)
		attempt.Attempts += step.Attempts
		attempt.Outages = dsr.AddOutage(attempt.Outages, step.Outage)
		effects[step.System] = append(effects[step.System], step.Effects...)
		attempt.Records = dsr.CountRecords(effects[step.System])
	}
	for _, d := range r.Decisions {
		action := dsr.Action{Name: d.Name, Operator: d.Operator, Text: cmp.Or(d.Reason, d.Evidence, dsr.Ground(d.Ground).Article()), At: d.At}
		if d.System == "" {
			run.Actions = append(run.Actions, action)
			continue
		}
		attempt := attemptAt(&run, d.System)
		attempt.Actions = append(attempt.Actions, action)
	}
	return run
}

// attemptAt is the part of the run that is about the system.
func attemptAt(run *dsr.Run, system string) *dsr.Attempt {
	at := slices.IndexFunc(run.Systems, func(a dsr.Attempt) bool { return a.System == system })
	if at < 0 {
		at = len(run.Systems)
		run.Systems = append(run.Systems, dsr.Attempt{System: system})
	}
	return &run.Systems[at]
}

// clock is what runs before this one decided about the time to answer.
type clock struct {
	extension *dsr.Extension
	identity  *dsr.IdentityCheck
}

// carryOver brings the deadlines to where earlier runs had them. What the law does
// not allow any more, as the configuration says another one by now, is left out.
func carryOver(d deadlines.Deadlines, runs []EarlierRun) (deadlines.Deadlines, clock, error) {
	var c clock
	for _, run := range runs {
		for _, decision := range run.Decisions {
			var err error
			if d, err = c.decide(d, decision); err != nil {
				return d, c, err
			}
		}
	}
	return d, c, nil
}

func (c *clock) decide(d deadlines.Deadlines, by Decision) (deadlines.Deadlines, error) {
	switch {
	case !by.NoticeSentAt.IsZero() && c.extension == nil:
		extended, err := d.Extend(deadlines.Extension{Reason: by.Reason, NoticeSentAt: by.NoticeSentAt, RecordedAt: by.At})
		if err != nil {
			return d, nil //nolint:nilerr // see carryOver
		}
		c.extension = &dsr.Extension{Operator: by.Operator, Reason: by.Reason, At: by.At, NoticeSentAt: by.NoticeSentAt}
		return extended, nil
	case !by.AskedAt.IsZero() && c.identity == nil:
		c.identity = &dsr.IdentityCheck{Operator: by.Operator, Reason: by.Reason, AskedAt: by.AskedAt}
		paused, err := d.Pause(by.Reason, by.AskedAt)
		if err != nil {
			c.identity.ClockRunsOn = err.Error()
			return d, nil //nolint:nilerr // it is on record
		}
		return paused, nil
	case !by.AnsweredAt.IsZero() && c.identity.Open():
		c.identity.ConfirmedBy, c.identity.Evidence, c.identity.AnsweredAt = by.Operator, by.Evidence, by.AnsweredAt
		if !d.Waiting() {
			return d, nil
		}
		resumed, err := resume(d, by.AnsweredAt)
		if err == nil {
			c.identity.WaitedDays = resumed.Paused.WaitedDays
		}
		return resumed, err
	}
	return d, nil
}

// resume lets the time run again, by the calendar that this release knows.
func resume(d deadlines.Deadlines, answeredAt time.Time) (deadlines.Deadlines, error) {
	loc, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return d, fmt.Errorf("load the time zone %s: %w", d.TimeZone, err)
	}
	return d.Resume(loc, answeredAt)
}
