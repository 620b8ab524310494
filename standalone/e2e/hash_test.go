package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators/population"
)

// hashed is the body of a request that names the person by the hash of an address.
func hashed(id string, person population.Person) string {
	body := erasureOf(id, identity.Hash(dsr.Identifier{Type: dsr.Email, Value: person.Email}, dsr.SHA256).Value)
	return strings.Replace(body, `"raw"`, `"sha256"`, 1)
}

// takeHash hands in a person by the hash of the address.
func (g *gateway) takeHash(person population.Person) (id string) {
	g.Helper()
	id = uuid.NewString()
	answer := g.call(g.Context(), http.MethodPost, "/v2/requests", hashed(id, person))
	require.Equal(g, http.StatusCreated, answer.status, string(answer.body))
	return id
}

// TestASiteMatchesTheHashOfAnAddress lets the company's own site match it, which
// leads on to everybody else.
func TestASiteMatchesTheHashOfAnAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := `credentials: {secret: "file:website.key"}`
	s.edit("lethe.yaml", secret, secret+"\n    identifiers: [email, customer_id, email_sha256]")
	g := s.newGateway(ownTLS)
	g.up()
	s.worker()
	id := g.takeHash(population.Ana)

	r := s.clerk().ended(id)

	require.Equal(t, complete(), states(r))
	require.Contains(t, r.Searched, dsr.Email.Hashed(dsr.SHA256))
	s.forgotten(population.Ana)
}

func TestAnOperatorSaysWhoseHashItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway(ownTLS)
	g.up()
	s.worker()
	id := g.takeHash(population.Ana)
	o := s.clerk()
	for _, system := range []string{"hubspot", "gist", "website", "alore"} {
		o.until(id, in(system, dsr.NeedsOperator))
	}
	require.Contains(t, s.must("show", id), "lethe resolve-hash "+id+" --email")
	require.Contains(t, s.lethe("resolve-hash", id, "--email", population.Ben.Email).err, "is not what the request has the hash of")
	require.Contains(t, s.lethe("resolve-hash", id).err, "hand in what is behind the hash")

	s.must("resolve-hash", id, "--email", population.Ana.Email)

	require.Equal(t, complete(), states(o.ended(id)))
	s.forgotten(population.Ana)
}
