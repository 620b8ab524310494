// Package connectors defines what it takes to reach a third-party system: the
// [Connector] interface, the optional abilities beside it, the description of a
// kind of connector, and the classes of error.
//
// Connectors know nothing of Temporal. Each kind lives in a folder of its own
// and is entered in the table of package catalogue.
package connectors

import (
	"context"

	"ite.digital/lethe/dsr"
)

// A Connector reaches one third-party system. Implementations are safe for
// concurrent use.
//
// Errors are of type [*Error] and never quote the vendor or the subject.
type Connector interface {
	// Locate returns the records the system holds on the subject. Every record
	// returned was compared exactly with the identifier it was found by. A
	// subject that the system does not know yields no records and no error.
	Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error)
	// Erase removes the records, in an order that leaves nothing behind, and
	// says for each what became of it. Erasing what is already gone succeeds, with
	// the effect [dsr.AlreadyGone] and not [dsr.Erased]. A parent with parts that
	// are not among the records is left alone and has no effect: the next Locate
	// finds the parts. After an error any number of records may have been erased;
	// erasing them again is harmless.
	Erase(ctx context.Context, records []dsr.Record) (dsr.Effect, error)
}

// A Verifier is a Connector whose system can be asked for a record by its id,
// so that neither a search index that lags nor a lost parent hides what is left.
type Verifier interface {
	// Remaining returns those of the records that the system still holds.
	Remaining(ctx context.Context, records []dsr.Record) ([]dsr.Record, error)
}

// A FamilyLocator is a Connector whose records have parts that are found by their parent's id
// alone: once the parent is gone, no identifier of the subject leads to them any more.
type FamilyLocator interface {
	// LocateFamily is Locate that also returns the parts of the given parents, whether or not
	// the system still holds those. A part of a parent that is gone has its key as Parent and
	// its FoundBy.
	LocateFamily(ctx context.Context, s dsr.Subject, parents []dsr.Record) (dsr.Findings, error)
}

// A Restrictor is a Connector whose system can stop processing without erasing,
// for a restriction of processing (GDPR Art. 18), and can go on as before. What
// settings are restricted and lifted follows from those read, by [dsr.Restrict],
// [dsr.Drift] and [dsr.Lift].
type Restrictor interface {
	// Settings reads, of each record, what a restriction changes: the value now and
	// the one that it has under a restriction. It changes nothing at the vendor.
	// Records that are gone, or have nothing that a restriction changes, are left
	// out.
	Settings(ctx context.Context, records []dsr.Record) ([]dsr.RecordSettings, error)
	// Apply gives each setting its Value, and touches nothing else. Applying what is
	// so already succeeds, and so does a record that is gone. After an error any
	// number of settings may have been applied; applying them again is harmless.
	Apply(ctx context.Context, changes []dsr.RecordSettings) error
}

// A Checker is a Connector that can try its credentials.
type Checker interface {
	// Check makes sure that the system can be reached with the configured
	// credentials. It never changes anything at the vendor.
	Check(ctx context.Context) error
}
