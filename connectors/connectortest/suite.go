package connectortest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

// rounds bounds how often a person is located and erased until nothing is left:
// vendors that answer a search with one of several records need more than one.
const rounds = 3

// Run puts a kind of connector through the suite. found makes a vendor with
// default population; each test has its own.
func Run(t *testing.T, found func() Vendor) {
	t.Helper()
	tests := []trial{
		{"people are found, erased and gone, and nobody else is touched", peopleAreErased},
		{"erasing twice succeeds", erasingTwiceSucceeds},
		{"a stranger is not found", aStrangerIsNotFound},
		{"near misses are left alone", nearMissesAreLeftAlone},
		{"nothing is done for nobody", nothingIsDoneForNobody},
		{"a record without an id is refused", aRecordWithoutAnIDIsRefused},
		{"each refusal has its class", eachRefusalHasItsClass},
		{"a 404 of somebody else's is no absence", a404OfSomebodyElsesIsNoAbsence},
		{"429 is waited for as long as the vendor asks", tooManyRequests},
		{"what cannot be understood is no success", nonsenseIsNoSuccess},
		{"a deletion whose answer is lost is repeated", lostAnswersAreRepeated},
		{"half of the calls failing changes nothing but the time", halfOfTheCallsFail},
		{"redirects are not followed elsewhere", redirectsAreNotFollowed},
		{"a slow vendor is given up", slownessIsGivenUp},
		{"cancellation ends the call", cancellationEndsTheCall},
		{"a wrong key is told apart", aWrongKeyIsToldApart},
		{"a check changes nothing", aCheckChangesNothing},
		{"many at once do not disturb each other", manyAtOnce},
	}
	if facts := found().Kind.Restriction; facts != nil && facts.Able {
		tests = append(tests, restrictions...)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(setUp(t, found()))
		})
	}
}

// A trial is one test of the suite.
type trial struct {
	name string
	run  func(*bench)
}

// subjects are the people with names that break URLs, queries and comparisons.
var subjects = []population.Person{population.Ana, population.Oneil, population.Zoe}

func peopleAreErased(b *bench) {
	if b.blind() {
		b.Skip("the vendor lets nobody look")
	}
	for i, person := range subjects {
		before := b.held(person)
		require.NotEmpty(b, before)
		if family, ok := b.connector.(connectors.FamilyLocator); ok {
			alone, err := family.LocateFamily(b.Context(), b.subject(person), nil)
			require.NoError(b, err)
			require.Equal(b, b.located(person), alone.Records)
		}
		var all []dsr.Record
		for range rounds {
			found := b.located(person)
			if len(found) == 0 {
				break
			}
			for _, record := range found {
				b.belongs(record, person)
			}
			all = append(all, found...)
			effect, err := b.connector.Erase(b.Context(), found)
			require.NoError(b, err)
			require.Equal(b, dsr.ErasedAll(found), effect)
		}
		require.Equal(b, before, keysOf(all), "exactly the person's records were located")
		require.Empty(b, b.held(person), "nothing is left")
		gone, err := b.connector.Locate(b.Context(), b.subject(person))
		require.NoError(b, err)
		require.Empty(b, gone.Records, "nothing is found any more")
		b.searched(gone, person)
		b.unharmed(subjects[:i+1]...)
		if verifier, ok := b.connector.(connectors.Verifier); ok {
			remaining, err := verifier.Remaining(b.Context(), all)
			require.NoError(b, err)
			require.Empty(b, remaining)
		}
	}
}

// searched makes sure that findings say in which forms the vendor was asked for every
// identifier of the person that it can be asked for, and name nobody.
func (b *bench) searched(findings dsr.Findings, p population.Person) {
	b.Helper()
	for _, id := range b.subject(p).Identifiers {
		at := slices.IndexFunc(findings.Searched, func(s dsr.Search) bool { return s.Type == id.Type })
		require.GreaterOrEqual(b, at, 0, "nothing says in which forms the vendor was asked for a %s", id.Type)
		require.NotEmpty(b, findings.Searched[at].Spellings)
		b.discreet("a search", strings.Join(findings.Searched[at].Spellings, " "))
	}
}

