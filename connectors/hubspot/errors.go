package hubspot

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

// failure is HubSpot's account of a refusal, as far as nobody can be quoted in it. In
// the context of the whole, missingScopes are all needed (specification, "Error"); in that
// of a detail, any of requiredGranularScopes is enough (seen in answers to other clients).
type failure struct {
	Category string         `json:"category"`
	Context  failureContext `json:"context"`
	Errors   []struct {
		Context failureContext `json:"context"`
	} `json:"errors"`
}

type failureContext struct {
	IDs     []httpapi.Text `json:"id"`
	Missing []string       `json:"missingScopes"`
	AnyOf   []string       `json:"requiredGranularScopes"`
}

// scopeName matches the names of the scopes that this connector can need. Whatever else
// an answer calls a scope is not repeated.
var scopeName = regexp.MustCompile(`^(crm|communication_preferences)(\.[a-z0-9_]{1,40}){1,5}$|^subscriptions(-[a-z]{1,20}){1,3}$`)

// maxScopes bounds how many scopes an error names.
const maxScopes = 8

// whereScopes says where a person gives a key its scopes.
const whereScopes = "in HubSpot: Development → Keys → Service keys, the key, Add new scope; of a legacy private " +
	"app, Development → Legacy apps"

// otherSpelling says how HubSpot's guide calls the scopes of subscriptions.
const otherSpelling = " (HubSpot's guide calls those of subscriptions subscriptions-definition-read, " +
	"subscriptions-status-read and " +
	"subscriptions-status-write)"

// explain sharpens the error for a refusal.
func explain(refused *connectors.Error, body []byte) {
	switch refused.Status {
	case http.StatusForbidden:
		refused.Hint = scopesHint(refused.Path, scopesIn(body))
	case http.StatusNotFound:
		refused.Hint = "see whether HubSpot has the version that " + optionAPIVersion + " names and whether " +
			"base_url leads to HubSpot, " +
			"restart the worker, then retry-system"
	case http.StatusBadRequest:
		var told failure
		if refused.Method == http.MethodPatch && json.Unmarshal(body, &told) == nil && told.Category == "VALIDATION_ERROR" {
			refused.Reason = "a rule of the account for contacts does not allow the change"
			refused.Hint = "HubSpot applies the account's rules for required properties to changes by the API, too: " +
				"fill in at the contact what the " +
				"rule requires, or exempt it from the rule; see that the restriction property can be changed; then " +
				"retry-system"
		}
	}
}

// scopesHint says which scopes to give to the key.
func scopesHint(path string, named scopes) string {
	spelling := ""
	if isPreferences(path) {
		spelling = otherSpelling
	}
	switch {
	case len(named.all) > 0:
		return "give the key the scopes " + strings.Join(named.all, ", ") + spelling + ", " + whereScopes + "; then retry-system"
	case len(named.any) > 0:
		return "give the key one of the scopes " + strings.Join(named.any, ", ") + spelling + ", " + whereScopes + "; then retry-system"
	}
	return "give the key the scopes of the connector's page" + spelling + ", " + whereScopes + "; then retry-system"
}

// scopes are those that an answer names as missing.
type scopes struct{ all, any []string }

func scopesIn(body []byte) scopes {
	var told failure
	if json.Unmarshal(body, &told) != nil {
		return scopes{}
	}
	var found scopes
	found.add(told.Context)
	for _, detail := range told.Errors {
		found.add(detail.Context)
	}
	return found
}

func (s *scopes) add(named failureContext) {
	s.all, s.any = addScopes(s.all, named.Missing), addScopes(s.any, named.AnyOf)
}

func addScopes(known, more []string) []string {
	for _, name := range more {
		if len(known) < maxScopes && scopeName.MatchString(name) && !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	return known
}
