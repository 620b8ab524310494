package connectors_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

func crm() connectors.Kind {
	return connectors.Kind{
		Name: "crm", Mode: dsr.Automatic, Needs: []dsr.IdentifierType{dsr.Email}, Verifiable: true, NotCovered: []string{"exports"},
		BaseURL: "https://api.example.com", Fields: []dsr.IdentifierType{dsr.GAClientID},
		Credentials: []connectors.Key{{Name: "token", Required: true}},
		Options:     []connectors.Key{{Name: "portal"}, {Name: "lists", List: true}},
		New:         func(connectors.Settings) (connectors.Connector, error) { return nil, nil },
	}
}

func TestASystemIsItsKindAndItsConfiguration(t *testing.T) {
	t.Parallel()
	kind := crm()
	kind.Restriction = &dsr.RestrictionFacts{Able: true, Covers: []string{"e-mails"}}
	kind.Describe = func(s connectors.Settings, system *dsr.System) error {
		system.Restriction.LiftTask = &dsr.Task{Link: s.BaseURL}
		system.Needs = append(system.Needs, dsr.Phone)
		system.Reason = s.Option("portal")
		return nil
	}
	system, err := kind.System(connectors.Settings{
		System:      "sales",
		Credentials: map[string]string{"token": "t"},
		Options:     map[string][]string{"portal": {"eu"}, "lists": {"a", "b"}},
		Fields:      map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}},
	}, "Sales", "Example Inc.", 10)
	require.NoError(t, err)
	require.Equal(t, dsr.System{
		Name: "sales", Title: "Sales", Connector: "crm", Processor: "Example Inc.", Mode: dsr.Automatic,
		Needs: []dsr.IdentifierType{dsr.Email, dsr.Phone}, Verifiable: true, MaxRecords: 10, Reason: "eu", NotCovered: []string{"exports"},
		Restriction: &dsr.RestrictionFacts{Able: true, Covers: []string{"e-mails"}, LiftTask: &dsr.Task{}},
	}, system)
	require.Nil(t, kind.Restriction.LiftTask, "the kind stays as it is")
	require.Equal(t, []dsr.IdentifierType{dsr.Email}, kind.Needs, "the kind stays as it is")
}

func TestEverythingWrongWithAConfigurationIsSaid(t *testing.T) {
	t.Parallel()
	kind := crm()
	kind.BaseURL = ""
	kind.Describe = func(connectors.Settings, *dsr.System) error { return errors.New("makes no sense") }
	_, err := kind.System(connectors.Settings{
		Credentials: map[string]string{"tokne": "secret", "token": " "},
		Options:     map[string][]string{"portal": {"eu", "us"}, "lists": {}, "list": {"secret"}},
		Fields:      map[dsr.IdentifierType][]string{dsr.Phone: {"secret"}},
	}, "", "", 10)
	require.Equal(t, dsr.Problems{
		{Field: "credentials.tokne", Text: "is not known; use token"},
		{Field: "credentials.token", Text: "is empty"},
		{Field: "options.list", Text: "is not known; use portal, lists"},
		{Field: "options.portal", Text: "takes one value, not a list"},
		{Field: "options.lists", Text: "is empty"},
		{Field: "fields.phone", Text: "this kind of connector reads no such field"},
		{Field: "base_url", Text: "is needed"},
		{Field: "options", Text: "makes no sense"},
	}, err)
	require.NotContains(t, err.Error(), "secret")
}

func TestAKindThatReachesNothingTakesNoAddressAndNoCredentials(t *testing.T) {
	t.Parallel()
	_, err := connectors.Kind{Mode: dsr.Manual, Options: []connectors.Key{{Name: "steps", Required: true}}}.System(connectors.Settings{
		BaseURL: "https://example.com", Credentials: map[string]string{"token": "t"},
	}, "", "", 0)
	require.Equal(t, dsr.Problems{
		{Field: "credentials.token", Text: "is not known; this kind of connector takes no credentials"},
		{Field: "options.steps", Text: "is needed"},
		{Field: "base_url", Text: "this kind of connector reaches nothing; leave it out"},
	}, err)
}

func TestOptionTypes(t *testing.T) {
	t.Parallel()
	types, err := connectors.Settings{}.OptionTypes("identifiers", dsr.Email)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Email}, types)

	given := connectors.Settings{Options: map[string][]string{"identifiers": {"phone", "email", "phone"}}}
	types, err = given.OptionTypes("identifiers", dsr.Email)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Phone, dsr.Email}, types)

	wrong := connectors.Settings{Options: map[string][]string{"identifiers": {"email", "name"}}}
	_, err = wrong.OptionTypes("identifiers")
	require.Equal(t, dsr.Problems{{Field: "options.identifiers[1]", Text: "is not an identifier type, such as email"}}, err)
}
