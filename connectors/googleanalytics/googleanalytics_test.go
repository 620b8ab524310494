package googleanalytics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/googleanalytics"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	analytics "ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/simtest"
)

var (
	browser = dsr.Identifier{Type: dsr.GAClientID, Value: "1234567890.1700000000"}
	account = dsr.Identifier{Type: dsr.GAUserID, Value: "user \"17\" +ü"}
	app     = dsr.Identifier{Type: dsr.GAAppInstanceID, Value: "3d40cdafae8ac2266c75f750932ea51c"}
	jo      = dsr.Identifier{Type: dsr.Email, Value: "J.O+news@Gmail.com"}
	joPhone = dsr.Identifier{Type: dsr.Phone, Value: "+33639980017"}
	subject = dsr.Subject{Identifiers: []dsr.Identifier{jo, browser, joPhone, account, app}}
)

const day = 24 * time.Hour

func settings(baseURL string) connectors.Settings {
	return connectors.Settings{
		System: "ga", BaseURL: baseURL, Log: zerolog.Nop(),
		Credentials: map[string]string{"access_token": analytics.DefaultToken},
		Options:     map[string][]string{"property": {analytics.DefaultProperty}},
	}
}

func connect(t *testing.T, s connectors.Settings) *googleanalytics.Connector {
	t.Helper()
	connector, err := googleanalytics.New(s)
	require.NoError(t, err)
	return connector.(*googleanalytics.Connector)
}

// google runs the simulated API.
func google(t *testing.T, o analytics.Options) (*analytics.Sim, connectors.Settings) {
	t.Helper()
	sim := analytics.New(o)
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	return sim, settings(url)
}

// answering connects to an API that gives one answer to everything.
func answering(t *testing.T, status int, answer string) *googleanalytics.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return connect(t, settings(server.URL))
}

func records(t *testing.T, c *googleanalytics.Connector, s dsr.Subject) []dsr.Record {
	t.Helper()
	findings, err := c.Locate(t.Context(), s)
	require.NoError(t, err)
	return findings.Records
}

func eraseOne(t *testing.T, c *googleanalytics.Connector) error {
	t.Helper()
	_, err := c.Erase(t.Context(), records(t, c, dsr.Subject{Identifiers: []dsr.Identifier{browser}}))
	return err
}

func classified(t *testing.T, err error) *connectors.Error {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, "ga", known.System)
	for _, id := range subject.Identifiers {
		require.NotContains(t, known.Error(), id.Value)
	}
	return known
}

// decomposed is the account's id with its accent as a character of its own: Google compares
// bytes, and a site may have sent either.
var decomposed = strings.ReplaceAll(account.Value, "ü", "u\u0308")

func TestEachIdentifierIsOrderedOnItsOwn(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	sim, s := google(t, analytics.Options{Clock: clock.Now})
	s.Now = clock.Now
	connector := connect(t, s)
	var ledger connectors.Ledger
	found := records(t, connector, subject)
	effect, err := connector.Erase(connectors.WithLedger(t.Context(), &ledger), found)
	require.NoError(t, err)

	var sent []string
	for _, submission := range sim.Submissions() {
		sent = append(sent, submission.Kind+" "+submission.Value)
	}
	require.Equal(t, []string{"clientId " + browser.Value, "userId " + account.Value, "userId " + decomposed, "appInstanceId " + app.Value}, sent)
	require.Len(t, effect.Records, 4)
	for i, done := range effect.Records {
		require.Equal(t, found[i].Key(), done.Key())
		require.Equal(t, dsr.Accepted, done.State)
		require.Equal(t, sim.Submissions()[i].At.Add(63*day), done.ExpectedBy)
	}
	require.Equal(t, []dsr.Call{
		{Method: "POST", Path: "/v1alpha/properties/{property}:submitUserDeletion", Status: 200, Count: 4},
	}, ledger.Calls())

	_, err = connector.Erase(t.Context(), found)
	require.NoError(t, err, "once more does no harm")
	require.Empty(t, sim.Ledger().Catastrophes())
}