// belongs makes sure that a record says truthfully why it is the person's. What
// hangs on another record carries no identifiers.
func (b *bench) belongs(record dsr.Record, p population.Person) {
	b.Helper()
	asked := b.subject(p)
	require.NotEmpty(b, record.ID)
	require.NotEmpty(b, record.Kind)
	require.True(b, slices.ContainsFunc(asked.Identifiers, record.FoundBy.Same), "found_by is one of the identifiers asked for")
	require.True(b, len(record.Identifiers) == 0 || identity.Carries(record, record.FoundBy), "the record carries what it was found by")
	for _, id := range record.Identifiers {
		require.Contains(b, b.Kind.Yields, id.Type, "the kind says that its records disclose this type")
	}
}

func erasingTwiceSucceeds(b *bench) {
	records := b.located(population.Ana)
	for _, state := range []dsr.State{dsr.Erased, dsr.AlreadyGone} {
		effect, err := b.connector.Erase(b.Context(), records)
		require.NoError(b, err)
		require.Len(b, effect.Records, len(records))
		for i, done := range effect.Records {
			require.Equal(b, records[i].Key(), done.Key())
			if b.blind() {
				require.Equal(b, dsr.Accepted, done.State)
				require.False(b, done.ExpectedBy.IsZero())
				continue
			}
			require.Equal(b, state, done.State)
		}
	}
	b.unharmed(population.Ana)
}

func aStrangerIsNotFound(b *bench) {
	require.Empty(b, b.located(population.Nobody))
	require.Empty(b, b.Server.Ledger().Deletions())
	b.unharmed()
}

func nearMissesAreLeftAlone(b *bench) {
	if b.blind() {
		b.Skip("the vendor lets nobody look")
	}
	// Somebody whose address and number are the beginnings of other people's.
	short := population.Person{Name: "Somebody", Email: "ana.martin@example.co", Phone: "+3363998123"}
	longer := population.Person{Name: "Somebody", Email: "ana.martin@example.com.invali", Phone: "+33639981230"}
	for _, person := range []population.Person{short, longer} {
		var s dsr.Subject
		for _, t := range b.system().Needs {
			switch t {
			case dsr.Email:
				s = s.With(dsr.Identifier{Type: t, Value: person.Email})
			case dsr.Phone:
				s = s.With(dsr.Identifier{Type: t, Value: person.Phone})
			}
		}
		findings, err := b.connector.Locate(b.Context(), s)
		require.NoError(b, err)
		require.Empty(b, findings.Records)
	}
	b.unharmed()
}

func nothingIsDoneForNobody(b *bench) {
	findings, err := b.connector.Locate(b.Context(), dsr.Subject{})
	require.NoError(b, err)
	require.Empty(b, findings.Records)
	effect, err := b.connector.Erase(b.Context(), nil)
	require.NoError(b, err)
	require.Empty(b, effect.Records)
	require.Empty(b, b.Server.Ledger().Calls(), "nothing was asked of the vendor")
}

func aRecordWithoutAnIDIsRefused(b *bench) {
	records := b.located(population.Ana)
	calls := len(b.Server.Ledger().Calls())
	for _, id := range []string{"", " ", "\t"} {
		broken := slices.Clone(records[:1])
		broken[0].ID = id
		_, err := b.connector.Erase(b.Context(), broken)
		require.Equal(b, connectors.Misconfigured, b.known(err).Class)
	}
	// One broken record among good ones: none is touched.
	broken := append(slices.Clone(records), dsr.Record{Kind: records[0].Kind, FoundBy: records[0].FoundBy})
	_, err := b.connector.Erase(b.Context(), broken)
	require.Equal(b, connectors.Misconfigured, b.known(err).Class)
	require.Len(b, b.Server.Ledger().Calls(), calls, "no call was made")
	// An id that leads elsewhere in a path is refused or taken literally.
	for _, id := range []string{"..", ".", "../" + records[0].ID, records[0].ID + "/../..", records[0].ID + "?all=true", "%2e%2e"} {
		broken := slices.Clone(records[:1])
		broken[0].ID = id
		_, _ = b.connector.Erase(b.Context(), broken) // some vendors know nothing of this id, which is as good
	}
	for _, d := range b.Server.Ledger().Deletions() {
		require.False(b, d.Applied, "an id led to another record")
	}
	b.unharmed()
}

