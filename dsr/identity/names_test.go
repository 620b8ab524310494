package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func mailbox(value string) dsr.Identifier { return dsr.Identifier{Type: dsr.Email, Value: value} }

func TestTwoAddressesAreAlikeByTheNamesInThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want identity.Likeness
		why  string
	}{
		{"jo+shop@example.com", "jo@example.com", identity.OneMailbox, "a tag"},
		{"jo+shop@example.com", "jo@example.org", identity.Unlike, "a tag at another provider says nothing of a short name"},
		{"ann.martin@example.com", "ann.martin@example.org", identity.OneName, "the same at another provider"},
		{"ann.martin@example.com", "Martin-Ann@example.org", identity.OneName, "the other order"},
		{"ann.martin@example.com", "annmartin@example.org", identity.OneName, "without the dot"},
		{"ann.martin@example.com", "a.martin@example.org", identity.Initials, "a brother may have the initial"},
		{"ann.martin@example.com", "amartin@example.org", identity.Initials, "likewise"},
		{"j.jones@example.com", "jjones@example.org", identity.Initials, "neither spells the first name"},
		{"amartinez@example.com", "annmartinez@example.org", identity.Initials, "no dot says where the name ends"},
		{"ann.martin@example.com", "ben.martin@example.com", identity.Unlike, "a family"},
		{"john.smith1@example.com", "john.smith2@example.com", identity.Unlike, "a number is added where a name is taken"},
		{"john.smith@example.com", "john.smith84@example.org", identity.Unlike, "likewise"},
		{"ann@example.com", "ann@example.org", identity.Unlike, "half the world is called so"},
		{"ann.martin@example.com", "sunny@example.org", identity.Unlike, "a nickname"},
		{"ann.martin@example.com", "ann.dupont@example.org", identity.Unlike, "a married name is not told from another Ann's"},
		{"info@example.com", "info@example.org", identity.Unlike, "roles are nobody's name"},
		{"reservations@example.com", "reservations@example.org", identity.Unlike, "likewise"},
	} {
		require.Equal(t, c.want, identity.Likely(mailbox(c.a), mailbox(c.b)), "%s, %s: %s", c.a, c.b, c.why)
		require.Equal(t, c.want, identity.Likely(mailbox(c.b), mailbox(c.a)), "the other way around: %s, %s", c.a, c.b)
	}
	phone := dsr.Identifier{Type: dsr.Phone, Value: "+33639980000"}
	require.Equal(t, identity.Unlike, identity.Likely(phone, phone), "a number holds no name")
}

func TestAddressesOfRolesAndHouseholdsAreSeveralPeoples(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"info@example.com", "Office@example.com", "familie.weber@example.com", "weber-family@example.com", "fam.weber@example.org", "ann.und.ben@example.com"} {
		require.True(t, identity.Role(mailbox(role)), role)
	}
	for _, person := range []string{"ann.martin@example.com", "sigmund.freud@example.com", "brandon@example.com", "infante@example.com"} {
		require.False(t, identity.Role(mailbox(person)), person)
	}
}

func TestAFixedLineIsToldFromAMobile(t *testing.T) {
	t.Parallel()
	require.True(t, identity.FixedLine(dsr.Identifier{Type: dsr.Phone, Value: "+4930123456"}))
	require.False(t, identity.FixedLine(dsr.Identifier{Type: dsr.Phone, Value: "+4915112345678"}))
	require.False(t, identity.FixedLine(dsr.Identifier{Type: dsr.Phone, Value: "+12025550143"}), "its plan does not tell")
	require.False(t, identity.FixedLine(mailbox("ann@example.com")))
}