func TestContactDataIsSentOnlyIfConfigured(t *testing.T) {
	t.Parallel()
	sim, s := google(t, analytics.Options{})
	s.Options["user_provided_data"] = []string{"email", "phone"}
	connector := connect(t, s)
	contacts := dsr.Subject{Identifiers: []dsr.Identifier{
		jo, joPhone,
		{Type: dsr.Email, Value: "jo+news@gmail.com"}, // the same to Google
		{Type: dsr.Email, Value: "Jo.Smith@Example.com"},
		{Type: dsr.CustomerID, Value: "17"},
	}}
	found := records(t, connector, contacts)
	require.Len(t, found, 3)
	_, err := connector.Erase(t.Context(), found)
	require.NoError(t, err)
	var sent []string
	for _, submission := range sim.Submissions() {
		require.Equal(t, "userProvidedData", submission.Kind)
		sent = append(sent, submission.Value)
	}
	require.Equal(t, []string{"jo+news@gmail.com", "+33639980017", "jo.smith@example.com"}, sent)
}

func TestRecordsAreStableAndTheirIdsSayNothing(t *testing.T) {
	t.Parallel()
	s := settings("https://analyticsadmin.googleapis.com")
	s.Options["user_provided_data"] = []string{"email", "phone"}
	found := records(t, connect(t, s), subject)
	require.Len(t, found, 6)
	for _, record := range found {
		require.Regexp(t, `^[0-9a-f]{32}$`, record.ID)
		led, err := identity.Parser{}.Parse(record.FoundBy.Type, record.FoundBy.Value)
		require.NoError(t, err)
		require.Len(t, record.Identifiers, 1)
		require.True(t, led.Same(record.Identifiers[0]))
		require.True(t, subject.Has(led))
	}
	require.Equal(t, found, records(t, connect(t, s), subject))
}

func TestRecordsOfNobodyAreRefusedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	sim, s := google(t, analytics.Options{})
	connector := connect(t, s)
	good := records(t, connector, subject)
	changed := good[0]
	changed.FoundBy = account
	for _, bad := range []dsr.Record{{}, {Kind: "client_id", ID: "1"}, changed, {FoundBy: dsr.Identifier{Type: dsr.CustomerID, Value: "1"}}} {
		_, err := connector.Erase(t.Context(), append(good[:1:1], bad))
		require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
	}
	require.Empty(t, sim.Ledger().Calls())
}

func TestCheckOrdersNothing(t *testing.T) {
	t.Parallel()
	sim, s := google(t, analytics.Options{})
	require.NoError(t, connect(t, s).Check(t.Context()))
	require.Empty(t, sim.Submissions())
	require.Len(t, sim.Ledger().Calls(), 1)

	s.Options["property"] = []string{"properties/999"}
	require.Equal(t, connectors.CredentialsRejected, classified(t, connect(t, s).Check(t.Context())).Class)
	s.Credentials["access_token"] = "revoked"
	known := classified(t, connect(t, s).Check(t.Context()))
	require.Equal(t, connectors.CredentialsRejected, known.Class)
	require.Equal(t, "/v1alpha/properties/{property}", known.Path)

	for _, answer := range []string{`{}`, `null`, `{"name":"properties/1"}`, `<html>`} {
		require.Equal(t, connectors.Malformed, classified(t, answering(t, 200, answer).Check(t.Context())).Class, answer)
	}
}

func TestASpentDayIsWaitedOut(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Los_Angeles")
	require.NoError(t, err)
	tests := []struct {
		name   string
		now    time.Time
		reason string
		wait   time.Duration
	}{
		{"in winter", time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), "", 20*time.Hour + 5*time.Minute},
		{"in summer", time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC), "", 19*time.Hour + 5*time.Minute},
		{"shortly before midnight", time.Date(2026, 11, 20, 23, 59, 0, 0, zone), "", 6 * time.Minute},
		{"on a day of 25 hours", time.Date(2026, 11, 1, 0, 0, 0, 0, zone), "", 25*time.Hour + 5*time.Minute},
		{"told by an older reason", time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), "rateLimitExceeded", 20*time.Hour + 5*time.Minute},
		{"told by the reason alone", time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), "dailyLimitExceeded", 20*time.Hour + 5*time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock := func() time.Time { return test.now }
			sim, s := google(t, analytics.Options{Clock: clock, QuotaReason: test.reason})
			s.Now = clock
			sim.Spend(analytics.DefaultProperty, analytics.DefaultDailyQuota)
			known := classified(t, eraseOne(t, connect(t, s)))
			require.Equal(t, connectors.Transient, known.Class)
			require.Equal(t, test.wait, known.RetryAfter)
			require.True(t, test.now.Add(known.RetryAfter).After(sim.QuotaResets()))
		})
	}
}

