package website

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/simtest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ask(t *testing.T, s *Sim, target, body string) simtest.Answer {
	t.Helper()
	return askAt(t, s, target, body, s.Now())
}

func askAt(t *testing.T, s *Sim, target, body string, at time.Time) simtest.Answer {
	t.Helper()
	timestamp := fmt.Sprint(at.Unix())
	signature := "v1=" + hex.EncodeToString(sign(DefaultSecret, timestamp, []byte(body)))
	return simtest.Ask(t, s, http.MethodPost, target, body,
		timestampHeader, timestamp, signatureHeader, signature, requestHeader, "key-1")
}

func TestTheSignatureIsThatOfAKnownExample(t *testing.T) {
	t.Parallel()
	// printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac s3cret
	const want = "7d4120fcebf444efab10ba7cd6c651bf463cefb039db5fad37ff9f7231ac8a4a"
	if got := hex.EncodeToString(sign("s3cret", "1767225600", []byte(`{"a":1}`))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSignaturesAndTimestampsAreChecked(t *testing.T) {
	t.Parallel()
	s := New(Options{Clock: simtest.NewClock(noon).Now})
	s.AddRecord(Record{ID: "u-17"})
	const body = `{"records":[{"id":"u-17","kind":"account"}]}`
	now := fmt.Sprint(noon.Unix())
	right := "v1=" + hex.EncodeToString(sign(DefaultSecret, now, []byte(body)))
	for _, headers := range [][]string{
		{},
		{timestampHeader, now},
		{timestampHeader, now, signatureHeader, right[3:]},
		{timestampHeader, now, signatureHeader, "v1=" + hex.EncodeToString(sign("other", now, []byte(body)))},
		{timestampHeader, now, signatureHeader, "v1=" + hex.EncodeToString(sign(DefaultSecret, now, []byte("{}")))},
		{timestampHeader, fmt.Sprint(noon.Unix() - 1), signatureHeader, right},
		{timestampHeader, "yesterday", signatureHeader, right},
	} {
		simtest.Ask(t, s, http.MethodPost, "/erase", body, headers...).Want(t, 401, "unauthorized")
	}
	askAt(t, s, "/erase", body, noon.Add(-5*time.Minute-time.Second)).Want(t, 401, "five minutes")
	askAt(t, s, "/erase", body, noon.Add(5*time.Minute+time.Second)).Want(t, 401, "five minutes")
	if !s.Exists(DefaultKind, "u-17") || len(s.RequestKeys()) != 0 {
		t.Error("a refused request was carried out")
	}
	askAt(t, s, "/check", "{}", noon.Add(-5*time.Minute)).Want(t, 200, `{"status":"ok"}`)
	if fmt.Sprint(s.RequestKeys()) != "[key-1]" {
		t.Errorf("keys %v", s.RequestKeys())
	}
}

func TestLocateFindsByAnyIdentifierExactly(t *testing.T) {
	t.Parallel()
	s := New(Options{Base: "/privacy"})
	s.AddRecord(Record{ID: "u-17", Identifiers: []Identifier{{Email, "ana@example.com"}, {CustomerID, "C-1"}}})
	s.AddRecord(Record{ID: "o-1", Kind: "order", Identifiers: []Identifier{{CustomerID, "C-1"}}})
	s.AddRecord(Record{ID: "u-18", Identifiers: []Identifier{{Email, "ana@example.com.invalid"}, {Phone, "C-1"}}})
	for request, want := range map[string]int{
		`[{"type":"email","value":"ANA@example.com"}]`:                                         1,
		`[{"type":"email","value":"x@example.com"},{"type":"customer_id","value":"C-1"}]`:      2,
		`[{"type":"customer_id","value":"c-1"},{"type":"ga_client_id","value":"1.2"}]`:         0,
		`[{"type":"email","value":"ana@example.com"},{"type":"customer_id","value":"C-1"}]`:    2,
		`[{"type":"phone","value":"+33639981234"},{"type":"email","value":"ana@example.com"}]`: 1,
	} {
		var found struct{ Records []struct{ ID string } }
		ask(t, s, "/privacy/locate", `{"identifiers":`+request+`}`).Into(t, &found)
		if len(found.Records) != want {
			t.Errorf("%s: found %+v, want %d", request, found, want)
		}
	}
	const nobody = `{"identifiers":[{"type":"email","value":"nora@example.com"}]}`
	ask(t, s, "/privacy/locate", nobody).Want(t, 200, `{"records":[]}`)
	ask(t, s, "/privacy/locate", `{}`).Want(t, 400, "bad_request")
	ask(t, s, "/locate", `{}`).Want(t, 404, "not_found")
}

func TestEraseAnswersForEachRecord(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(noon)
	s := New(Options{Clock: clock.Now})
	ana := []Identifier{{Email, "ana@example.com"}}
	s.AddRecord(Record{ID: "1", Identifiers: ana})
	s.AddRecord(Record{ID: "2", OnErase: Accepted, Takes: 48 * time.Hour, Identifiers: ana})
	s.AddRecord(Record{ID: "3", Kind: "invoice", OnErase: Retained, Reason: "tax law"})
	s.AddRecord(Record{ID: "4", OnErase: Failed, Reason: "locked"})
	const body = `{"records":[{"id":"1","kind":"account"},{"id":"2","kind":"account"},{"id":"3","kind":"invoice"},` +
		`{"id":"4","kind":"account"},{"id":"5","kind":"account"}]}`
	const kept = `{"results":[{"id":"5","status":"not_found"},{"id":"4","reason":"locked","status":"failed"},` +
		`{"id":"3","reason":"tax law","status":"retained"},`
	const locate = `{"identifiers":[{"type":"email","value":"ana@example.com"}]}`
	ask(t, s, "/erase", body).Want(t, 200,
		kept+`{"expected_by":"2026-03-03T12:00:00Z","id":"2","status":"accepted"},{"id":"1","status":"erased"}]}`)
	ask(t, s, "/locate", locate).Want(t, 200, `"id":"2"`)
	clock.Advance(48 * time.Hour)
	ask(t, s, "/locate", locate).Want(t, 200, `{"records":[]}`)
	ask(t, s, "/erase", body).Want(t, 200, kept+`{"id":"2","status":"not_found"},{"id":"1","status":"not_found"}]}`)

	d := s.Ledger().Deletions()
	if len(d) != 10 || !d[0].Applied || !d[1].Applied || d[2].Applied || d[3].Applied || !d[4].Repeat || !d[5].Repeat {
		t.Errorf("deletions %+v", d)
	}
	ask(t, s, "/erase", `{"records":[]}`).Want(t, 400, "bad_request")
	if len(s.Ledger().Catastrophes()) != 1 || len(s.Snapshot()) != 2 {
		t.Errorf("left %v", s.Snapshot())
	}
}

func TestErrorsQuoteThePersonAndReadsCanBeStale(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(noon)
	s := New(Options{Clock: clock.Now})
	s.AddRecord(Record{ID: "1", Identifiers: []Identifier{{Email, "ana@example.com"}}})
	const body = `{"records":[{"id":"1","kind":"account"}]}`
	s.Faults().Set(simulators.Rule{Kind: simulators.FailureInside})
	ask(t, s, "/erase", body).Want(t, 200, `{"error":{"code":"failed","message":"the request for ana@example.com`)
	s.Faults().Set(simulators.Rule{Kind: simulators.StaleReads, Duration: time.Hour})
	ask(t, s, "/erase", body).Want(t, 200, "erased")
	ask(t, s, "/locate", `{"identifiers":[{"type":"email","value":"ana@example.com"}]}`).Want(t, 200, `"id":"1"`)
	ask(t, s, "/erase", body).Want(t, 200, "not_found")
}

func TestSettingsAreReadAndChanged(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	s.AddRecord(Record{ID: "1", Settings: []Setting{
		{Name: "newsletter", Value: "weekly", Restricted: "off"}, {Name: "sold", Value: "no", Restricted: "never", Irreversible: true},
	}})
	const records = `{"records":[{"id":"1","kind":"account"},{"id":"2","kind":"account"}]}`
	ask(t, s, "/settings", records).Want(t, 200, `{"results":[{"id":"2","kind":"account","status":"not_found"},{"id":"1","kind":"account",`+
		`"settings":[{"name":"newsletter","value":"weekly","restricted":"off"},{"name":"sold","value":"no","restricted":"never","irreversible":true}],`)
	apply := func(name, value, want string) {
		t.Helper()
		body := fmt.Sprintf(`{"records":[{"id":"1","kind":"account","settings":[{"name":%q,"value":%q}]}]}`, name, value)
		ask(t, s, "/apply", body).Want(t, 200, fmt.Sprintf(`"status":%q`, want))
	}
	apply("newsletter", "off", Applied)
	apply("newsletter", "off", Applied)
	apply("unknown", "off", Failed)
	apply("sold", "never", Applied)
	apply("sold", "no", Failed)
	ask(t, s, "/settings", records).Want(t, 200, `"value":"off"`)
	if !s.Change(DefaultKind, "1", func(r *Record) { r.Settings[0].Value = "daily" }) || s.Change(DefaultKind, "2", nil) {
		t.Error("a record that is there can be changed, and no other")
	}
	ask(t, s, "/settings", records).Want(t, 200, `"value":"daily"`)
	ask(t, s, "/settings", `{}`).Want(t, 400, "bad_request")
	ask(t, s, "/apply", `{}`).Want(t, 400, "bad_request")
	ask(t, New(Options{EraseOnly: true}), "/settings", records).Want(t, 404, "not_found")
}

func TestASiteMayCompareAddressesExactly(t *testing.T) {
	t.Parallel()
	s := New(Options{Clock: simtest.NewClock(noon).Now})
	s.AddRecord(Record{ID: "u-17", Identifiers: []Identifier{{Type: Email, Value: "Jo@example.com"}}})
	for asked, want := range map[string]map[bool]string{
		"jo@example.com": {false: `"id":"u-17"`, true: `"records":[]`}, "Jo@example.com": {false: `"id":"u-17"`, true: `"id":"u-17"`},
	} {
		for exact, text := range want {
			s.Configure(func(o *Options) { o.Exact = exact })
			ask(t, s, "/locate", `{"identifiers":[{"type":"email","value":"`+asked+`"}]}`).Want(t, 200, text)
		}
	}
}
