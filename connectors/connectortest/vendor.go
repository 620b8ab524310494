package connectortest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

// A Vendor is a simulated vendor with people in it, and how to reach it.
type Vendor struct {
	Kind connectors.Kind
	// Settings hold the credentials, options and fields. The suite fills in the
	// rest.
	Settings connectors.Settings
	// Server is the simulated vendor, of which Town knows the people.
	Server *simulators.Server
	// Path is where the API starts on the server, such as "/v1".
	Path string
	// Town is the population, and System the vendor's name in it. A vendor that
	// lets nobody look has no name.
	Town   *population.Town
	System string
	// WrongCredentials hold a key that the vendor refuses.
	WrongCredentials map[string]string
	// AbsentOn404 names the acts (locate, remaining, settings, apply, erase) at which the
	// vendor's own 404 to every call means that it knows nobody, or that the record is gone.
	// At all others it means that base_url does not lead to the API.
	AbsentOn404 []string
	// Change plays the vendor's own snippet, or somebody who works there: it gives
	// a setting of a record, by its key, another value behind the connector's back.
	// Nil for a vendor that cannot restrict.
	Change func(key, name, value string)
}

// bench is a vendor that serves, and a connector that reaches it.
type bench struct {
	*testing.T
	Vendor
	connector connectors.Connector
	settings  connectors.Settings
	log       *lockedBuffer
	ledger    *connectors.Ledger
}

// lockedBuffer collects what is logged.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// setUp serves the vendor and makes its connector. At the end of the test,
// nothing that was logged names anybody, and only documented calls were made.
func setUp(t *testing.T, v Vendor) *bench {
	t.Helper()
	url, stop, err := simulators.Serve(v.Server)
	require.NoError(t, err)
	t.Cleanup(stop)
	b := &bench{T: t, Vendor: v, log: &lockedBuffer{}, ledger: &connectors.Ledger{}}
	s := v.Settings
	s.System = "system"
	s.BaseURL = url + v.Path
	s.Parser = identity.Parser{Region: "FR"}
	s.Log = zerolog.New(b.log).Level(zerolog.TraceLevel)
	s.Pace = connectors.Pace{Min: time.Millisecond, Max: 2 * time.Millisecond}
	b.settings = s
	b.connector = b.connect(s)
	t.Cleanup(func() {
		b.discreet("the log", b.log.String())
		b.documented()
	})
	return b
}

func (b *bench) connect(s connectors.Settings) connectors.Connector {
	b.Helper()
	connector, err := b.Kind.New(s)
	require.NoError(b, err)
	return connector
}

// Context records calls in the bench's ledger.
func (b *bench) Context() context.Context { return connectors.WithLedger(b.T.Context(), b.ledger) }

// system is the vendor as plans know it.
func (b *bench) system() dsr.System {
	b.Helper()
	s := b.settings
	system, err := b.Kind.System(s, "System", "Example Inc.", 10)
	require.NoError(b, err)
	return system
}

// subject is a person by all identifiers with which the vendor can be searched.
func (b *bench) subject(p population.Person) dsr.Subject {
	b.Helper()
	var s dsr.Subject
	values := map[dsr.IdentifierType]string{
		dsr.Email: p.Email, dsr.Phone: p.Phone, dsr.CustomerID: p.CustomerID, dsr.GAClientID: p.GAClientID,
	}
	for _, t := range b.system().Needs {
		if values[t] == "" {
			continue
		}
		id, err := b.settings.Parser.Parse(t, values[t])
		require.NoError(b, err)
		s = s.With(id)
	}
	return s
}

// located are the person's records as the connector finds them.
func (b *bench) located(p population.Person) []dsr.Record {
	b.Helper()
	findings, err := b.connector.Locate(b.Context(), b.subject(p))
	require.NoError(b, err)
	return findings.Records
}

// held are the keys of the person's records in the vendor, by the population.
func (b *bench) held(p population.Person) []string {
	var keys []string
	for _, r := range b.Town.Remaining(p) {
		if r.System == b.System {
			keys = append(keys, dsr.Record{Kind: r.Kind, ID: r.ID}.Key())
		}
	}
	slices.Sort(keys)
	return keys
}