func TestErrorsAreClassified(t *testing.T) {
	t.Parallel()
	quote := `"message":"user ` + browser.Value + ` ` + account.Value + ` is unknown"`
	reasoned := func(status int, reason string) string {
		return fmt.Sprintf(`{"error":{"code":%d,%s,"errors":[{%s,"reason":%q}]}}`, status, strings.ReplaceAll(quote, `"17"`, "17"), `"message":"x"`, reason)
	}
	detailed := func(status int, reason string) string {
		return fmt.Sprintf(`{"error":{"code":%d,"message":"m","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q}]}}`, status, reason)
	}
	tests := []struct {
		name   string
		status int
		answer string
		class  connectors.Class
	}{
		{"a bad request", 400, reasoned(400, "badRequest"), connectors.Rejected},
		{"a bad token", 401, reasoned(401, "authError"), connectors.CredentialsRejected},
		{"no permission", 403, detailed(403, "IAM_PERMISSION_DENIED"), connectors.CredentialsRejected},
		{"an API that is not enabled", 403, detailed(403, "SERVICE_DISABLED"), connectors.CredentialsRejected},
		{"too fast, in the older form", 403, reasoned(403, "rateLimitExceeded"), connectors.Transient},
		{"too fast for a user", 403, reasoned(403, "userRateLimitExceeded"), connectors.Transient},
		{"a quota", 403, reasoned(403, "quotaExceeded"), connectors.Transient},
		{"too fast, in the newer form", 403, detailed(403, "RATE_LIMIT_EXCEEDED"), connectors.Transient},
		{"too fast", 429, detailed(429, "RATE_LIMIT_EXCEEDED"), connectors.Transient},
		{"too fast, without words", 429, ``, connectors.Transient},
		{"a refusal in HTML", 403, `<html>` + browser.Value, connectors.CredentialsRejected},
		{"a path that nobody knows", 404, `<!DOCTYPE html>`, connectors.Misconfigured},
		{"a conflict", 409, reasoned(409, "aborted"), connectors.Rejected},
		{"an entity that cannot be", 422, `{`, connectors.Rejected},
		{"a fault", 500, `{"error":"` + browser.Value + `"}`, connectors.Transient},
		{"a fault of a proxy", 502, `<html>`, connectors.Transient},
		{"an outage", 503, reasoned(503, "backendError"), connectors.Transient},
		{"not modified", 304, ``, connectors.Misconfigured},
		{"an error inside a success", 200, reasoned(500, "internal"), connectors.Malformed},
		{"a success without a time", 200, `{}`, connectors.Malformed},
		{"a success without a body", 204, ``, connectors.Malformed},
		{"an empty success", 200, ``, connectors.Malformed},
		{"null", 200, `null`, connectors.Malformed},
		{"half an answer", 200, `{"deletionRequestTime":"2026-11`, connectors.Malformed},
		{"two answers", 200, `{"deletionRequestTime":"2026-11-20T12:00:00Z"}{}`, connectors.Malformed},
		{"a time that is none", 200, `{"deletionRequestTime":"today"}`, connectors.Malformed},
		{"a time before all times", 200, `{"deletionRequestTime":"0001-01-01T00:00:00Z"}`, connectors.Malformed},
		{"a number for a time", 200, `{"deletionRequestTime":17}`, connectors.Malformed},
		{"a web page", 200, `<html>` + browser.Value, connectors.Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			known := classified(t, eraseOne(t, answering(t, test.status, test.answer)))
			require.Equal(t, test.class, known.Class)
			require.Equal(t, "POST", known.Method)
			require.Equal(t, "/v1alpha/properties/{property}:submitUserDeletion", known.Path)
		})
	}
}

func TestAMinuteQuotaIsNotTakenForADaysQuota(t *testing.T) {
	t.Parallel()
	sim, s := google(t, analytics.Options{})
	sim.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests, RetryAfter: 7 * time.Second})
	known := classified(t, eraseOne(t, connect(t, s)))
	require.Equal(t, connectors.Transient, known.Class)
	require.Equal(t, 7*time.Second, known.RetryAfter)
	sim.Faults().Set(simulators.Rule{Kind: simulators.ServiceUnavailable, RetryAfter: 9 * time.Second})
	require.Equal(t, 9*time.Second, classified(t, eraseOne(t, connect(t, s))).RetryAfter)
}

