package googleanalytics

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

const submit = ":submitUserDeletion"

// kinds are the fields of the request, of which exactly one is set.
var kinds = []string{"clientId", "userId", "appInstanceId", "userProvidedData"}

func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	version, property := cut(r)
	deleting := strings.HasSuffix(property, submit)
	property = strings.TrimSuffix(property, submit)
	switch {
	case property == "" || strings.ContainsAny(property, "/:") || deleting && version != "v1alpha",
		deleting != (r.Method == http.MethodPost), !deleting && r.Method != http.MethodGet:
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(notFoundPage))
	case !s.authOK(r):
		message := "Request had invalid authentication credentials. Expected OAuth 2 access token."
		simulators.WriteJSON(w, http.StatusUnauthorized, problem(http.StatusUnauthorized, message, "CREDENTIALS_MISSING"))
	case !slices.Contains(s.options.Properties, property):
		message := "The caller does not have permission"
		simulators.WriteJSON(w, http.StatusForbidden, problem(http.StatusForbidden, message, "IAM_PERMISSION_DENIED"))
	case deleting:
		s.submit(w, r, property)
	default:
		simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
			"name": "properties/" + property, "displayName": "Example", "parent": "accounts/1",
			"propertyType": "PROPERTY_TYPE_ORDINARY", "timeZone": "Europe/Paris", "currencyCode": "EUR",
			"createTime": "2024-01-01T00:00:00Z", "updateTime": "2024-01-01T00:00:00Z",
		})
	}
}

// cut splits "/v1alpha/properties/1:submitUserDeletion" into the version and what follows "properties/".
func cut(r *http.Request) (version, property string) {
	version, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	property, ok := strings.CutPrefix(rest, "properties/")
	if !ok || version != "v1alpha" && version != "v1beta" {
		return version, ""
	}
	return version, property
}

func (s *Sim) submit(w http.ResponseWriter, r *http.Request, property string) {
	kind, value, complaint := identifier(r)
	if complaint != "" {
		simulators.WriteJSON(w, http.StatusBadRequest, problem(http.StatusBadRequest, complaint, "BAD_REQUEST"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spent[s.quotaDay(property)] >= s.options.DailyQuota {
		s.refuseQuota(w)
		return
	}
	s.spent[s.quotaDay(property)]++
	at := s.Now().UTC()
	simulators.Applied(r, simulators.Target{Kind: kind, RecordID: value})
	if slices.ContainsFunc(s.submissions, func(b Submission) bool {
		return b.Property == property && b.Kind == kind && b.Value == value
	}) {
		simulators.Gone(r, simulators.Target{Kind: kind, RecordID: value})
	}
	s.submissions = append(s.submissions, Submission{At: at, Property: property, Kind: kind, Value: value})
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"deletionRequestTime": at.Format(time.RFC3339Nano)})
}

func (s *Sim) refuseQuota(w http.ResponseWriter) {
	message := "Quota exceeded for quota metric 'User deletions' and limit 'User deletions per day per property'."
	if s.options.QuotaReason != "" {
		simulators.WriteJSON(w, http.StatusForbidden, reasoned(http.StatusForbidden, message, s.options.QuotaReason))
		return
	}
	body := problem(http.StatusTooManyRequests, message, "RATE_LIMIT_EXCEEDED")
	simulators.WriteJSON(w, http.StatusTooManyRequests, body)
}

// identifier reads the one field that is set, or returns what Google says about the request.
func identifier(r *http.Request) (kind, value, complaint string) {
	fields := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
		return "", "", "Invalid JSON payload received. Unexpected end of string."
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text, ok := fields[name].(string)
		switch {
		case !slices.Contains(kinds, name):
			return "", "", fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot find field.", name)
		case !ok:
			return "", "", fmt.Sprintf("Invalid value at '%s' (TYPE_STRING), %v", name, fields[name])
		case kind != "":
			return "", "", fmt.Sprintf("Invalid value (oneof), oneof field 'user' is already set. Cannot set '%s'", name)
		}
		kind, value = name, text
	}
	if value == "" {
		return "", "", "The request must name exactly one user."
	}
	return kind, value, ""
}

// destroys names the user whose data a submission asks to delete. The record id is the identifier itself, as Google
// knows no other.
func (s *Sim) destroys(r *http.Request, body []byte) []simulators.Target {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, submit) {
		return nil
	}
	fields := map[string]any{}
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	var asked []simulators.Target
	for _, kind := range kinds {
		if value, ok := fields[kind].(string); ok && value != "" {
			asked = append(asked, simulators.Target{Kind: kind, RecordID: value})
		}
	}
	return asked
}
