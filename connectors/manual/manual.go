// Package manual describes systems that only a person can work on: a vendor
// without an API, a paper file, a mailbox. It reaches nothing; it says what the
// person has to do and what proof to hand in.
package manual

import (
	"net/url"
	"slices"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	optionSteps       = "steps"
	optionLink        = "link"
	optionEvidence    = "evidence"
	optionIdentifiers = "identifiers"
	optionRestriction = "restriction_task"
	optionLift        = "lift_task"
)

// The steps of a restriction and of its lifting, unless configured otherwise.
var (
	restrictionSteps = []string{
		"Search the person by each identifier that `lethe show` names with --identifiers.",
		"Write down in your ticket what is on for the person now: subscriptions, campaigns, automations, what is public. " +
			"Without it the restriction cannot be undone.",
		"Stop everything that uses the data: unsubscribe, take the person off campaigns and automations, lock or mark the record. Delete nothing.",
		"Look again: nothing may be sent, changed or shown any more.",
	}
	liftSteps = []string{
		"Make sure that the person has been told that the restriction ends (GDPR Art. 18(3)); before that, change nothing.",
		"Give back what was written down in your ticket when the processing was restricted, and no more. What the person had stopped " +
			"on their own stays stopped, and what somebody has changed since stays as it is.",
		"Take off the lock or the mark, and look again.",
	}
)

// ticket is the proof of a restriction and of its lifting.
const ticket = "The number of the ticket that says what was changed and when."

// Kind describes the kind.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "manual",
		Title: "By hand",
		Summary: "Hands a task to a person, for systems without an interface that could find, erase and restrict people. " +
			"The request waits until an operator says that it is done, and how.",
		Mode:     dsr.Manual,
		Needs:    []dsr.IdentifierType{dsr.Email},
		Evidence: dsr.PersonsWord,
		Options: []connectors.Key{
			{Name: optionSteps, Required: true, List: true, Help: "What to do, in order, a sentence a step."},
			{Name: optionLink, Help: "The page where it is done, an https address."},
			{Name: optionEvidence, Help: "What to hand in as proof, such as a ticket number or the time of a screenshot. Never the person's name or address."},
			{Name: optionRestriction, List: true, Help: "What to do when the person's processing is to be restricted (GDPR Art. 18), in order. " +
				"Default: to write down what is on, to stop it, and to look again."},
			{Name: optionLift, List: true, Help: "What to do when a restriction is lifted, in order. Default: to give back what was written down, and no more."},
			{Name: optionIdentifiers, List: true, Help: "The identifier types by which a person can be found there. Default: `email`."},
		},
		Restriction: &dsr.RestrictionFacts{
			Able:   true,
			Covers: []string{"What the steps in `restriction_task` say. Nothing but the operator's word says that they were taken."},
			GoesOn: []string{"Whatever the steps leave out, and whatever somebody changes afterwards: nobody looks again unless you do."},
		},
		NotCovered: []string{"Whatever the steps leave out. Nothing but the operator's word says that they were taken."},
		Describe:   describe,
	}
}

// describe turns the options into the tasks.
func describe(s connectors.Settings, system *dsr.System) error {
	needs, err := s.OptionTypes(optionIdentifiers, dsr.Email)
	if err != nil {
		return err
	}
	link := s.Option(optionLink)
	if link != "" && !isPage(link) {
		return dsr.Problems{{Field: "options." + optionLink, Text: "must be an address that starts with https://"}}
	}
	system.Needs = needs
	system.Task = &dsr.Task{Steps: s.Options[optionSteps], Link: link, Evidence: s.Option(optionEvidence)}
	system.Restriction.Task = &dsr.Task{Steps: stepsOr(restrictionSteps, s.Options[optionRestriction]), Link: link, Evidence: ticket}
	system.Restriction.LiftTask = &dsr.Task{Steps: stepsOr(liftSteps, s.Options[optionLift]), Link: link, Evidence: ticket}
	return nil
}

// stepsOr are the configured steps, or those by default.
func stepsOr(byDefault, configured []string) []string {
	if len(configured) > 0 {
		return configured
	}
	return slices.Clone(byDefault)
}

// isPage keeps out links that would run something when an operator follows them.
func isPage(link string) bool {
	page, err := url.Parse(link)
	return err == nil && page.Scheme == "https" && page.Host != ""
}
