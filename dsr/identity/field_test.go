package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestAFieldMayHoldSeveralValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		idType dsr.IdentifierType
		value  string
		want   []string
		unread []identity.Reason
	}{
		{"HubSpot parts by semicolons", dsr.GAClientID, "1111111111.1700000000; 2222222222.1700000001", []string{"1111111111.1700000000", "2222222222.1700000001"}, nil},
		{"client ids by spaces", dsr.GAClientID, "1111111111.1700000000 2222222222.1700000001", []string{"1111111111.1700000000", "2222222222.1700000001"}, nil},
		{"and commas", dsr.GAClientID, "1111111111.1700000000,GA1.1.2222222222.1700000001", []string{"1111111111.1700000000", "2222222222.1700000001"}, nil},
		{"app instance ids", dsr.GAAppInstanceID, "3d40cdafae8ac2266c75f750932ea51c, 9E0760E46FEB482484D37DD092E0C8F3",
			[]string{"3d40cdafae8ac2266c75f750932ea51c", "9E0760E46FEB482484D37DD092E0C8F3"}, nil},
		{"customer ids", dsr.CustomerID, "C-17; C-18", []string{"C-17", "C-18"}, nil},
		{"by bars", dsr.CustomerID, "C-17|C-18", []string{"C-17", "C-18"}, nil},
		{"by line breaks", dsr.CustomerID, "C-17\r\nC-18\n", []string{"C-17", "C-18"}, nil},
		{"by a comma with a space", dsr.CustomerID, "C-17, C-18", []string{"C-17", "C-18"}, nil},
		{"a comma alone is part of an id", dsr.CustomerID, "1,234", []string{"1,234"}, nil},
		{"in a list as well", dsr.CustomerID, "1,234\n1,235", []string{"1,234", "1,235"}, nil},
		{"a space is part of an id", dsr.CustomerID, "C 17", []string{"C 17"}, nil},
		{"a slash is part of an id", dsr.CustomerID, "2026/17", []string{"2026/17"}, nil},
		{"a placeholder among ids", dsr.CustomerID, "N/A; C-17", []string{"C-17"}, []identity.Reason{identity.Placeholder}},
		{"a value twice", dsr.CustomerID, "C-17;C-17", []string{"C-17"}, nil},
		{"empty parts", dsr.CustomerID, ";C-17;;", []string{"C-17"}, nil},
		{"a user id of Auth0", dsr.GAUserID, "auth0|5f7c8ec7c33c6c004bbafe82", []string{"auth0|5f7c8ec7c33c6c004bbafe82"}, nil},
		{"two of them", dsr.GAUserID, "auth0|5f7c8ec7c33c6c004bbafe82;google-oauth2|103", []string{"auth0|5f7c8ec7c33c6c004bbafe82", "google-oauth2|103"}, nil},
		{"numbers by slashes", dsr.Phone, "+33639981234 / +33639981235", []string{"+33639981234", "+33639981235"}, nil},
		{"national ones", dsr.Phone, "030 23125001 / 030 23125002", []string{"+493023125001", "+493023125002"}, nil},
		{"a slash behind the area", dsr.Phone, "030/23125001", []string{"+493023125001"}, nil},
		{"an end for another", dsr.Phone, "+33639981234 / 35", []string{"+33639981234"}, []identity.Reason{identity.Malformed}},
		{"numbers by commas", dsr.Phone, "+4532123456,+4532123457", []string{"+4532123456", "+4532123457"}, nil},
		{"numbers as short as extensions", dsr.Phone, "0045 32123456;0045 32123457", []string{"+4532123456", "+4532123457"}, nil},
		{"by line breaks", dsr.Phone, "+33639981234\n+33639981235", []string{"+33639981234", "+33639981235"}, nil},
		{"an extension is no second number", dsr.Phone, "+33639981234,12", nil, []identity.Reason{identity.Extension}},
		{"nor in a URI", dsr.Phone, "tel:+33639981234;ext=12", nil, []identity.Reason{identity.Extension}},
		{"a link is one number", dsr.Phone, "https://wa.me/33639981234", []string{"+33639981234"}, nil},
		{"a placeholder with a slash", dsr.Phone, "n/a", nil, []identity.Reason{identity.Placeholder}},
		{"a number and a word", dsr.Phone, "+33639981234 | none", []string{"+33639981234"}, []identity.Reason{identity.Placeholder}},
		{"addresses", dsr.Email, "jo@example.com, ann@example.com;kim@example.com lee@example.com", []string{"jo@example.com", "ann@example.com", "kim@example.com", "lee@example.com"}, nil},
		{"with names", dsr.Email, "Jo Smith <jo@example.com>, \"Smith, Ann\" <ann@example.com>", []string{"jo@example.com", "ann@example.com"}, nil},
		{"with names and semicolons", dsr.Email, "Jo <jo@example.com>; Ann <ann@example.com>", []string{"jo@example.com", "ann@example.com"}, nil},
		{"in angle brackets", dsr.Email, "<jo@example.com>", []string{"jo@example.com"}, nil},
		{"an address for a name", dsr.Email, "\"ann@example.com\" <jo@example.com>", []string{"ann@example.com", "jo@example.com"}, nil},
		{"a name alone", dsr.Email, "Jo Smith", nil, []identity.Reason{identity.Malformed}},
		{"a placeholder in an address's field", dsr.Email, "none; jo@example.com", []string{"jo@example.com"}, []identity.Reason{identity.Placeholder}},
		{"two words for none", dsr.Email, "not set", nil, []identity.Reason{identity.Placeholder}},
		{"an address that nobody reads", dsr.Email, "noreply@shop.example", nil, []identity.Reason{identity.Placeholder}},
		{"a placeholder for a client id", dsr.GAClientID, "undefined", nil, []identity.Reason{identity.Placeholder}},
		{"for an app", dsr.GAAppInstanceID, "(not set)", nil, []identity.Reason{identity.Placeholder}},
		{"for a user", dsr.GAUserID, "null", nil, []identity.Reason{identity.Placeholder}},
		{"for a digest", "email_sha256", "undefined", nil, []identity.Reason{identity.Placeholder}},
		{"the digest of nothing", "email_sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", nil, []identity.Reason{identity.Placeholder}},
		{"an empty field", dsr.Email, "  ", nil, nil},
		{"control characters", dsr.CustomerID, "C-\x0017", nil, []identity.Reason{identity.Unreadable}},
		{"a text without end", dsr.CustomerID, strings.Repeat("C-17;", 40), []string{"C-17"}, []identity.Reason{identity.TooLong}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := identity.Parser{Region: "DE"}.Field("the_field", c.idType, c.value)
			var values []string
			for _, id := range got.Identifiers {
				require.Equal(t, c.idType, id.Type)
				values = append(values, id.Value)
			}
			require.Equal(t, c.want, values)
			var unread []dsr.UnreadField
			for _, reason := range c.unread {
				unread = append(unread, dsr.UnreadField{Field: "the_field", Type: c.idType, Reason: string(reason)})
			}
			require.Equal(t, unread, got.Unread)
			require.Empty(t, got.Ambiguous)
		})
	}
}

