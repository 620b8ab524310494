package intake

import (
	"time"

	"ite.digital/lethe/dsr"
)

// The headers of signed messages (OpenDSR 2.0, sections 8.3 and 8.6), and those of
// OpenGDPR 1.0, which have to be honoured (section 10.1). They are sent together.
const (
	HeaderDomain       = "X-OpenDSR-Processor-Domain"
	HeaderSignature    = "X-OpenDSR-Signature"
	HeaderOldDomain    = "X-OpenGDPR-Processor-Domain"
	HeaderOldSignature = "X-OpenGDPR-Signature"
)

// The versions of the protocol, by the major version in the URL.
const (
	version2 = "2.0"
	version1 = "1.0"
)

const formatRaw = "raw"

// identityFormats are those of section 5.2. Few systems can be searched by a hash:
// vendors look people up by what they stored.
var identityFormats = []string{formatRaw, "sha1", "md5", "sha256"}

// searchable are the identity types of section 5.1 that lead to people here.
var searchable = map[string]dsr.IdentifierType{
	"email":                  dsr.Email,
	"controller_customer_id": dsr.CustomerID,
}

// unsearchable are the other identity types of section 5.1: advertising ids of
// devices, by which no connector searches.
var unsearchable = []string{
	"android_advertising_id", "android_id", "fire_advertising_id", "ios_advertising_id", "ios_vendor_id",
	"microsoft_advertising_id", "microsoft_publisher_id", "roku_publisher_id", "roku_advertising_id",
}

// extended are the identity types that OpenDSR does not know. They come in the
// extension that is keyed by the gateway's domain.
var extended = map[string]dsr.IdentifierType{
	string(dsr.Phone):           dsr.Phone,
	string(dsr.GAClientID):      dsr.GAClientID,
	string(dsr.GAUserID):        dsr.GAUserID,
	string(dsr.GAAppInstanceID): dsr.GAAppInstanceID,
}

// notOffered are the request types of section 6.2 that Lethe does not carry out.
var notOffered = []string{"access", "portability"}

type identityKind struct {
	Type   string `json:"identity_type"`
	Format string `json:"identity_format"`
}

// discovery is section 6.3, with what the extension offers.
type discovery struct {
	APIVersion   string                        `json:"api_version"`
	Identities   []identityKind                `json:"supported_identities"`
	RequestTypes []dsr.Kind                    `json:"supported_subject_request_types"`
	Certificate  string                        `json:"processor_certificate"`
	Extensions   map[string]discoveryExtension `json:"extensions"`
}

type discoveryExtension struct {
	Identities []identityKind `json:"supported_identities"`
}

// receipt is section 7.3.
type receipt struct {
	ControllerID string                   `json:"controller_id"`
	ExpectedAt   time.Time                `json:"expected_completion_time"`
	ReceivedAt   time.Time                `json:"received_time"`
	Encoded      string                   `json:"encoded_request"`
	RequestID    string                   `json:"subject_request_id"`
	APIVersion   string                   `json:"api_version"`
	Extensions   map[string]understanding `json:"extensions"`
}

// An understanding tells the controller what was taken of its request. What stands in
// an extension for another domain is ignored without an error, by OpenDSR's rule: a
// controller that has the wrong domain sees it here only.
type understanding struct {
	Understood map[string]int       `json:"understood,omitempty"`
	Unused     []dsr.UnusedIdentity `json:"identities_not_used,omitempty"`
	Ignored    int                  `json:"ignored_extensions"`
}

func understandingOf(r dsr.Reading) understanding {
	return understanding{Understood: r.Understood, Unused: r.Unused, Ignored: r.IgnoredExtensions}
}

// status is section 8.3, and with the URL the body of callbacks, section 8.6.
type status struct {
	ControllerID string                     `json:"controller_id"`
	ExpectedAt   time.Time                  `json:"expected_completion_time"`
	CallbackURL  string                     `json:"status_callback_url,omitempty"`
	RequestID    string                     `json:"subject_request_id"`
	Stage        dsr.Stage                  `json:"request_status"`
	APIVersion   string                     `json:"api_version"`
	Records      int                        `json:"results_count"`
	Extensions   map[string]statusExtension `json:"extensions"`
}

// statusExtension says what OpenDSR has no words for.
type statusExtension struct {
	Kind   dsr.Kind             `json:"subject_request_type"`
	Result dsr.Status           `json:"result"`
	System []dsr.SystemProgress `json:"systems"`
	understanding
}

// statusOf is how a request stands, in OpenDSR's words.
func statusOf(domain, controller, id string, kind dsr.Kind, p dsr.Progress, read dsr.Reading) status {
	return status{
		ControllerID: controller, ExpectedAt: wire(p.ExpectedAt), RequestID: id, Stage: p.Stage, APIVersion: version2, Records: p.Records,
		Extensions: map[string]statusExtension{domain: {Kind: kind, Result: p.Status, System: p.Systems, understanding: understandingOf(read)}},
	}
}

// wire is a time as it is sent: RFC 3339 in UTC, in whole seconds as in the
// specification's examples.
func wire(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// cancelled is section 9.2.
type cancelled struct {
	ControllerID string    `json:"controller_id"`
	RequestID    string    `json:"subject_request_id"`
	ReceivedAt   time.Time `json:"received_time"`
	APIVersion   string    `json:"api_version"`
}

// fault is the error object of section 7.6.
type fault struct {
	Error faultBody `json:"error"`
}

type faultBody struct {
	Code    int           `json:"code"`
	Message string        `json:"message"`
	Errors  []faultDetail `json:"errors,omitempty"`
}

type faultDetail struct {
	Domain  string `json:"domain"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}
