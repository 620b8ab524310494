// Package catalogue is the table of all kinds of connectors. A new kind is one
// folder and one line here.
package catalogue

import (
	"slices"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/gist"
	"ite.digital/lethe/connectors/googleanalytics"
	"ite.digital/lethe/connectors/hubspot"
	"ite.digital/lethe/connectors/landbot"
	"ite.digital/lethe/connectors/manual"
	"ite.digital/lethe/connectors/none"
	"ite.digital/lethe/connectors/webhook"
)

var kinds = []connectors.Kind{
	gist.Kind(),
	googleanalytics.Kind(),
	hubspot.Kind(),
	landbot.Kind(),
	manual.Kind(),
	none.Kind(),
	webhook.Kind(),
}

// Kinds returns every kind of connector, by name.
func Kinds() []connectors.Kind { return slices.Clone(kinds) }

// Lookup returns the kind of that name.
func Lookup(name string) (connectors.Kind, bool) {
	at := slices.IndexFunc(kinds, func(k connectors.Kind) bool { return k.Name == name })
	if at < 0 {
		return connectors.Kind{}, false
	}
	return kinds[at], true
}
