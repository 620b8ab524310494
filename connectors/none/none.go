// Package none describes third parties in which there is nothing to erase:
// they hold no personal data, or no longer exist. They are listed all the same,
// with the reason, because a report that leaves them out looks as if they had
// been forgotten.
package none

import (
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	optionReason = "reason"
	optionReview = "review"
)

// Kind describes the kind.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:     "none",
		Title:    "Nothing to do",
		Summary:  "States in every report why there is nothing to erase at a third party.",
		Mode:     dsr.None,
		Evidence: dsr.Statement,
		Options: []connectors.Key{
			{Name: optionReason, Required: true, Help: "Why there is nothing to do, in a sentence that a data subject understands."},
			{Name: optionReview, Help: "The day by which somebody looks whether that is still so, such as `2027-11-01`. It is shown with the reason."},
		},
		Restriction: &dsr.RestrictionFacts{
			Instead: "Not applicable: for the reason that is stated there is nothing to restrict either.",
		},
		NotCovered: []string{"Nothing is asked and nothing is called: the statement is the company's own."},
		Describe:   describe,
	}
}

// describe turns the options into the statement.
func describe(s connectors.Settings, system *dsr.System) error {
	system.Reason = s.Option(optionReason)
	review := s.Option(optionReview)
	if review == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, review); err != nil {
		return dsr.Problems{{Field: "options." + optionReview, Text: "must be a day such as 2027-11-01"}}
	}
	system.Reason += " (to be reviewed by " + review + ")"
	return nil
}
