package googleanalytics_test

import (
	"net/http"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/simtest"
)

const submit = "/v1alpha/properties/123456789:submitUserDeletion?alt=json&prettyPrint=false"

func ask(t *testing.T, s *googleanalytics.Sim, method, target, body string) simtest.Answer {
	t.Helper()
	return simtest.Ask(t, s, method, target, body, "Authorization", "Bearer "+googleanalytics.DefaultToken)
}

func TestAnyIdentifierIsAccepted(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	s := open(t, googleanalytics.Options{Clock: simtest.NewClock(at).Now})
	for kind, value := range map[string]string{
		"clientId": "1203984756.1718000001", "userId": "C-1001", "appInstanceId": "a1", "userProvidedData": "ana@example.com",
	} {
		body := `{"` + kind + `":"` + value + `"}`
		ask(t, s, http.MethodPost, submit, body).Want(t, 200, `{"deletionRequestTime":"2026-03-01T12:00:00.123456789Z"}`)
		last := s.Submissions()[len(s.Submissions())-1]
		if last.Kind != kind || last.Value != value || last.Property != "123456789" || !last.At.Equal(at) {
			t.Errorf("submission %+v", last)
		}
	}
	ask(t, s, http.MethodPost, submit, `{"userId":"C-1001"}`).Want(t, 200, "deletionRequestTime")
	deletions := s.Ledger().Deletions()
	if last := deletions[len(deletions)-1]; len(deletions) != 5 || !last.Applied || !last.Repeat {
		t.Errorf("deletions %+v", deletions)
	}
}

func TestExactlyOneIdentifierIsNeeded(t *testing.T) {
	t.Parallel()
	s := open(t, googleanalytics.Options{})
	for body, message := range map[string]string{
		`{}`:                                   "exactly one",
		``:                                     "Invalid JSON payload",
		`{"clientId":""}`:                      "exactly one",
		`{"clientId":"1.2","userId":"C-1"}`:    "oneof",
		`{"clientId":1.2}`:                     "TYPE_STRING",
		`{"email":"ana@example.com"}`:          "Unknown name",
		`{"clientId":"1.2","kind":"whatever"}`: "Unknown name",
	} {
		answer := ask(t, s, http.MethodPost, submit, body)
		answer.Want(t, 400, `"status":"INVALID_ARGUMENT"`)
		answer.Want(t, 400, message)
	}
	if len(s.Submissions()) != 0 {
		t.Errorf("submissions %+v", s.Submissions())
	}
}

func TestCredentialsAndPropertyAreChecked(t *testing.T) {
	t.Parallel()
	s := open(t, googleanalytics.Options{})
	simtest.Ask(t, s, http.MethodPost, submit, `{"userId":"C-1"}`).Want(t, 401, "UNAUTHENTICATED")
	ask(t, s, http.MethodGet, "/v1alpha/properties/999", "").Want(t, 403, "PERMISSION_DENIED")
	ask(t, s, http.MethodGet, "/v1alpha/properties/123456789", "").Want(t, 200, `"name":"properties/123456789"`)
	ask(t, s, http.MethodGet, "/v1beta/properties/123456789", "").Want(t, 200, "displayName")
	anybody := open(t, googleanalytics.Options{NoAuth: true, Properties: []string{"1"}})
	simtest.Ask(t, anybody, http.MethodGet, "/v1beta/properties/1", "").Want(t, 200, "displayName")
}

func TestOnlyTheAlphaVersionDeletes(t *testing.T) {
	t.Parallel()
	s := open(t, googleanalytics.Options{})
	for _, target := range []string{
		"/v1beta/properties/123456789:submitUserDeletion", "/v1alpha/accounts/1:submitUserDeletion", "/v1alpha/properties/",
	} {
		ask(t, s, http.MethodPost, target, `{"userId":"C-1"}`).Want(t, 404, "<!DOCTYPE html>")
	}
}

func TestTheDailyQuotaEndsAtMidnightPacific(t *testing.T) {
	t.Parallel()
	// 07:59 UTC on a winter day is one minute before midnight in Los Angeles.
	clock := simtest.NewClock(time.Date(2026, 1, 15, 7, 59, 0, 0, time.UTC))
	s := open(t, googleanalytics.Options{Clock: clock.Now})
	s.Spend(googleanalytics.DefaultProperty, googleanalytics.DefaultDailyQuota-1)
	ask(t, s, http.MethodPost, submit, `{"userId":"C-1"}`).Want(t, 200, "deletionRequestTime")
	ask(t, s, http.MethodPost, submit, `{"userId":"C-2"}`).Want(t, 429, `"status":"RESOURCE_EXHAUSTED"`)
	if want := clock.Now().Add(time.Minute); !s.QuotaResets().Equal(want) {
		t.Errorf("resets at %v, want %v", s.QuotaResets(), want)
	}
	clock.Advance(time.Minute)
	ask(t, s, http.MethodPost, submit, `{"userId":"C-2"}`).Want(t, 200, "deletionRequestTime")
	if len(s.Submissions()) != 2 {
		t.Errorf("submissions %+v", s.Submissions())
	}
}

func TestASpentQuotaCanBeForbiddenInstead(t *testing.T) {
	t.Parallel()
	s := open(t, googleanalytics.Options{DailyQuota: 1, QuotaReason: "rateLimitExceeded"})
	ask(t, s, http.MethodPost, submit, `{"userId":"C-1"}`).Want(t, 200, "deletionRequestTime")
	ask(t, s, http.MethodPost, submit, `{"userId":"C-2"}`).Want(t, 403, `"reason":"rateLimitExceeded"`)
}

func TestErrorsQuoteThePerson(t *testing.T) {
	t.Parallel()
	s := open(t, googleanalytics.Options{})
	s.Faults().Set(simulators.Rule{Kind: simulators.ServiceUnavailable})
	ask(t, s, http.MethodPost, submit, `{"userProvidedData":"ana@example.com"}`).Want(t, 503, "ana@example.com")
	s.Faults().Set(simulators.Rule{Kind: simulators.FailureInside})
	ask(t, s, http.MethodPost, submit, `{"userId":"C-1"}`).Want(t, 200, `{"error":{"code":500`)
}
