package intake_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/requests"
)

const id = "a7551968-d5d6-44b2-9831-815ac9017798"

// example is the request of section 7.2, with the comma removed that makes it no
// JSON, and with the regulation, which section 7.1.1 requires and the example
// lacks. Its extension holds keys of another processor's.
const example = `{
  "regulation": "gdpr",
  "subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
  "subject_request_type": "erasure",
  "submitted_time": "2018-10-02T15:00:00Z",
  "subject_identities": [
    {
      "identity_type": "email",
      "identity_value": "johndoe@example.com",
      "identity_format": "raw"
    }
  ],
  "api_version": "2.0",
  "status_callback_urls": [
    "https://examplecontroller.com/opendsr/callbacks"
  ],
  "extensions": {
    "example-other-processor.com": {
      "foo-other-processor-custom-id":654321
    }
  }
}`

// object reads JSON for comparison.
func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &o))
	return o
}

// verify checks a signature with the openssl command, and the certificate from its
// address.
func (g *gateway) verify(a answer) {
	g.Helper()
	require.Equal(g, []string{domain, domain}, []string{a.header.Get(intake.HeaderDomain), a.header.Get(intake.HeaderOldDomain)})
	require.Equal(g, a.header.Get(intake.HeaderSignature), a.header.Get(intake.HeaderOldSignature))
	named := object(g.T, g.as("", http.MethodGet, "/v2/discovery", "").body)["processor_certificate"].(string)
	path, ok := strings.CutPrefix(named, "https://"+domain)
	require.True(g, ok, "the domain must be that of discovery")
	opensslVerifies(g.T, g.as("", http.MethodGet, path, "").body, string(g.authority.PEM), a.header.Get(intake.HeaderSignature), a.body)
}

func opensslVerifies(t *testing.T, certificate, authority, signature, body string) {
	t.Helper()
	dir := t.TempDir()
	raw, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(t, err)
	for name, content := range map[string]string{"cert.pem": certificate, "ca.pem": authority, "signature": string(raw), "body": body} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	for _, command := range []string{
		"openssl verify -CAfile ca.pem -verify_hostname " + domain + " cert.pem",
		"openssl x509 -in cert.pem -noout -pubkey > key.pem",
		"openssl dgst -sha256 -verify key.pem -signature signature body",
	} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", command, out)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "body"), []byte(body+" "), 0o600))
	cmd := exec.CommandContext(t.Context(), "openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "body")
	cmd.Dir = dir
	require.Error(t, cmd.Run(), "another body has this signature")
}

func TestSection6Discovery(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	for path, version := range map[string]string{"/v2/discovery": "2.0", "/v1/discovery": "1.0"} {
		a := g.as("", http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, a.status)
		kinds := []any{}
		for _, kind := range dsr.Kinds() {
			kinds = append(kinds, string(kind))
		}
		require.Equal(t, map[string]any{
			"api_version": version,
			"supported_identities": []any{
				map[string]any{"identity_type": "controller_customer_id", "identity_format": "raw"},
				map[string]any{"identity_type": "controller_customer_id", "identity_format": "sha256"},
				map[string]any{"identity_type": "controller_customer_id", "identity_format": "sha1"},
				map[string]any{"identity_type": "controller_customer_id", "identity_format": "md5"},
				map[string]any{"identity_type": "email", "identity_format": "raw"},
				map[string]any{"identity_type": "email", "identity_format": "sha256"},
				map[string]any{"identity_type": "email", "identity_format": "sha1"},
				map[string]any{"identity_type": "email", "identity_format": "md5"},
			},
			"supported_subject_request_types": kinds,
			"processor_certificate":           "https://example-processor.com/opendsr-certificate.pem",
			"extensions": map[string]any{domain: map[string]any{"supported_identities": []any{
				map[string]any{"identity_type": "ga_app_instance_id", "identity_format": "raw"},
				map[string]any{"identity_type": "ga_client_id", "identity_format": "raw"},
				map[string]any{"identity_type": "ga_user_id", "identity_format": "raw"},
				map[string]any{"identity_type": "phone", "identity_format": "raw"},
				map[string]any{"identity_type": "phone", "identity_format": "sha256"},
				map[string]any{"identity_type": "phone", "identity_format": "sha1"},
				map[string]any{"identity_type": "phone", "identity_format": "md5"},
			}}},
		}, object(t, a.body))
	}
}

func TestSection7RequestAndReceipt(t *testing.T) {
	t.Parallel()
	g := newGateway(t)

	a := g.call(http.MethodPost, "/v2/requests", example)

	require.Equal(t, http.StatusCreated, a.status, a.body)
	require.Equal(t, map[string]any{
		"controller_id":            "example_controller_id",
		"expected_completion_time": "2018-11-02T15:00:00Z",
		"received_time":            "2026-03-02T15:00:01Z",
		"encoded_request":          base64.StdEncoding.EncodeToString([]byte(example)),
		"subject_request_id":       id,
		"api_version":              "2.0",
		"extensions": map[string]any{domain: map[string]any{
			"understood": map[string]any{"email": 1.0}, "ignored_extensions": 1.0,
		}},
	}, object(t, a.body))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	g.verify(a)
	taken := g.desk.taken["erasure/"+id]
	require.Len(t, taken.Intake.Digest, 64)
	taken.Intake.Digest = ""
	require.Equal(t, dsr.Request{
		ID: id, Kind: dsr.Erasure, ReceivedAt: time.Date(2018, 10, 2, 15, 0, 0, 0, time.UTC),
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "johndoe@example.com"}}},
		Intake: &dsr.Intake{
			Controller: "example_controller_id", AcceptedAt: now.Truncate(time.Second), Regulation: "gdpr",
			Callbacks: []string{"https://examplecontroller.com/opendsr/callbacks"},
			Reading:   dsr.Reading{Understood: map[string]int{"email": 1}, IgnoredExtensions: 1},
		},
	}, taken)
}

