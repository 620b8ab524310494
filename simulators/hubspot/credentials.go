package hubspot

import (
	"net/http"
	"slices"
	"strings"

	"ite.digital/lethe/simulators"
)

// CredentialKind is a way in which a program can have got its bearer token.
type CredentialKind string

// The kinds of credential. Both are sent as bearer tokens; nothing in a request tells them apart.
const (
	// ServiceKey is made in the account under Development, Keys (developers.hubspot.com, account service keys).
	ServiceKey CredentialKind = "service key"
	// PrivateApp is the token of a legacy private app, which new accounts can no longer make (developer announcements).
	PrivateApp CredentialKind = "private app"
)

// Tokens that are accepted where Options names no credentials.
const (
	// DefaultToken is a service key with DefaultScopes.
	DefaultToken = "hubspot-service-key"
	// DefaultPrivateAppToken belongs to a legacy private app with DefaultScopes.
	DefaultPrivateAppToken = "pat-eu1-hubspot-token"
)

// Credential is a bearer token and what it may do.
type Credential struct {
	Token string
	// Kind is ServiceKey where empty.
	Kind CredentialKind
	// Scopes that were granted; DefaultScopes where nil.
	Scopes []string
}

// Scopes, by the security requirements of the published specification.
const (
	scopeContactsRead     = "crm.objects.contacts.read"
	scopeContactsWrite    = "crm.objects.contacts.write"
	scopeSchemasRead      = "crm.schemas.contacts.read"
	scopeSchemasWrite     = "crm.schemas.contacts.write"
	scopePreferences      = "communication_preferences.read_write"
	scopePreferencesRead  = "communication_preferences.read"
	scopePreferencesWrite = "communication_preferences.write"
	scopeBatchRead        = "communication_preferences.statuses.batch.read"
	scopeBatchWrite       = "communication_preferences.statuses.batch.write"
)

// DefaultScopes returns the scopes that together allow every call that is simulated.
func DefaultScopes() []string {
	return []string{
		scopeContactsRead, scopeContactsWrite, scopeSchemasRead, scopeSchemasWrite,
		scopePreferences, scopeBatchRead, scopeBatchWrite,
	}
}

// credential returns what a request is authenticated by. A token of a kind that the account no longer accepts is as
// unknown as any other.
func (s *Sim) credential(r *http.Request) (Credential, bool) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || token == "" {
		return Credential{}, false
	}
	for _, c := range s.options.Credentials {
		if c.Token == token && (len(s.options.Accepts) == 0 || slices.Contains(s.options.Accepts, c.Kind)) {
			return c, true
		}
	}
	return Credential{}, false
}

// grants says whether one of the scopes was granted. A call that names none is open to every credential.
func (c Credential) grants(anyOf []string) bool {
	return len(anyOf) == 0 || slices.ContainsFunc(anyOf, func(scope string) bool { return slices.Contains(c.Scopes, scope) })
}

// forbid names the scopes of which one would have been enough: in the context, as the specification's Error does, and
// among the errors, as integrators report (github.com/HubSpot/hubspot-api-nodejs, issue 268).
func forbid(w http.ResponseWriter, anyOf []string) {
	body := problem(http.StatusForbidden, "This app hasn't been granted all required scopes to make this call.")
	body["context"] = simulators.JSON{"missingScopes": anyOf}
	body["errors"] = []any{simulators.JSON{
		"message": "One or more of the following scopes are required.", "context": simulators.JSON{"requiredScopes": anyOf},
	}}
	body["links"] = simulators.JSON{"scopes": "https://developers.hubspot.com/scopes"}
	simulators.WriteJSON(w, http.StatusForbidden, body)
}
