// Package googleanalytics orders the deletion of users from a Google Analytics
// 4 property, through properties.submitUserDeletion of the Admin API.
//
// Google lets nobody look: there is no search by person, no job to follow, and
// made-up identifiers are accepted like real ones. So there is nothing to
// locate. Each identifier of the subject that the property may know stands for
// one record, and an answer proves that the order was received, no more.
//
// The older Management and User Deletion APIs went with Universal Analytics and
// must not be called.
package googleanalytics

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	analytics "google.golang.org/api/analyticsadmin/v1alpha"
	"google.golang.org/api/option"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// The paths of the calls, for the ledger and for errors.
const (
	submitPath   = "/v1alpha/properties/{property}:submitUserDeletion"
	propertyPath = "/v1alpha/properties/{property}"
)

// Connector orders deletions from one property.
type Connector struct {
	system   string
	property string // "properties/123"
	needs    []dsr.IdentifierType
	service  *analytics.Service
	tokens   *tokens
	now      func() time.Time
	log      zerolog.Logger
}

var (
	_ connectors.Connector = (*Connector)(nil)
	_ connectors.Checker   = (*Connector)(nil)
)

// New makes the connector of the system in s.
func New(s connectors.Settings) (connectors.Connector, error) {
	property, needs, err := options(s)
	if err != nil {
		return nil, misconfigured(s.System, err.Error())
	}
	base, err := httpapi.ParseBaseURL(s.System, cmp.Or(s.BaseURL, baseURL))
	if err != nil {
		return nil, err
	}
	tokens, err := newTokens(s)
	if err != nil {
		return nil, err
	}
	service, err := analytics.NewService(context.Background(),
		option.WithHTTPClient(httpapi.PlainClient(base, s.Rate)),
		option.WithEndpoint(base.String()+"/"),
		// Google's library can be told by the environment to log what it sends.
		option.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, misconfigured(s.System, "Google's client library does not accept the configuration")
	}
	return &Connector{
		system: s.System, property: property, needs: needs, service: service, tokens: tokens, now: s.Clock(), log: s.Log,
	}, nil
}

func misconfigured(system, reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: system, Reason: reason}
}

// propertyID matches the number of a property, with or without its collection.
var propertyID = regexp.MustCompile(`^(?:properties/)?([0-9]{1,20})$`)

// options reads and checks the kind's own options.
func options(s connectors.Settings) (property string, needs []dsr.IdentifierType, err error) {
	match := propertyID.FindStringSubmatch(s.Option(optionProperty))
	if match == nil {
		return "", nil, dsr.Problems{{Field: "options." + optionProperty,
			Text: "must be the number of a GA4 property, such as 123456789, not a measurement id (G-…)"}}
	}
	provided, err := s.OptionTypes(optionUserProvidedData)
	if err != nil {
		return "", nil, err
	}
	for _, t := range provided {
		if t != dsr.Email && t != dsr.Phone {
			return "", nil, dsr.Problems{{Field: "options." + optionUserProvidedData, Text: "may hold email and phone only"}}
		}
	}
	return "properties/" + match[1], append(slices.Clone(ownIdentifiers), provided...), nil
}

// Locate returns a record for each identifier that the property may know,
// without a call: Google has no search. The records' kinds are the names that
// Google gives the identifiers; their ids are hashes, so that an id alone does
// not say who the person is, and the same for the same person.
func (c *Connector) Locate(_ context.Context, s dsr.Subject) (dsr.Findings, error) {
	var findings dsr.Findings
	seen := map[string]bool{}
	var asked identity.Asked
	for _, id := range s.Of(c.needs...) {
		// What was sent before a renumbering was hashed in the form of then.
		for _, same := range identity.Equivalents(id) {
			asked.Note(id, same.Value)
			record := recordOf(same)
			record.Identifiers = []dsr.Identifier{id}
			if !seen[record.Key()] {
				seen[record.Key()] = true
				findings.Records = append(findings.Records, record)
			}
		}
	}
	findings.Searched = asked.Searches()
	return findings, nil
}

func recordOf(id dsr.Identifier) dsr.Record {
	kind, value := userOf(id)
	sum := sha256.Sum256([]byte(kind + ":" + value))
	return dsr.Record{Kind: kind, ID: hex.EncodeToString(sum[:16]), Identifiers: []dsr.Identifier{id}, FoundBy: id}
}

