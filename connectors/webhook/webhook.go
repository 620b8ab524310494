// Package webhook reaches the company's own systems: a site, a shop, an
// application answers signed requests: "/locate", "/erase" and "/check", and for
// restrictions "/settings" and "/apply".
// The protocol is described for its implementers in docs/webhook.md.
//
// What a receiver answers is taken strictly. An answer that leaves something
// open is an error, never an erasure.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const (
	// minSecret is the least length of the shared secret, in bytes.
	minSecret = 16
	// batch is how many records one call asks to erase.
	batch = 100
	// defaultKind is the kind of records that name none.
	defaultKind = "record"
)

// Connector talks to one receiver.
type Connector struct {
	system     string
	api        *httpapi.Client
	needs      []dsr.IdentifierType
	identities identity.Parser
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Restrictor = (*Connector)(nil)
	_ connectors.Checker    = (*Connector)(nil)
)

// New makes the connector of the system in s.
func New(s connectors.Settings) (connectors.Connector, error) {
	misconfigured := func(reason string) error {
		return &connectors.Error{Class: connectors.Misconfigured, System: s.System, Reason: reason}
	}
	needs, err := s.OptionTypes(optionIdentifiers, byDefault...)
	if err != nil {
		return nil, misconfigured(err.Error())
	}
	secret := s.Credentials[credentialSecret]
	if len(secret) < minSecret {
		return nil, misconfigured("the secret must have at least " + strconv.Itoa(minSecret) + " bytes; a random one of 32 is better")
	}
	api, err := httpapi.New(s, signer([]byte(secret), s.Clock()))
	if err != nil {
		return nil, err
	}
	return &Connector{system: s.System, api: api, needs: needs, identities: s.Parser}, nil
}

// signer signs a request with the time at which it is made, so that a copy of
// it is of no use later.
func signer(secret []byte, now func() time.Time) func(*http.Request, []byte) {
	return func(r *http.Request, body []byte) {
		timestamp := strconv.FormatInt(now().Unix(), 10)
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(timestamp + "."))
		mac.Write(body)
		r.Header.Set("Lethe-Timestamp", timestamp)
		r.Header.Set("Lethe-Signature", "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
}

// post is a call of the protocol. All may be repeated.
func post(path string, body, into any) httpapi.Request {
	return httpapi.Request{Method: http.MethodPost, Path: path, Body: body, Into: into, Repeatable: true}
}

type identifier struct {
	Type  dsr.IdentifierType `json:"type"`
	Value string             `json:"value"`
}

type record struct {
	ID          string       `json:"id"`
	Kind        string       `json:"kind"`
	Identifiers []identifier `json:"identifiers,omitempty"`
}

// Locate asks the receiver for the records that any of the identifiers leads
// to.
func (c *Connector) Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error) {
	var question struct {
		Identifiers []identifier `json:"identifiers"`
	}
	asked := s.Of(c.needs...)
	if len(asked) == 0 {
		return dsr.Findings{}, nil
	}
	var forms identity.Asked
	for _, id := range asked {
		for _, same := range identity.Equivalents(id) {
			forms.Note(id, same.Value)
			question.Identifiers = append(question.Identifiers, identifier(same))
		}
	}
	var answer struct {
		Records *[]record `json:"records"`
	}
	request := post("/locate", question, &answer)
	response, err := c.api.Do(ctx, request)
	if err != nil {
		return dsr.Findings{}, err
	}
	malformed := func(reason string) (dsr.Findings, error) {
		return dsr.Findings{}, c.api.Malformed(request, response.Status, reason)
	}
	if answer.Records == nil {
		return malformed(`the answer has no list "records"`)
	}
	findings := dsr.Findings{Searched: forms.Searches()}
	seen := map[string]bool{}
	for _, told := range *answer.Records {
		found := c.found(told, asked)
		switch {
		case found.ID == "":
			return malformed("a record has no id")
		case !wellFormedKind.MatchString(found.Kind):
			return malformed("a record has a kind that is not made of 1 to 40 small letters, digits, dashes and underscores, a letter first")
		case found.FoundBy == dsr.Identifier{}:
			return malformed("a record carries none of the identifiers asked for, so it may be somebody else's")
		case seen[found.Key()]:
			return malformed("two records have the same kind and id")
		}
		seen[found.Key()] = true
		findings.Records = append(findings.Records, found)
	}
	return findings, nil
}

// found is the record that the receiver tells of, with its identifiers in
// normal form and the one asked for that it carries, if any.
func (c *Connector) found(told record, asked []dsr.Identifier) dsr.Record {
	found := dsr.Record{Kind: kindOf(told.Kind), ID: told.ID}
	for _, id := range told.Identifiers {
		if id.Type.Known() { // a receiver may know types that Lethe does not
			c.identities.Read(&found, "identifiers", id.Type, id.Value)
		}
	}
	if at := slices.IndexFunc(asked, func(id dsr.Identifier) bool { return identity.LedTo(found, id) }); at >= 0 {
		found.FoundBy = asked[at]
	}
	return found
}

// wellFormedKind matches the kinds of records that a receiver may name. They stand in
// reports, in which it has no say otherwise.
var wellFormedKind = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

func kindOf(kind string) string {
	if kind == "" {
		return defaultKind
	}
	return kind
}

// Erase asks the receiver to erase the records and returns what it says of
// each.
func (c *Connector) Erase(ctx context.Context, records []dsr.Record) (dsr.Effect, error) {
	for _, r := range records {
		if strings.TrimSpace(r.ID) == "" || r.Kind == "" {
			return dsr.Effect{}, &connectors.Error{
				Class: connectors.Misconfigured, System: c.system, Reason: "a record to erase has no id; no call was made",
			}
		}
	}
	var effect dsr.Effect
	for some := range slices.Chunk(records, batch) {
		effects, err := c.eraseSome(ctx, some)
		if err != nil {
			return dsr.Effect{}, err
		}
		effect.Records = append(effect.Records, effects...)
	}
	return effect, nil
}

func (c *Connector) eraseSome(ctx context.Context, records []dsr.Record) ([]dsr.RecordEffect, error) {
	var order struct {
		Records []record `json:"records"`
	}
	for _, r := range records {
		order.Records = append(order.Records, record{ID: r.ID, Kind: r.Kind})
	}
	var answer struct {
		Results []result `json:"results"`
	}
	request := post("/erase", order, &answer)
	response, err := c.api.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	var effects []dsr.RecordEffect
	used := map[int]bool{}
	for _, r := range records {
		at := resultOf(r, answer.Results)
		if at < 0 || used[at] || len(answer.Results) != len(records) {
			return nil, c.api.Malformed(request, response.Status, "the answer does not hold exactly one result for each record")
		}
		used[at] = true
		told := answer.Results[at]
		if told.Status == statusFailed {
			return nil, c.api.Rejected(request, response.Status, "the receiver failed to erase a record")
		}
		effect, reason := told.effect(r)
		if reason != "" {
			return nil, c.api.Malformed(request, response.Status, reason)
		}
		effects = append(effects, effect)
	}
	return effects, nil
}

// Check makes sure that the receiver is there and accepts the signature.
func (c *Connector) Check(ctx context.Context) error {
	var answer struct {
		Status string `json:"status"`
	}
	request := post("/check", struct{}{}, &answer)
	response, err := c.api.Do(ctx, request)
	if err == nil && answer.Status != "ok" {
		err = c.api.Malformed(request, response.Status, `the answer is not {"status":"ok"}`)
	}
	return err
}
