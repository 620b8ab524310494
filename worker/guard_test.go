package worker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// look lets an operator look in every hour who looks at the vendors whose records
// those are that a system is held for.
func (tr *trial) look(person population.Person) {
	tr.operate(1)
	for hour := 1; hour <= 24; hour++ {
		tr.at(time.Duration(hour)*time.Hour, func() {
			for _, o := range tr.status().Systems {
				if o.State != dsr.NeedsOperator || o.Question.Kind != dsr.QuestionMatch {
					continue
				}
				decision := workflows.ResolveMatch{System: o.Name, Operator: "Sam", Reason: "by the names at the vendor"}
				for _, record := range o.Question.Records() {
					if slices.Contains(tr.keysOf(o.Name, person), record) {
						decision.Erase = append(decision.Erase, record)
					} else {
						decision.Keep = append(decision.Keep, record)
					}
				}
				tr.update(workflows.UpdateResolveMatch, decision)
			}
		})
	}
}

func (tr *trial) keysOf(system string, person population.Person) []string {
	var keys []string
	for _, r := range tr.town.RecordsIn(system, person) {
		keys = append(keys, r.Kind+"/"+r.ID)
	}
	return keys
}

// held are the systems that asked whose records they hold.
func held(r dsr.Report) []string {
	names := []string{}
	for _, o := range r.Systems {
		if slices.ContainsFunc(o.Actions, func(a dsr.Action) bool { return a.Name == workflows.UpdateResolveMatch }) {
			names = append(names, o.Name)
		}
	}
	return names
}

// TestNobodyElseIsErased goes through the cases in which an identifier is not one
// person's alone, and looks at the vendors for what became of everybody.
func TestNobodyElseIsErased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person population.Person
		own    []dsr.Identifier
		held   []string
	}{
		"a phone that two people share": {
			person: population.Dora, own: []dsr.Identifier{{Type: dsr.Email, Value: population.Dora.Email}}, held: []string{"landbot"},
		},
		"a company switchboard": {
			person: population.Gina, own: []dsr.Identifier{{Type: dsr.Email, Value: population.Gina.Email}}, held: []string{"hubspot", "landbot"},
		},
		"a company switchboard that the subject gave": {
			person: population.Gina, held: []string{"hubspot", "landbot"},
			own: []dsr.Identifier{{Type: dsr.Email, Value: population.Gina.Email}, {Type: dsr.Phone, Value: population.Gina.Phone}},
		},
		"an address with a plus, which is another one": {
			person: population.Person{Name: "Ana Martin (plus address)"},
			own:    []dsr.Identifier{{Type: dsr.Email, Value: "ana.martin+shop@example.com"}}, held: []string{},
		},
		"an address that was given to somebody else": {
			person: population.Kim, held: []string{"hubspot"},
			own: []dsr.Identifier{{Type: dsr.Email, Value: population.Kim.Email}, {Type: dsr.Phone, Value: population.Kim.Phone}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, c.person)
			tr.request.Subject.Identifiers = c.own
			tr.look(c.person)

			r := tr.run()

			require.Equal(t, c.held, held(r))
			require.NotEmpty(t, tr.town.RecordsOf(c.person))
			tr.forgotten(c.person)
		})
	}
}