func TestFailuresOfTheConnectionAreTransient(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulators.Kind{simulators.ResetBefore, simulators.ResetAfter, simulators.Truncated, simulators.Down} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			sim, s := google(t, analytics.Options{})
			sim.Faults().Set(simulators.Rule{Kind: kind})
			require.Equal(t, connectors.Transient, classified(t, eraseOne(t, connect(t, s))).Class)
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	t.Cleanup(elsewhere.Close)
	sim, s := google(t, analytics.Options{})
	sim.Faults().Set(simulators.Rule{Kind: simulators.Redirect, Location: elsewhere.URL})
	require.Equal(t, connectors.Misconfigured, classified(t, eraseOne(t, connect(t, s))).Class)
	require.Equal(t, connectors.Misconfigured, classified(t, connect(t, s).Check(t.Context())).Class)
}

func TestACancelledCallIsNotMade(t *testing.T) {
	t.Parallel()
	sim, s := google(t, analytics.Options{})
	connector := connect(t, s)
	found := records(t, connector, subject)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := connector.Erase(ctx, found)
	require.Equal(t, connectors.Transient, classified(t, err).Class)
	require.Empty(t, sim.Ledger().Calls())
}

func TestNothingAboutThePersonIsLogged(t *testing.T) {
	t.Setenv("GOOGLE_SDK_GO_LOGGING_LEVEL", "debug") // Google's library would log what it sends
	sim, s := google(t, analytics.Options{})
	var log bytes.Buffer
	s.Log = zerolog.New(&log).Level(zerolog.TraceLevel)
	sim.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: http.StatusBadRequest})
	known := classified(t, eraseOne(t, connect(t, s)))
	require.Equal(t, connectors.Rejected, known.Class)
	require.NotContains(t, log.String(), browser.Value)
	var line map[string]any
	require.NoError(t, json.Unmarshal(log.Bytes(), &line))
	require.Equal(t, "/v1alpha/properties/{property}:submitUserDeletion", line["path"])
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*connectors.Settings)
	}{
		{"no property", func(s *connectors.Settings) { s.Options = nil }},
		{"a measurement id", func(s *connectors.Settings) { s.Options["property"] = []string{"G-ABC123"} }},
		{"another resource", func(s *connectors.Settings) { s.Options["property"] = []string{"accounts/123"} }},
		{"a path", func(s *connectors.Settings) { s.Options["property"] = []string{"properties/123/x"} }},
		{"a customer id as contact data", func(s *connectors.Settings) { s.Options["user_provided_data"] = []string{"customer_id"} }},
		{"a word as contact data", func(s *connectors.Settings) { s.Options["user_provided_data"] = []string{"yes"} }},
		{"a plain address", func(s *connectors.Settings) { s.BaseURL = "http://analytics.example.com" }},
		{"two credentials", func(s *connectors.Settings) { s.Credentials["credentials_json"] = "{}" }},
		{"a key that is no JSON", func(s *connectors.Settings) { s.Credentials = map[string]string{"credentials_json": "secret-key"} }},
		{"a user's credentials", func(s *connectors.Settings) {
			s.Credentials = map[string]string{"credentials_json": `{"type":"authorized_user","client_id":"secret-key"}`}
		}},
		{"a key file without its key", func(s *connectors.Settings) {
			s.Credentials = map[string]string{"credentials_json": `{"type":"service_account","private_key":"secret-key"}`}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := settings("")
			test.change(&s)
			_, err := googleanalytics.New(s)
			known := classified(t, err)
			require.Equal(t, connectors.Misconfigured, known.Class)
			require.NotContains(t, known.Error(), "secret-key")
		})
	}
}

func TestThePlanNamesTheIdentifiersInUse(t *testing.T) {
	t.Parallel()
	s := settings("")
	system, err := googleanalytics.Kind().System(s, "GA", "Google", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.GAClientID, dsr.GAUserID, dsr.GAAppInstanceID}, system.Needs)
	require.False(t, system.Verifiable)

	s.Options["user_provided_data"] = []string{"email"}
	system, err = googleanalytics.Kind().System(s, "GA", "Google", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.GAClientID, dsr.GAUserID, dsr.GAAppInstanceID, dsr.Email}, system.Needs)
	require.Len(t, googleanalytics.Kind().Needs, 3)

	s.Options["property"] = []string{"G-1"}
	_, err = googleanalytics.Kind().System(s, "GA", "Google", 10)
	require.ErrorContains(t, err, "options.property")
}
