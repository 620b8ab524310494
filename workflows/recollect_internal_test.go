package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/leads"
)

// AskChanged lets an operator keep a record that was cleared before. A reset to
// between the two decisions forgets the later one.
func TestWhatWasKeptLaterIsKeptAfterAReset(t *testing.T) {
	t.Parallel()
	e := &process{known: know(leads.Evidence{})}
	s := newSystem(e, dsr.System{Name: "crm"})
	record := dsr.Record{Kind: "contact", ID: "1"}
	s.cleared[record.Key()] = true // replayed
	s.recollect(&activities.Earlier{Kept: []string{record.Key()}})
	require.Empty(t, s.unfinished([]dsr.Record{record}), "the last decision was to keep it")
}
