// Package manual describes systems that only a person can work on: a vendor
// without an API, a paper file, a mailbox. It reaches nothing; it says what the
// person has to do and what proof to hand in.
package manual

import (
	"net/url"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	optionSteps       = "steps"
	optionLink        = "link"
	optionEvidence    = "evidence"
	optionIdentifiers = "identifiers"
)

// Kind describes the kind.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "manual",
		Title: "By hand",
		Summary: "Hands a task to a person, for systems without an interface that could find and erase people. " +
			"The request waits until an operator says that it is done, and how.",
		Mode:     dsr.Manual,
		Needs:    []dsr.IdentifierType{dsr.Email},
		Evidence: dsr.PersonsWord,
		Options: []connectors.Key{
			{Name: optionSteps, Required: true, List: true, Help: "What to do, in order, a sentence a step."},
			{Name: optionLink, Help: "The page where it is done, an https address."},
			{Name: optionEvidence, Help: "What to hand in as proof, such as a ticket number or the time of a screenshot. Never the person's name or address."},
			{Name: optionIdentifiers, List: true, Help: "The identifier types by which a person can be found there. Default: `email`."},
		},
		NotCovered: []string{"Whatever the steps leave out. Nothing but the operator's word says that they were taken."},
		Describe:   describe,
	}
}

// describe turns the options into the task.
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
	return nil
}

// isPage keeps out links that would run something when an operator follows them.
func isPage(link string) bool {
	page, err := url.Parse(link)
	return err == nil && page.Scheme == "https" && page.Host != ""
}
