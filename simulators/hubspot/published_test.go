package hubspot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ite.digital/lethe/simulators/simtest"
)

// published names a checkout of github.com/HubSpot/HubSpot-public-api-spec-collection.
const published = "LETHE_HUBSPOT_SPECIFICATION"

// documents are those of the collection that the excerpt is from, in the version of which it states the facts.
var documents = []string{
	"Account/Account Info/Rollouts/144923/2026-09/accountInfo.json",
	"CRM/Contacts/Rollouts/424/2026-09/contacts.json",
	"CRM/Properties/Rollouts/145899/2026-09/properties.json",
	"Communication Preferences/Subscriptions/Rollouts/176901/2026-09/subscriptions.json",
}

func TestTheExcerptSaysWhatHubSpotPublishes(t *testing.T) {
	t.Parallel()
	collection := os.Getenv(published)
	if collection == "" {
		t.Skip("set " + published + " to a checkout of HubSpot's specification to compare the excerpt with it")
	}
	ours, err := simtest.Document(specification)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]*openapi3.PathItem{}
	for _, name := range documents {
		loaded, err := openapi3.NewLoader().LoadFromFile(filepath.Join(collection, "PublicApiSpecs", name))
		if err != nil {
			t.Fatal(err)
		}
		for path, item := range loaded.Paths.Map() {
			theirs[anonymous(path)] = item
		}
	}
	compared := 0
	for path, item := range ours.Paths.Map() {
		other := theirs[anonymous(path)]
		for method, operation := range item.Operations() {
			c := comparison{T: t, at: method + " " + path}
			if other == nil || other.GetOperation(method) == nil {
				c.Errorf("%s: HubSpot publishes no such operation", c.at)
				continue
			}
			c.operations(slices.Concat(item.Parameters, operation.Parameters), operation, other.GetOperation(method))
			compared++
		}
	}
	if compared < 20 {
		t.Errorf("only %d operations were compared", compared)
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// anonymous is a path by its shape: which parameters have what name is the document's own affair, and what is a
// parameter of one may be fixed in the other.
func anonymous(path string) string {
	path = strings.ReplaceAll(path, "{version}", "2026-09")
	path = strings.ReplaceAll(path, "2026-09/contacts", "2026-09/{objectType}")
	return parameter.ReplaceAllString(path, "{}")
}

type comparison struct {
	*testing.T
	at string
}

func (c comparison) below(name string) comparison { return comparison{c.T, c.at + " / " + name} }

func (c comparison) operations(parameters openapi3.Parameters, ours, theirs *openapi3.Operation) {
	c.Helper()
	for _, p := range parameters {
		if p.Value.Name == "version" {
			continue
		}
		other := theirs.Parameters.GetByInAndName(p.Value.In, p.Value.Name)
		below := c.below(p.Value.In + " " + p.Value.Name)
		if other == nil {
			below.Errorf("%s: HubSpot publishes no such parameter", below.at)
			continue
		}
		if other.Required != p.Value.Required {
			below.Errorf("%s: required is %v, HubSpot publishes %v", below.at, p.Value.Required, other.Required)
		}
		below.schemas(p.Value.Schema, other.Schema, true)
	}
	c.scopes(ours, theirs)
	if (ours.RequestBody == nil) != (theirs.RequestBody == nil) {
		c.Errorf("%s: only one of both takes a body", c.at)
	} else if ours.RequestBody != nil {
		const kind = "application/json"
		c.below("request").schemas(ours.RequestBody.Value.Content[kind].Schema, theirs.RequestBody.Value.Content[kind].Schema, true)
	}
	for status, response := range ours.Responses.Map() {
		if status == "429" || response.Value.Extensions["x-source"] != nil {
			continue
		}
		below := c.below(status)
		other := theirs.Responses.Value(status)
		if other == nil {
			below.Errorf("%s: HubSpot publishes no such status", below.at)
			continue
		}
		below.contents(response.Value.Content, other.Value.Content)
	}
}

func (c comparison) scopes(ours, theirs *openapi3.Operation) {
	c.Helper()
	stated, _ := ours.Extensions["x-scopes"].([]any)
	for _, scope := range stated {
		granted := theirs.Security != nil && slices.ContainsFunc(*theirs.Security, func(r openapi3.SecurityRequirement) bool {
			return slices.ContainsFunc([]string{"oauth2", "private_apps"}, func(scheme string) bool {
				return slices.Equal(r[scheme], []string{fmt.Sprint(scope)})
			})
		})
		if !granted {
			c.Errorf("%s: HubSpot does not publish that the scope %v is enough", c.at, scope)
		}
	}
}

func (c comparison) contents(ours, theirs openapi3.Content) {
	c.Helper()
	if len(ours) == 0 {
		if len(theirs) > 0 {
			c.Errorf("%s: HubSpot publishes a body", c.at)
		}
		return
	}
	other := theirs.Get("application/json")
	if other == nil {
		c.Errorf("%s: HubSpot publishes no body", c.at)
		return
	}
	c.schemas(ours.Get("application/json").Schema, other.Schema, false)
}

// schemas compares types, formats, values and required fields. What is sent has to have exactly the fields that HubSpot
// requires; of what is answered the excerpt may state less.
func (c comparison) schemas(ours, theirs *openapi3.SchemaRef, sent bool) {
	c.Helper()
	if theirs == nil || theirs.Value == nil {
		c.Errorf("%s: HubSpot publishes no schema", c.at)
		return
	}
	a, b := ours.Value, theirs.Value
	if fmt.Sprint(a.Type.Slice(), a.Format) != fmt.Sprint(b.Type.Slice(), b.Format) {
		c.Errorf("%s: is %v %s, HubSpot publishes %v %s", c.at, a.Type.Slice(), a.Format, b.Type.Slice(), b.Format)
	}
	if sorted(a.Enum) != sorted(b.Enum) {
		c.Errorf("%s: is one of %v, HubSpot publishes %v", c.at, a.Enum, b.Enum)
	}
	if a.Nullable != b.Nullable {
		c.Errorf("%s: nullable is %v, HubSpot publishes %v", c.at, a.Nullable, b.Nullable)
	}
	for _, name := range a.Required {
		if !slices.Contains(b.Required, name) {
			c.Errorf("%s: HubSpot does not require %s", c.at, name)
		}
	}
	for _, name := range b.Required {
		if sent && !slices.Contains(a.Required, name) {
			c.Errorf("%s: HubSpot requires %s", c.at, name)
		}
	}
	for name, property := range a.Properties {
		if other := b.Properties[name]; other != nil {
			c.below(name).schemas(property, other, sent)
		} else {
			c.Errorf("%s: HubSpot publishes no field %s", c.at, name)
		}
	}
	if a.Items != nil {
		c.below("items").schemas(a.Items, b.Items, sent)
	}
	if a.AdditionalProperties.Schema != nil {
		c.below("values").schemas(a.AdditionalProperties.Schema, b.AdditionalProperties.Schema, sent)
	}
}

func sorted(values []any) string {
	texts := []string{}
	for _, v := range values {
		texts = append(texts, fmt.Sprint(v))
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}