func TestWhatCanBeReadInTwoWaysIsADoubtInAField(t *testing.T) {
	t.Parallel()
	doubt := identity.Parser{Region: "DE"}.Field("phone", dsr.Phone, "33639981234")
	require.Empty(t, doubt.Identifiers)
	require.Empty(t, doubt.Unread)
	require.Equal(t, []dsr.Identifier{{Type: dsr.Phone, Value: "+4933639981234"}, {Type: dsr.Phone, Value: "+33639981234"}}, doubt.Ambiguous)

	both := identity.Parser{Region: "DE"}.Field("phone", dsr.Phone, "33639981234", "+33639981235")
	require.Equal(t, []dsr.Identifier{{Type: dsr.Phone, Value: "+33639981235"}}, both.Identifiers)
	require.Len(t, both.Ambiguous, 2)

	// Without a region nobody knows what a national number is, and a plus sign may be missing.
	none := identity.Parser{}.Field("phone", dsr.Phone, "4532123456", "0639981234")
	require.Empty(t, none.Identifiers)
	require.Equal(t, []dsr.Identifier{{Type: dsr.Phone, Value: "+4532123456"}}, none.Ambiguous)
	require.Equal(t, []dsr.UnreadField{{Field: "phone", Type: dsr.Phone, Reason: "no_region"}}, none.Unread)
}

// A person who hands a list in is asked for each value on its own.
func TestSeveralValuesAreRefusedAtTheIntake(t *testing.T) {
	t.Parallel()
	for value, idType := range map[string]dsr.IdentifierType{
		"C-17; C-18": dsr.CustomerID, "C-17|C-18": dsr.GAUserID, "C-17, C-18": dsr.CustomerID, "1.1700000000;2.1700000000": dsr.GAClientID,
		"jo@example.com;ann@example.com": dsr.Email, "Jo <jo@example.com>": dsr.Email, "+33639981234 / +33639981235": dsr.Phone,
	} {
		_, err := identity.Parser{Region: "DE"}.Parse(idType, value)
		require.Error(t, err, value)
	}
}
