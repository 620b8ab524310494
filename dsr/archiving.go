package dsr

import "time"

// ArchiveTask stands among the systems that wait for a person for a report that cannot be
// archived.
const ArchiveTask = "archive"

// An ArchiveFailure is why a request is not completed though every system has an outcome. No
// report that is archived has one.
type ArchiveFailure struct {
	// Since is when the report could not be archived for the first time.
	Since time.Time `json:"since"`
	// Reason is why it could not the last time.
	Reason string `json:"reason"`
}

// String says what is the matter.
func (f ArchiveFailure) String() string { return "the report cannot be archived: " + f.Reason }