func eachRefusalHasItsClass(b *bench) {
	acts := b.acts()
	classes := map[int]connectors.Class{
		http.StatusBadRequest:          connectors.Rejected,
		http.StatusUnauthorized:        connectors.CredentialsRejected,
		http.StatusForbidden:           connectors.CredentialsRejected,
		http.StatusNotFound:            connectors.Misconfigured,
		http.StatusConflict:            connectors.Rejected,
		http.StatusUnprocessableEntity: connectors.Rejected,
		http.StatusInternalServerError: connectors.Transient,
		http.StatusServiceUnavailable:  connectors.Transient,
		http.StatusGatewayTimeout:      connectors.Transient,
	}
	for status, class := range classes {
		b.Server.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: status})
		for _, act := range acts {
			err := act.do(b.connector, b.Context())
			if status == http.StatusNotFound && slices.Contains(b.AbsentOn404, act.name) {
				require.NoError(b, err, act.name)
				continue
			}
			require.Error(b, err, "%s with status %d", act.name, status)
			known := b.known(err)
			require.Equal(b, class, known.Class, "%s with status %d", act.name, status)
			require.Equal(b, status, known.Status)
		}
	}
	b.Server.Faults().Clear()
	b.unharmed()
	for _, d := range b.Server.Ledger().Deletions() {
		require.False(b, d.Applied)
	}
}

// defaults are what frameworks and proxies answer to a path that they do not know.
var defaults = []string{
	``, `{}`, `[]`, `null`, `Not Found`, `404 page not found`, `<html><h1>404 Not Found</h1></html>`, `{"detail":"Not found."}`,
	`{"status":404,"error":"Not Found"}`, `{"message":"Cannot GET /v2","error":"Not Found","statusCode":404}`,
}

// a404OfSomebodyElsesIsNoAbsence asks at a base_url that is one segment wrong.
func a404OfSomebodyElsesIsNoAbsence(b *bench) {
	acts, records := b.acts(), b.located(population.Ana)
	for _, body := range defaults {
		elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(body))
		}))
		b.Cleanup(elsewhere.Close)
		s := b.settings
		s.BaseURL = elsewhere.URL + b.Path
		astray := b.connect(s)
		for _, act := range acts {
			if act.name != "erase" {
				require.Equal(b, connectors.Misconfigured, b.known(act.do(astray, b.Context())).Class, "%s: %s", act.name, body)
			}
		}
		effect, err := astray.Erase(b.Context(), records)
		if err != nil {
			require.Equal(b, connectors.Misconfigured, b.known(err).Class, "erase: %s", body)
		}
		for _, done := range effect.Records {
			require.Equal(b, dsr.AlreadyGone, done.State, "a look follows")
		}
	}
	b.unharmed()
}

func tooManyRequests(b *bench) {
	for _, act := range b.acts() {
		b.Server.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests, RetryAfter: 17 * time.Second})
		known := b.known(act.do(b.connector, b.Context()))
		require.Equal(b, connectors.Transient, known.Class, act.name)
		require.GreaterOrEqual(b, known.RetryAfter, 17*time.Second, act.name)
		require.LessOrEqual(b, b.Server.Faults().Struck(string(simulators.TooManyRequests)), 1, "%s asked again in spite of Retry-After", act.name)

		b.Server.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests})
		known = b.known(act.do(b.connector, b.Context()))
		require.Equal(b, connectors.Transient, known.Class, act.name)
		require.LessOrEqual(b, b.Server.Faults().Struck(string(simulators.TooManyRequests)), 5, "%s does not give up", act.name)
	}
	b.unharmed()
}

func nonsenseIsNoSuccess(b *bench) {
	acts := b.acts()
	faults := []simulators.Kind{
		simulators.BadGateway, simulators.FailureInside, simulators.HalfAnswer, simulators.Malformed, simulators.Truncated,
	}
	for _, fault := range faults {
		for _, act := range acts {
			b.Server.Faults().Set(simulators.Rule{Kind: fault})
			err := act.do(b.connector, b.Context())
			require.Error(b, err, "%s took %s for a success", act.name, fault)
			known := b.known(err)
			if fault == simulators.BadGateway || fault == simulators.Truncated {
				continue // a broken connection passes, a broken answer may
			}
			require.NotEqual(b, connectors.Transient, known.Class, "%s: %s would be tried for ever", act.name, fault)
		}
	}
	b.Server.Faults().Clear()
	require.NoError(b, acts[len(acts)-1].do(b.connector, b.Context()), "afterwards the erasure succeeds")
	b.unharmed(population.Ana)
}