func keysOf(records []dsr.Record) []string {
	var keys []string
	for _, r := range records {
		keys = append(keys, r.Key())
	}
	slices.Sort(keys)
	return keys
}

// blind reports whether the vendor lets nobody look.
func (b *bench) blind() bool { return b.System == "" }

// unharmed makes sure that nobody but the people given was touched, and that
// no deletion went without an id.
func (b *bench) unharmed(people ...population.Person) {
	b.Helper()
	require.Empty(b, b.Town.Harmed(people...), "others were touched")
	require.Empty(b, b.Server.Ledger().Catastrophes(), "a deletion named no record")
}

// known is the error as connectors return them. It names neither a person nor
// a secret.
func (b *bench) known(err error) *connectors.Error {
	b.Helper()
	var known *connectors.Error
	require.ErrorAs(b, err, &known)
	require.Equal(b, "system", known.System)
	require.NotEmpty(b, known.Reason)
	b.discreet("an error", fmt.Sprintf("%v %+v", err, *known))
	return known
}

// discreet makes sure that a text holds no identifier and no secret.
func (b *bench) discreet(what, text string) {
	b.Helper()
	text = strings.ToLower(text)
	people := []population.Person{
		population.Ana, population.Ben, population.Oneil, population.Zoe, population.Carla, population.Dora, population.Emil, population.Nobody,
	}
	for _, p := range people {
		for _, value := range []string{p.Name, p.Email, p.Phone, strings.TrimPrefix(p.Phone, "+"), p.CustomerID, p.GAClientID} {
			require.False(b, value != "" && strings.Contains(text, strings.ToLower(value)), "%s names a person", what)
		}
	}
	for name, secret := range b.settings.Credentials {
		require.NotContains(b, text, strings.ToLower(secret), "%s holds the credential %s", what, name)
	}
}

// documented makes sure that only the endpoints of the kind's facts were
// called, and noted as templates.
func (b *bench) documented() {
	b.Helper()
	for _, call := range b.ledger.Calls() {
		require.True(b, slices.ContainsFunc(b.Kind.Endpoints, func(e connectors.Endpoint) bool {
			return e.Method == call.Method && e.Path == call.Path
		}), "%s %s is not among the kind's endpoints", call.Method, call.Path)
	}
}

// act is one of the things that a connector does.
type act struct {
	name string
	do   func(connectors.Connector, context.Context) error
}

// acts are everything that the connector does over the network, for Ana, whose
// records are known from before.
func (b *bench) acts() []act {
	b.Helper()
	subject, records := b.subject(population.Ana), b.located(population.Ana)
	require.NotEmpty(b, records)
	var acts []act
	if !b.blind() {
		acts = append(acts, act{"locate", func(c connectors.Connector, ctx context.Context) error {
			_, err := c.Locate(ctx, subject)
			return err
		}})
	}
	if _, ok := b.connector.(connectors.Verifier); ok {
		acts = append(acts, act{"remaining", func(c connectors.Connector, ctx context.Context) error {
			_, err := c.(connectors.Verifier).Remaining(ctx, records)
			return err
		}})
	}
	if _, ok := b.connector.(connectors.Checker); ok {
		acts = append(acts, act{"check", func(c connectors.Connector, ctx context.Context) error {
			return c.(connectors.Checker).Check(ctx)
		}})
	}
	if restrictor, ok := b.connector.(connectors.Restrictor); ok {
		settings, err := restrictor.Settings(b.Context(), records)
		require.NoError(b, err)
		changes := dsr.Restrict(settings)
		require.NotEmpty(b, changes)
		acts = append(acts, act{"settings", func(c connectors.Connector, ctx context.Context) error {
			_, err := c.(connectors.Restrictor).Settings(ctx, records)
			return err
		}}, act{"apply", func(c connectors.Connector, ctx context.Context) error {
			return c.(connectors.Restrictor).Apply(ctx, changes)
		}})
	}
	return append(acts, act{"erase", func(c connectors.Connector, ctx context.Context) error {
		_, err := c.Erase(ctx, records)
		return err
	}})
}

// with is a copy of a map with one more entry.
func with(m map[string]string, more map[string]string) map[string]string {
	m = maps.Clone(m)
	maps.Copy(m, more)
	return m
}
