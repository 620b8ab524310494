package intake_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/requests"
)

// with replaces a part of the example, which has to be there.
func with(t *testing.T, part, by string) string {
	t.Helper()
	require.Contains(t, example, part)
	return strings.Replace(example, part, by, 1)
}

const (
	identityOf = `"johndoe@example.com",` + "\n" + `      "identity_format": "raw"`
	identities = "    {\n" + `      "identity_type": "email",` + "\n" + `      "identity_value": ` + identityOf + "\n    }\n"
)

func TestWhatIsWrongIsNamedAndNothingIsRepeated(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	uuid := `"` + id + `"`
	for name, c := range map[string]struct{ body, field, says string }{
		"id in capitals":        {with(t, id, strings.ToUpper(id)), "subject_request_id", "is not a UUID of version 4 in small letters"},
		"id of version 1":       {with(t, "44b2", "14b2"), "subject_request_id", "is not a UUID of version 4 in small letters"},
		"id out of range":       {with(t, uuid, "1e99999"), "subject_request_id", "is not a text, or an empty one"},
		"id with a NUL":         {with(t, id, id+`\u0000`), "subject_request_id", "is not a UUID of version 4 in small letters"},
		"identity with a NUL":   {with(t, "johndoe@", `john\u0000doe@`), "subject_identities[0].identity_value", "the value holds control characters"},
		"half a character":      {with(t, "johndoe@", `john\ud800doe@`), "subject_identities[0].identity_value", "holds a character that cannot be read"},
		"time out of range":     {with(t, "2018-10-02T", "99999-10-02T"), "submitted_time", "is not an RFC 3339 time"},
		"id is a number":        {with(t, uuid, "4711"), "subject_request_id", "is not a text, or an empty one"},
		"id with line break":    {with(t, id, id+`\r\nX-Evil: 1`), "subject_request_id", "is not a UUID of version 4 in small letters"},
		"access":                {with(t, `"erasure"`, `"access"`), "subject_request_type", "is not carried out here; /discovery names what is: "},
		"portability":           {with(t, `"erasure"`, `"portability"`), "subject_request_type", "is not carried out here; /discovery names what is: "},
		"unknown type":          {with(t, `"erasure"`, `"rectification"`), "subject_request_type", "is unknown; /discovery names what is carried out here: "},
		"unknown law":           {with(t, `"gdpr"`, `"lgpd"`), "regulation", "is neither gdpr nor ccpa"},
		"law not served":        {with(t, `"gdpr"`, `"ccpa"`), "regulation", "is not served here"},
		"time without zone":     {with(t, "15:00:00Z", "15:00:00"), "submitted_time", "is not an RFC 3339 time"},
		"time in the future":    {with(t, "2018-10-02T15", "2026-03-02T18"), "submitted_time", "lies in the future"},
		"time before 2018":      {with(t, "2018-10-02", "2018-05-24"), "submitted_time", "lies before the GDPR applied"},
		"other version":         {with(t, `"2.0"`, `"1.0"`), "api_version", "is not the version that the URL names"},
		"no identities":         {with(t, identities, ""), "subject_identities", "is required, or identities in the extension of this processor"},
		"identities no list":    {with(t, "[\n"+identities+"  ]", `{"email": "johndoe@example.com"}`), "subject_identities", "is not a list"},
		"identity no object":    {with(t, identities, `"johndoe@example.com"`), "subject_identities[0]", "is not an object"},
		"no e-mail address":     {with(t, "johndoe@example.com", "johndoe"), "subject_identities[0].identity_value", "not an e-mail address"},
		"no value":              {with(t, `"johndoe@example.com"`, `""`), "subject_identities[0].identity_value", "is not a text, or an empty one"},
		"no format":             {with(t, identityOf, `"johndoe@example.com"`), "subject_identities[0].identity_format", "is required"},
		"unknown format":        {with(t, `"raw"`, `"rot13"`), "subject_identities[0].identity_format", "is none of raw, sha1, md5, sha256"},
		"unknown identity":      {with(t, `"email"`, `"phone"`), "subject_identities[0].identity_type", "is none of OpenDSR's"},
		"hash cut off":          {with(t, identityOf, `"0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a", "identity_format": "sha256"`), "subject_identities[0].identity_value", "not a sha256 digest in hexadecimal"},
		"hash of another kind":  {with(t, identityOf, `"0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b", "identity_format": "md5"`), "subject_identities[0].identity_value", "not a md5 digest in hexadecimal"},
		"devices only":          {with(t, `"email"`, `"ios_vendor_id"`), "subject_identities", "holds none by which a system can be searched"},
		"too many":              {with(t, identities, strings.Repeat(`1,`, 50)+"1"), "subject_identities", "has more than 50 entries"},
		"too many to search by": {with(t, identities, identities+strings.Join(someIdentities(20), "")), "subject_identities", "at most 20 are accepted"},
		"extension no object": {with(t, `"example-other-processor.com": {
      "foo-other-processor-custom-id":654321
    }`, `"example-processor.com": 1`), "extensions.example-processor.com", "is not an object"},
		"extensions a list": {with(t, `"extensions": {
    "example-other-processor.com": {
      "foo-other-processor-custom-id":654321
    }
  }`, `"extensions": []`), "extensions", "is not an object keyed by processors' domains"},
		"callback by http":       {with(t, "https://examplecontroller.com", "http://examplecontroller.com"), "status_callback_urls[0]", "is not a URL that begins with https://"},
		"callback to metadata":   {with(t, "examplecontroller.com/", "169.254.169.254/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback to localhost":  {with(t, "examplecontroller.com/", "localhost/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback to a port":     {with(t, "examplecontroller.com/", "examplecontroller.com:22/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback look-alike":    {with(t, "examplecontroller.com/", "examplecontroller.com.evil.example/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback with a user":   {with(t, "https://examplecontroller.com/", "https://evil.example@examplecontroller.com/"), "status_callback_urls[0]", "must not hold a user or password"},
		"callback trailing dot":  {with(t, "examplecontroller.com/", "examplecontroller.com./"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback by a number":   {with(t, "examplecontroller.com/", "2852039166/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback by an IPv6":    {with(t, "examplecontroller.com/", "[::ffff:169.254.169.254]/"), "status_callback_urls[0]", "leads to a host that is not on the gateway's list of receivers"},
		"callback without host":  {with(t, "https://examplecontroller.com/", "https:examplecontroller.com/"), "status_callback_urls[0]", "is not a URL that begins with https://"},
		"callback backslash":     {with(t, "https://examplecontroller.com/", `https://examplecontroller.com\\@evil.example/`), "status_callback_urls[0]", "is not a URL that begins with https://"},
		"callback with break":    {with(t, "/callbacks", `/callbacks\r\nX-Evil: 1`), "status_callback_urls[0]", "is not a URL that begins with https://"},
		"callback to the person": {with(t, "/opendsr/callbacks", "/?of=johndoe%40example.com"), "status_callback_urls[0]", "names the person"},
		"callback too long":      {with(t, "/opendsr/callbacks", "/"+strings.Repeat("a", 1024)), "status_callback_urls[0]", "is too long"},
		"callback is a number":   {with(t, `"https://examplecontroller.com/opendsr/callbacks"`, "1"), "status_callback_urls[0]", "is not a text"},
		"too many callbacks":     {with(t, `"https://examplecontroller.com/opendsr/callbacks"`, strings.Repeat(`"a",`, 10)+`"a"`), "status_callback_urls", "has more than 10 entries"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := *g
			g.T = t
			a := g.call(http.MethodPost, "/v2/requests", c.body)
			require.Equal(t, http.StatusBadRequest, a.status, a.body)
			details := object(t, a.body)["error"].(map[string]any)["errors"].([]any)
			require.Len(t, details, 1, a.body)
			require.Equal(t, c.field, details[0].(map[string]any)["reason"])
			require.Contains(t, details[0].(map[string]any)["message"], c.field+" "+c.says)
			for _, secret := range []string{"johndoe", "0c7e6a40", "evil", "Evil"} {
				require.NotContains(t, a.body, secret)
			}
			require.Empty(t, a.header.Get("X-Evil"))
		})
	}
	t.Cleanup(func() {
		require.Empty(t, g.desk.taken)
		require.NotContains(t, g.log.String(), "johndoe")
		require.NotContains(t, g.log.String(), "vil")
	})
}

// someIdentities are so many further identities, each with a comma before it.
func someIdentities(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`, {"identity_type": "controller_customer_id", "identity_value": "C-%d", "identity_format": "raw"}`, i)
	}
	return all
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	a := g.call(http.MethodPost, "/v2/requests", `{"subject_identities": [{"identity_type": "email"}, 1]}`)
	var fields []any
	for _, detail := range object(t, a.body)["error"].(map[string]any)["errors"].([]any) {
		fields = append(fields, detail.(map[string]any)["reason"])
	}
	require.Equal(t, []any{"subject_request_id", "subject_request_type", "regulation", "submitted_time", "subject_identities[0].identity_value",
		"subject_identities[0].identity_format", "subject_identities[1]"}, fields)
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	for name, body := range map[string]string{
		"nothing":             " ",
		"a list":              "[]",
		"null":                "null",
		"two values":          example + "{}",
		"cut off":             example[:200],
		"a key twice":         with(t, `"regulation": "gdpr",`, `"regulation": "ccpa", "regulation": "gdpr",`),
		"a key twice, inside": with(t, `"identity_type": "email",`, `"identity_type": "email", "identity_type": "email",`),
		"not UTF-8":           with(t, "johndoe", "john\xff"),
		"too deep":            with(t, "654321", strings.Repeat("[", 40)+strings.Repeat("]", 40)),
	} {
		a := g.call(http.MethodPost, "/v2/requests", body)
		require.Equal(t, http.StatusBadRequest, a.status, name)
		require.Contains(t, a.body, "the body is not valid JSON in UTF-8, an object with each key once", name)
	}
}

func TestIdentitiesThatLeadNowhereAreNamed(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	body := with(t, identities, identities+`,
		{"identity_type": "email", "identity_value": "0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b", "identity_format": "sha256"},
		{"identity_type": "ios_vendor_id", "identity_value": "E621E1F8-C36C-495A-93FC-0C247A3E6E5F", "identity_format": "raw"},
		{"identity_type": "controller_customer_id", "identity_value": "C-17", "identity_format": "raw"},
		{"identity_type": "email", "identity_value": "JohnDoe@Example.com", "identity_format": "raw"}`)
	body = strings.Replace(body, `"extensions": {`, `"extensions": {"example-processor.com": {"identities": [{"identity_type": "phone", "identity_value": "06 39 98 00 01"}]},`, 1)

	a := g.call(http.MethodPost, "/v2/requests", body)

	require.Equal(t, http.StatusCreated, a.status, a.body)
	unused := []any{
		map[string]any{"index": 2.0, "identity_type": "ios_vendor_id", "identity_format": "raw"},
	}
	understood := map[string]any{"email": 3.0, "controller_customer_id": 1.0, "phone": 1.0}
	require.Equal(t, map[string]any{domain: map[string]any{
		"understood": understood, "identities_not_used": unused, "ignored_extensions": 1.0,
	}}, object(t, a.body)["extensions"], "one address came twice: all six that were handed in are accounted for")
	require.Equal(t, []dsr.Identifier{
		{Type: dsr.Email, Value: "johndoe@example.com"},
		{Type: "email_sha256", Value: "0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b"}, {Type: dsr.CustomerID, Value: "C-17"}, {Type: dsr.Phone, Value: "+33639980001"},
	}, g.desk.taken["erasure/"+id].Subject.Identifiers)
	g.desk.status = dsr.Report{Status: dsr.StatusOpen}
	a = g.call(http.MethodGet, "/v2/requests/"+id, "")
	extension := object(t, a.body)["extensions"].(map[string]any)[domain].(map[string]any)
	require.Equal(t, unused, extension["identities_not_used"])
	require.Equal(t, understood, extension["understood"])
}

// TestAnExtensionForAnotherDomainIsIgnoredAndCounted puts the phone under the address
// of the gateway instead of its domain: OpenDSR has it ignored, and only the counts
// show the controller that nobody is looked for by that phone.
func TestAnExtensionForAnotherDomainIsIgnoredAndCounted(t *testing.T) {
	t.Parallel()
	const phone = `{"identities": [{"identity_type": "phone", "identity_value": "06 39 98 00 01"}]}`
	for name, c := range map[string]struct {
		extensions string
		want       string
	}{
		"the address": {`{"127.0.0.1": ` + phone + `}`, `{"understood": {"email": 1}, "ignored_extensions": 1}`},
		"the domain":  {`{"example-processor.com": ` + phone + `}`, `{"understood": {"email": 1, "phone": 1}, "ignored_extensions": 0}`},
		"both, and another's": {
			`{"example-processor.com": ` + phone + `, "127.0.0.1": ` + phone + `, "other.example": null}`,
			`{"understood": {"email": 1, "phone": 1}, "ignored_extensions": 2}`,
		},
		"none": {"{}", `{"understood": {"email": 1}, "ignored_extensions": 0}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t)
			body := with(t, `{
    "example-other-processor.com": {
      "foo-other-processor-custom-id":654321
    }
  }`, c.extensions)

			a := g.call(http.MethodPost, "/v2/requests", body)

			require.Equal(t, http.StatusCreated, a.status, a.body)
			var got struct {
				Extensions map[string]json.RawMessage `json:"extensions"`
			}
			require.NoError(t, json.Unmarshal([]byte(a.body), &got))
			require.Len(t, got.Extensions, 1)
			require.JSONEq(t, c.want, string(got.Extensions[domain]))

			g.desk.status = dsr.Report{Status: dsr.StatusOpen}
			a = g.call(http.MethodGet, "/v2/requests/"+id, "")
			extension := object(t, a.body)["extensions"].(map[string]any)[domain].(map[string]any)
			for key, want := range object(t, c.want) {
				require.Equal(t, want, extension[key], "the status says the same: %s", key)
			}
			require.NotContains(t, a.body, "127.0.0.1")
			require.NotContains(t, a.body, "johndoe")
			require.NotContains(t, g.log.String(), "127.0.0.1\"")
		})
	}
}

func TestTheSameRequestTwiceIsOne(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	first := g.call(http.MethodPost, "/v2/requests", example)
	g.desk.mu.Lock()
	r := g.desk.taken["erasure/"+id]
	r.Intake.AcceptedAt = r.Intake.AcceptedAt.AddDate(0, 0, -1)
	g.desk.mu.Unlock()

	again := g.call(http.MethodPost, "/v2/requests", "\n"+example)

	require.Equal(t, http.StatusCreated, again.status)
	require.Equal(t, "2026-03-01T15:00:01Z", object(t, again.body)["received_time"], "it was received when it came first")
	require.Equal(t, object(t, first.body)["expected_completion_time"], object(t, again.body)["expected_completion_time"])
	for name, body := range map[string]string{
		"another person":   with(t, "johndoe", "janedoe"),
		"another time":     with(t, "15:00:00Z", "15:00:01Z"),
		"other extensions": with(t, "654321", "654322"),
		"no callbacks":     with(t, `"https://examplecontroller.com/opendsr/callbacks"`, ""),
	} {
		a := g.call(http.MethodPost, "/v2/requests", body)
		require.Equal(t, http.StatusConflict, a.status, name)
		require.Contains(t, a.body, "a request with other contents has this subject_request_id")
	}
	a := g.as(otherToken, http.MethodPost, "/v2/requests", example)
	require.Equal(t, http.StatusConflict, a.status, "another controller's request is another one")
	require.Len(t, g.desk.taken, 1)
}

func TestNothingIsConfirmedWhileTemporalIsDown(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	for name, err := range map[string]error{
		"down": requests.ErrUnreachable, "silent": requests.ErrNoWorker, "else": errors.New("the key store has a fault"),
	} {
		g.desk.err = err
		for _, a := range []answer{
			g.call(http.MethodPost, "/v2/requests", with(t, "a7551968", "b7551968")),
			g.call(http.MethodGet, "/v2/requests/"+id, ""), g.call(http.MethodDelete, "/v2/requests/"+id, ""),
		} {
			require.Equal(t, http.StatusServiceUnavailable, a.status, name)
			require.Equal(t, "30", a.header.Get("Retry-After"))
		}
	}
}

// TestAForgottenRequestExistsForItsControllerOnly compares what others are answered with
// what they are answered for an id that nobody has used, or whose request is not over.
func TestAForgottenRequestExistsForItsControllerOnly(t *testing.T) {
	t.Parallel()
	own := map[string]requests.Belonging{"example_controller_id": requests.Own, "somebody_else": requests.Foreign}
	unused, open, forgotten, ofOld := newGateway(t), newGateway(t), newGateway(t), newGateway(t)
	require.Equal(t, http.StatusCreated, open.call(http.MethodPost, "/v2/requests", example).status)
	open.desk.belongs, forgotten.desk.belongs = own, own
	forgotten.desk.err, ofOld.desk.err = requests.ErrForgotten, requests.ErrForgotten

	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		ask := func(g *gateway, token string) answer {
			a := g.as(token, method, "/v2/requests/"+id, "")
			return answer{status: a.status, body: a.body}
		}
		nothing := ask(unused, otherToken)
		require.Equal(t, http.StatusNotFound, nothing.status)
		require.Equal(t, http.StatusGone, ask(forgotten, token).status)
		require.Equal(t, nothing, ask(open, otherToken))
		require.Equal(t, nothing, ask(forgotten, otherToken))
		require.Equal(t, nothing, ask(ofOld, otherToken), "nobody has noted whose it was")
		require.Equal(t, nothing, ask(ofOld, token), "nobody has noted whose it was")
	}

	hand := func(g *gateway, token string) answer {
		a := g.as(token, http.MethodPost, "/v2/requests", example)
		return answer{status: a.status, body: a.body}
	}
	taken := hand(open, otherToken)
	require.Equal(t, http.StatusConflict, taken.status)
	require.Equal(t, taken, hand(forgotten, otherToken), "how far another's request has come is nobody's business")
	require.Equal(t, taken, hand(ofOld, otherToken))
	require.Contains(t, hand(forgotten, token).body, "was carried out and forgotten")
}

// TestWhatCannotBeReadOfAnotherControllersRequestIsNotTold has a request that cannot be
// read, which would be 503 for its own controller.
func TestWhatCannotBeReadOfAnotherControllersRequestIsNotTold(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	g.desk.belongs = map[string]requests.Belonging{"example_controller_id": requests.Own, "somebody_else": requests.Foreign}
	g.desk.err = errors.New("the payload was altered")
	require.Equal(t, http.StatusServiceUnavailable, g.call(http.MethodGet, "/v2/requests/"+id, "").status)
	require.Equal(t, http.StatusNotFound, g.as(otherToken, http.MethodGet, "/v2/requests/"+id, "").status)
}

func TestOnlyThePendingAreCancelled(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	done := dsr.Report{Status: dsr.StatusCompleted, Systems: []dsr.Outcome{{State: dsr.NotFound}}}
	for stage, status := range map[dsr.Stage]dsr.Report{
		dsr.StageInProgress: {Status: dsr.StatusOpen, Systems: []dsr.Outcome{{State: dsr.Acting}}},
		dsr.StageCompleted:  done,
	} {
		g.desk.status = status
		a := g.call(http.MethodDelete, "/v2/requests/"+id, "")
		require.Equal(t, http.StatusConflict, a.status)
		require.Contains(t, a.body, fmt.Sprintf("the request is %s; only a pending one can be cancelled", stage))
	}

	g.desk.status, g.desk.refusal, g.desk.after = dsr.Report{Status: dsr.StatusOpen}, requests.ErrEnded, &done
	a := g.call(http.MethodDelete, "/v2/requests/"+id, "")
	require.Equal(t, http.StatusConflict, a.status, "it was done meanwhile")

	g.desk.status, g.desk.refusal, g.desk.after = dsr.Report{Status: dsr.StatusOpen}, requests.ErrNoWorker, nil
	require.Equal(t, http.StatusServiceUnavailable, g.call(http.MethodDelete, "/v2/requests/"+id, "").status)
}

func TestRequestsOfOthersDoNotExist(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	byHand := strings.Replace(id, "a7551968", "b7551968", 1)
	g.desk.taken["erasure/"+byHand] = dsr.Request{ID: byHand, Kind: dsr.Erasure}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		require.Equal(t, http.StatusNotFound, g.as(otherToken, method, "/v2/requests/"+id, "").status)
		require.Equal(t, http.StatusNotFound, g.call(method, "/v2/requests/"+byHand, "").status)
		require.Equal(t, http.StatusBadRequest, g.call(method, "/v2/requests/johndoe@example.com", "").status)
		require.Equal(t, http.StatusUnauthorized, g.as("", method, "/v2/requests/"+id, "").status)
		require.Equal(t, http.StatusUnauthorized, g.as(token+"x", method, "/v2/requests/"+id, "").status)
	}
	require.NotContains(t, g.log.String(), "johndoe", "the path may hold anything")
}

// ofKind is the example as a request of a kind.
func ofKind(t *testing.T, kind dsr.Kind) string {
	t.Helper()
	body := with(t, `"erasure"`, `"`+string(kind)+`"`)
	if kind == dsr.Restriction {
		body = strings.Replace(body, `"extensions": {`, `"extensions": {"example-processor.com": {"ground": "claims"},`, 1)
	}
	return body
}

func TestARestrictionNeedsAGroundAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	for body, want := range map[string]string{
		with(t, `"erasure"`, `"restriction"`):                                                         "extensions.example-processor.com.ground say why",
		strings.Replace(ofKind(t, dsr.Restriction), "claims", "whim", 1):                              "extensions.example-processor.com.ground say why",
		with(t, `"extensions": {`, `"extensions": {"example-processor.com": {"ground": "claims"},`):   "extensions.example-processor.com.ground is for restrictions only",
		with(t, `"extensions": {`, `"extensions": {"example-processor.com": {"ground": ["claims"]},`): "extensions.example-processor.com.ground",
	} {
		a := g.call(http.MethodPost, "/v2/requests", body)
		require.Equal(t, http.StatusBadRequest, a.status, body)
		require.Contains(t, a.body, want)
	}
}

func TestEveryKindThatIsCarriedOutIsTaken(t *testing.T) {
	t.Parallel()
	for _, kind := range dsr.Kinds() {
		g := newGateway(t)
		require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", ofKind(t, kind)).status)
		require.Contains(t, g.desk.taken, string(kind)+"/"+id)
		for _, other := range dsr.Kinds() {
			want := http.StatusConflict
			if other == kind {
				want = http.StatusCreated
			}
			require.Equal(t, want, g.call(http.MethodPost, "/v2/requests", ofKind(t, other)).status, "an id is for one request of any kind")
		}
	}
}

func TestClientsThatCallTooOftenAreSlowedDown(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(o *intake.Options) { o.Clients[0].Rate = 0.01 })
	require.Equal(t, http.StatusNotFound, g.call(http.MethodGet, "/v2/requests/"+id, "").status)
	a := g.call(http.MethodGet, "/v2/requests/"+id, "")
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, http.StatusNotFound, g.as(otherToken, http.MethodGet, "/v2/requests/"+id, "").status, "others are not")
}
