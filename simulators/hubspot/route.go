package hubspot

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ite.digital/lethe/simulators"
)

// The APIs, by what comes before the version in their paths.
const (
	objectsAPI     = "crm/objects"
	propertiesAPI  = "crm/properties"
	preferencesAPI = "communication-preferences"
	accountAPI     = "account-info"
)

// legacy are the numbered versions that an API had before versions were dates.
var legacy = map[string]string{objectsAPI: "v3", propertiesAPI: "v3", preferencesAPI: "v4", accountAPI: "v3"}

// call is a request by its path: which API, in which version, and the decoded segments that follow.
type call struct {
	api, version string
	rest         []string
}

// called reads the path of a request. Segments are decoded one by one, so that an encoded slash belongs to its
// segment, and a "+" that was not encoded is a space.
func called(r *http.Request) call {
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	for i, segment := range segments {
		if decoded, err := url.QueryUnescape(segment); err == nil {
			segments[i] = decoded
		}
	}
	// The numbered versions of the CRM stand before "objects" and "properties": /crm/v3/objects.
	if len(segments) > 2 && segments[0] == "crm" && strings.HasPrefix(segments[1], "v") {
		segments[1], segments[2] = segments[2], segments[1]
	}
	if len(segments) > 2 && segments[0] == "crm" {
		return call{api: segments[0] + "/" + segments[1], version: segments[2], rest: segments[3:]}
	}
	if len(segments) > 1 {
		return call{api: segments[0], version: segments[1], rest: segments[2:]}
	}
	return call{}
}

// is says whether a call goes to a path of an API, in whatever version. A "*" stands for one segment, which is not
// empty.
func (c call) is(api string, path ...string) bool {
	return c.api == api && slices.EqualFunc(c.rest, path, func(got, want string) bool {
		return got == want || want == "*" && got != ""
	})
}

// served says whether the version of a call is supported. What a version answers after its end is not documented;
// here it is gone.
func (s *Sim) served(c call) bool {
	if c.version == legacy[c.api] {
		return s.options.Legacy
	}
	end, ends := s.options.EndOfSupport[c.version]
	return slices.Contains(s.options.Versions, c.version) && (!ends || s.Now().Before(end))
}

// endpoint is an operation of the specification, the scopes of which one allows it, and what it does.
type endpoint struct {
	method, api string
	path        []string
	scopes      []string
	handle      func(s *Sim, w http.ResponseWriter, r *http.Request, c call)
}

// readProperties are the scopes with which properties of contacts can be read.
var readProperties = []string{scopeSchemasRead, scopeContactsRead, scopeContactsWrite}

// endpoints are matched in order: a fixed segment stands before the "*" that would match it as well.
var endpoints = []endpoint{
	{"GET", accountAPI, []string{"details"}, nil, (*Sim).account},
	{"GET", objectsAPI, []string{"contacts"}, []string{scopeContactsRead}, (*Sim).list},
	{"POST", objectsAPI, []string{"contacts", "search"}, []string{scopeContactsRead}, (*Sim).search},
	{"POST", objectsAPI, []string{"contacts", "gdpr-delete"}, []string{scopeContactsWrite}, (*Sim).purge},
	{"POST", objectsAPI, []string{"contacts", "batch", "read"}, []string{scopeContactsRead}, (*Sim).readMany},
	{"POST", objectsAPI, []string{"contacts", "batch", "archive"}, []string{scopeContactsWrite}, (*Sim).archiveMany},
	{"GET", objectsAPI, []string{"contacts", "*"}, []string{scopeContactsRead}, (*Sim).get},
	{"PATCH", objectsAPI, []string{"contacts", "*"}, []string{scopeContactsWrite}, (*Sim).update},
	{"DELETE", objectsAPI, []string{"contacts", "*"}, []string{scopeContactsWrite}, (*Sim).archive},
	{"GET", propertiesAPI, []string{"contacts"}, readProperties, (*Sim).listProperties},
	{"POST", propertiesAPI, []string{"contacts"}, []string{scopeSchemasWrite}, (*Sim).createProperty},
	{"GET", propertiesAPI, []string{"contacts", "*"}, readProperties, (*Sim).property},
	{"GET", preferencesAPI, []string{"definitions"}, []string{scopePreferences, scopePreferencesRead}, (*Sim).definitions},
	{"POST", preferencesAPI, []string{"statuses", "batch", "read"}, []string{scopeBatchRead}, (*Sim).statusesOfMany},
	{"POST", preferencesAPI, []string{"statuses", "batch", "write"}, []string{scopeBatchWrite}, (*Sim).subscribeMany},
	{"POST", preferencesAPI, []string{"statuses", "batch", "unsubscribe-all"}, []string{scopeBatchWrite}, (*Sim).optOutMany},
	{
		"POST", preferencesAPI, []string{"statuses", "batch", "unsubscribe-all", "read"}, []string{scopeBatchRead},
		(*Sim).optedOutOfMany,
	},
	{"GET", preferencesAPI, []string{"statuses", "*"}, []string{scopePreferences, scopePreferencesRead}, (*Sim).statuses},
	{"POST", preferencesAPI, []string{"statuses", "*"}, []string{scopePreferences, scopePreferencesWrite}, (*Sim).subscribe},
	{
		"GET", preferencesAPI, []string{"statuses", "*", "unsubscribe-all"},
		[]string{scopePreferences, scopePreferencesRead}, (*Sim).optedOut,
	},
	{
		"POST", preferencesAPI, []string{"statuses", "*", "unsubscribe-all"},
		[]string{scopePreferences, scopePreferencesWrite}, (*Sim).optOut,
	},
}

func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	credential, ok := s.credential(r)
	if !ok {
		refuse(w, http.StatusUnauthorized, unauthenticated)
		return
	}
	policy := s.overLimit(r)
	s.limitHeaders(r, w.Header())
	if policy != "" {
		simulators.WriteJSON(w, http.StatusTooManyRequests, limited(policy))
		return
	}
	c := called(r)
	for _, e := range endpoints {
		if r.Method != e.method || !c.is(e.api, e.path...) || !s.served(c) {
			continue
		}
		if !credential.grants(e.scopes) {
			forbid(w, e.scopes)
			return
		}
		if !isJSON(r) {
			refuse(w, http.StatusUnsupportedMediaType, "The body has to be application/json")
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		e.handle(s, w, r, c)
		return
	}
	refuse(w, http.StatusNotFound, "resource not found")
}

func (s *Sim) account(w http.ResponseWriter, _ *http.Request, _ call) {
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
		"portalId": 123456, "accountType": "STANDARD", "timeZone": "UTC", "companyCurrency": "EUR",
		"additionalCurrencies": []any{}, "utcOffset": "+00:00", "utcOffsetMilliseconds": 0,
		"uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1",
	})
}

// isJSON says whether a request has no body or says that it is JSON.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.ContentLength == 0 || err == nil && kind == "application/json"
}

// decode reads a JSON request that has all of the fields given, as the specification requires them.
func decode(r *http.Request, into any, required ...string) bool {
	var fields map[string]json.RawMessage
	if json.NewDecoder(r.Body).Decode(&fields) != nil {
		return false
	}
	for _, name := range required {
		if value, given := fields[name]; !given || string(value) == "null" {
			return false
		}
	}
	return json.Unmarshal(simulators.Encode(fields), into) == nil
}
