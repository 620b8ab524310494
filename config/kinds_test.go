package config_test

import (
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// kinds stand for the catalogue: one of each sort of configuration.
func kinds() []connectors.Kind {
	return []connectors.Kind{crm(), analytics(), webhook(), manual(), none()}
}

func crm() connectors.Kind {
	return connectors.Kind{
		Name: "crm", Title: "Some CRM", Mode: dsr.Automatic, BaseURL: "https://api.crm.example", Rate: 2,
		Needs:       []dsr.IdentifierType{dsr.Email, dsr.Phone},
		Credentials: []connectors.Key{{Name: "token", Required: true, Help: "the API key of a private app"}},
		Fields:      []dsr.IdentifierType{dsr.GAClientID, dsr.CustomerID},
		New:         unreachable,
	}
}

func analytics() connectors.Kind {
	return connectors.Kind{
		Name: "analytics", Title: "Some Analytics", Mode: dsr.Automatic, BaseURL: "https://analytics.example",
		Needs:       []dsr.IdentifierType{dsr.GAClientID},
		Credentials: []connectors.Key{{Name: "key_file"}},
		Options:     []connectors.Key{{Name: "property", Required: true, Help: "the number of the property"}},
		New:         unreachable,
	}
}

func webhook() connectors.Kind {
	return connectors.Kind{
		Name: "webhook", Title: "Webhook", Mode: dsr.Automatic, Needs: []dsr.IdentifierType{dsr.Email},
		Credentials: []connectors.Key{{Name: "secret", Required: true}, {Name: "previous_secret"}},
		New:         unreachable,
	}
}

func manual() connectors.Kind {
	return connectors.Kind{
		Name: "manual", Title: "Task", Mode: dsr.Manual,
		Options: []connectors.Key{{Name: "steps", Required: true, List: true}, {Name: "identifiers", List: true}, {Name: "link"}},
		Describe: func(s connectors.Settings, system *dsr.System) error {
			needs, err := s.OptionTypes("identifiers", dsr.Email)
			system.Needs = needs
			system.Task = &dsr.Task{Steps: s.Options["steps"], Link: s.Option("link")}
			return err
		},
	}
}

func none() connectors.Kind {
	return connectors.Kind{
		Name: "none", Title: "Nothing", Mode: dsr.None,
		Options: []connectors.Key{{Name: "reason", Required: true}},
		Describe: func(s connectors.Settings, system *dsr.System) error {
			system.Reason = s.Option("reason")
			return nil
		},
	}
}

// unreachable stands for a constructor: the configuration calls none.
func unreachable(connectors.Settings) (connectors.Connector, error) {
	panic("a configuration made a connector")
}