// TestSection7ExampleAsItStands sends the specification's own bytes, which are no
// JSON, and then what they would be, which lacks a required field and holds an
// extension that this processor does not know.
func TestSection7ExampleAsItStands(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	asPrinted := strings.Replace(strings.Replace(example, "  \"regulation\": \"gdpr\",\n", "", 1), `"example-other-processor.com"`,
		"\"example-processor.com\": {\n      \"foo-processor-custom-id\":123456,\n      \"property_id\": \"123456\",\n    },\n    \"example-other-processor.com\"", 1)

	a := g.call(http.MethodPost, "/v2/requests", asPrinted)
	require.Equal(t, http.StatusBadRequest, a.status)
	require.JSONEq(t, `{"error": {"code": 400, "message": "the body is not valid JSON in UTF-8, an object with each key once"}}`, a.body)

	a = g.call(http.MethodPost, "/v2/requests", strings.Replace(asPrinted, `"123456",`, `"123456"`, 1))
	require.Equal(t, http.StatusBadRequest, a.status)
	require.JSONEq(t, `{"error": {"code": 400, "message": "regulation is required; errors lists this and 1 more", "errors": [
		{"domain": "Validation", "reason": "regulation", "message": "regulation is required"},
		{"domain": "Validation", "reason": "extensions.example-processor.com",
			"message": "extensions.example-processor.com holds a key that is unknown here; identities and ground are known"}]}}`, a.body)
	g.verify(a)
	require.Empty(t, g.desk.taken)
}

func TestSection7Errors(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	a := g.call(http.MethodPost, "/v2/requests", strings.Replace(example, `"subject_request_id": "`+id+`",`, "", 1))
	require.Equal(t, http.StatusBadRequest, a.status)
	require.JSONEq(t, `{"error": {"code": 400, "message": "subject_request_id is required", "errors": [
		{"domain": "Validation", "reason": "subject_request_id", "message": "subject_request_id is required"}]}}`, a.body)
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
}

func TestSection8Status(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	g.desk.status = dsr.Report{DueAt: time.Date(2018, 11, 1, 15, 0, 1, 0, time.UTC), Status: dsr.StatusOpen, Systems: []dsr.Outcome{
		{System: dsr.System{Name: "gist"}, State: dsr.Locating, Records: []dsr.RecordCount{{Kind: "contact", Count: 103}}, Explanation: "johndoe@example.com"},
	}}

	a := g.call(http.MethodGet, "/v2/requests/"+id, "")

	require.Equal(t, http.StatusOK, a.status, a.body)
	require.JSONEq(t, `{
		"controller_id": "example_controller_id",
		"expected_completion_time": "2018-11-01T15:00:01Z",
		"subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
		"request_status": "pending",
		"api_version": "2.0",
		"results_count": 103,
		"extensions": {"example-processor.com": {"subject_request_type": "erasure", "result": "open",
			"systems": [{"name": "gist", "state": "locating", "records": 103}],
			"understood": {"email": 1}, "ignored_extensions": 1}}}`, a.body)
	g.verify(a)
}