// The kinds of record: the members of Google's request, of which a call sets
// exactly one.
const (
	clientID         = "client_id"
	userID           = "user_id"
	appInstanceID    = "app_instance_id"
	userProvidedData = "user_provided_data"
)

// userOf is the name that Google gives an identifier and the form in which it
// stores the value. The name is empty for identifiers it does not know.
func userOf(id dsr.Identifier) (kind, value string) {
	switch id.Type {
	case dsr.GAClientID:
		return clientID, id.Value
	case dsr.GAUserID:
		return userID, id.Value
	case dsr.GAAppInstanceID:
		return appInstanceID, id.Value
	case dsr.Email:
		return userProvidedData, providedEmail(id.Value)
	case dsr.Phone:
		return userProvidedData, providedPhone(id.Value)
	default:
		return "", ""
	}
}

// providedEmail brings an address into the form of user-provided data: lower
// case, no spaces, and no dots before the @ of Google's own mail.
func providedEmail(value string) string {
	value = strings.ToLower(strings.Join(strings.Fields(value), ""))
	local, domain, _ := strings.Cut(value, "@")
	if domain == "gmail.com" || domain == "googlemail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// providedPhone brings a number into the form of user-provided data: a plus
// sign and digits.
func providedPhone(value string) string {
	return "+" + strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}

// Erase orders the deletion of each record by a call of its own. A repeated
// order does no harm: it has a later time.
func (c *Connector) Erase(ctx context.Context, records []dsr.Record) (dsr.Effect, error) {
	// All are looked at before the first call.
	for _, record := range records {
		if known := recordOf(record.FoundBy); record.Kind == "" || known.Key() != record.Key() {
			return dsr.Effect{}, misconfigured(c.system, "a record to erase is none of this connector's; no call was made")
		}
	}
	var effect dsr.Effect
	for _, record := range records {
		at, err := c.submit(ctx, record.FoundBy)
		if err != nil {
			return dsr.Effect{}, err
		}
		effect.Records = append(effect.Records, dsr.RecordEffect{
			Kind: record.Kind, ID: record.ID, State: dsr.Accepted, ExpectedBy: at.Add(completionTime),
		})
	}
	return effect, nil
}

// submit orders the deletion of one user and returns the time before which
// Google marks all of the user's data for deletion.
func (c *Connector) submit(ctx context.Context, id dsr.Identifier) (time.Time, error) {
	kind, value := userOf(id)
	order := &analytics.GoogleAnalyticsAdminV1alphaSubmitUserDeletionRequest{}
	switch kind {
	case clientID:
		order.ClientId = value
	case userID:
		order.UserId = value
	case appInstanceID:
		order.AppInstanceId = value
	case userProvidedData:
		order.UserProvidedData = value
	}
	token, untrusted := c.tokens.bearer(ctx)
	if untrusted != nil {
		return time.Time{}, c.logged(untrusted)
	}
	call := c.service.Properties.SubmitUserDeletion(c.property, order).Context(httpapi.WithTemplate(ctx, submitPath))
	call.Header().Set("Authorization", token)
	answer, err := call.Do()
	if err != nil {
		return time.Time{}, c.failed(ctx, http.MethodPost, submitPath, err)
	}
	if answer == nil { // the answer was null
		return time.Time{}, c.malformed(http.MethodPost, submitPath, "the answer is null")
	}
	at, err := time.Parse(time.RFC3339Nano, answer.DeletionRequestTime)
	if err != nil || at.IsZero() {
		return time.Time{}, c.malformed(http.MethodPost, submitPath, "the answer has no deletionRequestTime, so the order may not have been taken")
	}
	return at, nil
}

// Check reads the property. It orders nothing: Google would accept an order
// for a made-up identifier.
func (c *Connector) Check(ctx context.Context) error {
	token, untrusted := c.tokens.bearer(ctx)
	if untrusted != nil {
		return c.logged(untrusted)
	}
	call := c.service.Properties.Get(c.property).Context(httpapi.WithTemplate(ctx, propertyPath))
	call.Header().Set("Authorization", token)
	answer, err := call.Do()
	switch {
	case err != nil:
		return c.failed(ctx, http.MethodGet, propertyPath, err)
	case answer == nil || answer.Name != c.property:
		return c.malformed(http.MethodGet, propertyPath, "the answer is not the property that was asked for")
	}
	return nil
}