func lostAnswersAreRepeated(b *bench) {
	for _, act := range b.acts() {
		for _, fault := range []simulators.Kind{simulators.ResetBefore, simulators.ResetAfter} {
			b.Server.Faults().Set(simulators.Rule{Kind: fault, Times: 1})
			require.NoError(b, b.eventually(act), "%s after a %s", act.name, fault)
		}
	}
	require.Empty(b, b.held(population.Ana))
	b.unharmed(population.Ana)
}

// eventually repeats what failed in passing, as Temporal does.
func (b *bench) eventually(a act) error {
	b.Helper()
	var err error
	for range 200 {
		if err = a.do(b.connector, b.Context()); err == nil {
			return nil
		}
		if known := b.known(err); known.Class != connectors.Transient {
			return err
		}
	}
	return err
}

func halfOfTheCallsFail(b *bench) {
	acts := b.acts()
	b.Server.Faults().Set(
		simulators.Rule{Kind: simulators.ServerError, Share: 0.2},
		simulators.Rule{Kind: simulators.TooManyRequests, Share: 0.15},
		simulators.Rule{Kind: simulators.ResetAfter, Share: 0.1},
		simulators.Rule{Kind: simulators.BadGateway, Share: 0.1},
	)
	for _, act := range acts {
		require.NoError(b, b.eventually(act), act.name)
	}
	require.Empty(b, b.held(population.Ana))
	b.unharmed(population.Ana)
}

func redirectsAreNotFollowed(b *bench) {
	acts := b.acts()
	var visits atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		_, _ = w.Write([]byte("{}"))
	}))
	b.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		b.Server.Faults().Set(simulators.Rule{Kind: simulators.Redirect, Status: status, Location: elsewhere.URL})
		for _, act := range acts {
			require.Equal(b, connectors.Misconfigured, b.known(act.do(b.connector, b.Context())).Class, "%s with status %d", act.name, status)
		}
	}
	require.Zero(b, visits.Load(), "another host was asked")
	b.unharmed()
}

// moment is how long a test waits for what never comes.
const moment = 50 * time.Millisecond

func slownessIsGivenUp(b *bench) {
	for _, act := range b.acts() {
		for _, fault := range []simulators.Kind{simulators.Latency, simulators.SlowBody} {
			if fault == simulators.SlowBody && act.name == "erase" {
				continue // an answer without a body is whole when its status has arrived
			}
			b.Server.Faults().Set(simulators.Rule{Kind: fault, Duration: time.Minute})
			ctx, cancel := context.WithTimeout(b.Context(), moment)
			known := b.known(act.do(b.connector, ctx))
			cancel()
			require.Equal(b, connectors.Transient, known.Class, "%s: %s", act.name, fault)
		}
	}
}

func cancellationEndsTheCall(b *bench) {
	acts := b.acts()
	calls := len(b.Server.Ledger().Calls())
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	for _, act := range acts {
		require.Equal(b, connectors.Transient, b.known(act.do(b.connector, ctx)).Class, act.name)
	}
	require.Len(b, b.Server.Ledger().Calls(), calls, "no call was made")
	b.unharmed()
}

func aWrongKeyIsToldApart(b *bench) {
	acts := b.acts()
	s := b.settings
	s.Credentials = with(s.Credentials, b.WrongCredentials)
	stranger := b.connect(s)
	for _, act := range acts {
		require.Equal(b, connectors.CredentialsRejected, b.known(act.do(stranger, b.Context())).Class, act.name)
	}
	b.unharmed()
}

func aCheckChangesNothing(b *bench) {
	checker, ok := b.connector.(connectors.Checker)
	require.True(b, ok, "the connector can try its credentials")
	_, restricts := b.connector.(connectors.Restrictor)
	require.Equal(b, b.system().Restriction.Able, restricts, "what the kind says of restrictions is what its connector can do")
	require.NoError(b, checker.Check(b.Context()))
	require.NotEmpty(b, b.Server.Ledger().Calls(), "the vendor was asked")
	require.Empty(b, b.Server.Ledger().Deletions())
	b.unharmed()
}

func manyAtOnce(b *bench) {
	errs := make(chan error)
	for _, person := range subjects {
		for range 3 {
			go func() {
				findings, err := b.connector.Locate(b.Context(), b.subject(person))
				if err == nil {
					_, err = b.connector.Erase(b.Context(), findings.Records)
				}
				errs <- err
			}()
		}
	}
	for range 3 * len(subjects) {
		require.NoError(b, <-errs)
	}
	b.unharmed(subjects...)
}
