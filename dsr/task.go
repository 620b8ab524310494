package dsr

// A TaskOutcome is what came of a manual system's task, by the word of the person who did it.
type TaskOutcome string

// The outcomes of tasks.
const (
	// TaskErased: the person erased records.
	TaskErased TaskOutcome = "erased"
	// TaskRestricted: the person restricted the processing of records.
	TaskRestricted TaskOutcome = "restricted"
	// TaskLifted: the person undid what was done for a restriction.
	TaskLifted TaskOutcome = "lifted"
	// TaskNothingFound: the person searched the system, and it holds nothing on the subject.
	TaskNothingFound TaskOutcome = "nothing_found"
	// TaskNotDone: the task could not be done. The system is left out, with the reason.
	TaskNotDone TaskOutcome = "not_done"
)

// TaskOutcomes are the outcomes that a task can have: of an erasure, of a restriction, or of
// lifting one. The first is that it was done.
func TaskOutcomes(kind Kind, lifting bool) []TaskOutcome {
	done := TaskErased
	switch {
	case lifting:
		done = TaskLifted
	case kind == Restriction:
		done = TaskRestricted
	}
	return []TaskOutcome{done, TaskNothingFound, TaskNotDone}
}

// TaskOutcomes are the outcomes that a task of the request can have now.
func (r Report) TaskOutcomes() []TaskOutcome {
	return TaskOutcomes(r.Kind, r.Restriction != nil && r.Restriction.Lift.Noticed())
}

// Counts reports whether the outcome says of how many records it is.
func (o TaskOutcome) Counts() bool { return o == TaskErased || o == TaskRestricted }

// HandCounted is the kind of the records that people count who do a task by hand.
const HandCounted = "record"