func TestSection9Cancellation(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	g.desk.status = dsr.Report{Status: dsr.StatusOpen, Systems: []dsr.Outcome{{State: dsr.Pending}}}

	a := g.call(http.MethodDelete, "/v2/requests/"+id, "")

	require.Equal(t, http.StatusAccepted, a.status, a.body)
	require.JSONEq(t, `{"controller_id": "example_controller_id", "subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
		"received_time": "2026-03-02T15:00:01Z", "api_version": "2.0"}`, a.body)
	g.verify(a)

	g.desk.status.Cancellation = &dsr.Action{}
	require.Equal(t, http.StatusAccepted, g.call(http.MethodDelete, "/v2/requests/"+id, "").status, "to cancel twice is to cancel once")
}

// TestTheDateOfTheReceiptHoldsBeforeThePlanIsMade asks right after the request was handed in.
func TestTheDateOfTheReceiptHoldsBeforeThePlanIsMade(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	receipt := g.call(http.MethodPost, "/v2/requests", example)
	require.Equal(t, http.StatusCreated, receipt.status)
	var promised, said struct {
		At string `json:"expected_completion_time"`
	}
	require.NoError(t, json.Unmarshal([]byte(receipt.body), &promised))
	g.desk.status = dsr.Report{Status: dsr.StatusOpen}

	a := g.call(http.MethodGet, "/v2/requests/"+id, "")

	require.Equal(t, http.StatusOK, a.status, a.body)
	require.NoError(t, json.Unmarshal([]byte(a.body), &said))
	require.Equal(t, promised.At, said.At)
}

func TestSection10TheOlderNamesAreHonoured(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	old := strings.NewReplacer(`"2.0"`, `"1.0"`, "  \"regulation\": \"gdpr\",\n", "", "/opendsr/callbacks", "/opengdpr_callbacks").Replace(example)

	a := g.call(http.MethodPost, "/v1/opengdpr_requests", old)

	require.Equal(t, http.StatusCreated, a.status, a.body)
	require.Equal(t, "1.0", object(t, a.body)["api_version"])
	require.Equal(t, "gdpr", g.desk.taken["erasure/"+id].Intake.Regulation, "OpenGDPR knew no other")
	g.verify(a)
	g.desk.status = dsr.Report{Status: dsr.StatusOpen, DueAt: now}
	for _, a := range []answer{g.call(http.MethodGet, "/v1/opengdpr_requests/"+id, ""), g.call(http.MethodDelete, "/v1/opengdpr_requests/"+id, "")} {
		require.Less(t, a.status, 300, a.body)
		require.Equal(t, "1.0", object(t, a.body)["api_version"])
		g.verify(a)
	}
	require.Equal(t, http.StatusNotFound, g.call(http.MethodPost, "/v2/opengdpr_requests", old).status)
}

func TestSignaturesByECDSAAreOpenSSLs(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	issued, err := g.authority.Issue(domain)
	require.NoError(t, err)
	second := newGateway(t, func(o *intake.Options) { o.Signer = newSigner(t, issued) })
	a := second.call(http.MethodGet, "/v2/requests/"+id, "")
	require.Equal(t, http.StatusNotFound, a.status)
	opensslVerifies(t, string(issued.Certificate), string(g.authority.PEM), a.header.Get(intake.HeaderSignature), a.body)
}

func TestAnEndedWorkflowWithoutAReportIsInProgress(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	require.Equal(t, http.StatusCreated, g.call(http.MethodPost, "/v2/requests", example).status)
	g.desk.status = dsr.Report{Status: dsr.StatusOpen, DueAt: now}
	g.desk.line = requests.Line{Temporal: "failed", ClosedAt: now}
	a := g.call(http.MethodGet, "/v2/requests/"+id, "")
	require.Equal(t, "in_progress", object(t, a.body)["request_status"])
	require.Contains(t, a.body, `"result":"ended_without_report"`)
}
