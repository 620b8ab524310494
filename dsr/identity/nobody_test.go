package identity_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestWhatStandsForNoneIdentifiesNobody(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"undefined", "Undefined", "NULL", "null", "(null)", "'null'", "nil", "None", "NaN", "N/A", "n/a", "n.a.", "NA", "-", "--", "?", "...",
		"[object Object]", "0", "000", "0.0", "-1", "111111", "xxxxxxxx", "12345", "1234567890", "0123456789", "987654321", "test", "TEST", "guest",
		"anonymous", "(not set)", "not set", "not provided", "Not Available", "unbekannt", "{{contact.id}}", "{{ id }}", "{id}", "${id}", "$id", "%ID%",
		"<%= id %>", "*|EMAIL|*", "[[id]]", "<id>", ":id", "\u00a0undefined\u200b", "00000000-0000-0000-0000-000000000000",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "d41d8cd98f00b204e9800998ecf8427e", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
	} {
		for _, idType := range []dsr.IdentifierType{dsr.CustomerID, dsr.GAUserID} {
			_, err := identity.Parser{}.Parse(idType, value)
			require.Equal(t, identity.Placeholder, identity.ReasonOf(err), "%s %q", idType, value)
		}
	}
}

func TestIDsThatLookLikeNothingMuchArePeoples(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"A", "a", "X", "1", "2", "7", "42", "007", "000123", "0815", "1234", "4321", "11111", "99999", "54321", "123", "100000", "1000000", "121212",
		"C-0", "0-1", "Null-17", "null.jennifer", "nada", "Baz", "Testa", "guest17", "Noel", "Anonymous Ltd 4", "unknown-5", "test-4711",
		"{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "550e8400-e29b-41d4-a716-446655440000", "user_17", "GTM", "UA-1", "1e", "e5", "#17", "C#", "42.0",
	} {
		for _, idType := range []dsr.IdentifierType{dsr.CustomerID, dsr.GAUserID} {
			id, err := identity.Parser{}.Parse(idType, value)
			require.NoError(t, err, "%s %q", idType, value)
			require.Equal(t, value, id.Value)
		}
	}
}

func TestAddressesOfNobody(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"noreply@shop.example", "No-Reply@shop.example", "mailer-daemon@mail.example", "undefined@shop.example", "noemail@shop.example",
		"no-email@gmail.com", "none@shop.example", "unknown@shop.example", "deleted@shop.example", "jo@none.com", "jo@example.invalid", "jo@host.localhost",
		"test@test.com", "test@test.de", "test@test.test", "user@user.com", "email@email.com", "a@a.com", "x@x.de", "abc@abc.com", "asdf@asdf.com", "test@example.com",
		"user@example.com", "name@example.org", "null@gmail.com", "test@gmail.com", "abc@yahoo.co.uk", "test@hotmail.fr", "nan@gmx.de", "foo@gmail.com",
	} {
		_, err := identity.Parser{}.Parse(dsr.Email, address)
		require.Equal(t, identity.Placeholder, identity.ReasonOf(err), address)
	}
	for _, address := range []string{
		"jo@example.com", "jennifer@null.example", "null@jennifer.example", "null@family.shop.example", "nan@family.example", "na@seoul.example", "nil@barcelona.example",
		"test@company.example", "user@company.example", "abc@school.example", "guest@hotel.example", "info@hotel.example", "sales@test.company.example",
		"tester.jo@gmail.com", "test.family@gmail.com", "jo.test@yahoo.com", "noreen@gmail.com", "nonette@gmail.com", "jo@corp.local", "email@jo.company.example", "jo@test.de",
		"testa@testa.it", "a@company.example", "me@jo.example",
	} {
		id, err := identity.Parser{}.Parse(dsr.Email, address)
		require.NoError(t, err, address)
		require.Equal(t, address, id.Value)
	}
}

func TestOwnAddressesIdentifyNobody(t *testing.T) {
	t.Parallel()
	parser := identity.Parser{Own: []string{"Privacy@Company.example", "datenschutz@xn--exmple-cua.example"}}
	for _, address := range []string{"privacy@company.example", "PRIVACY@COMPANY.EXAMPLE", "datenschutz@exämple.example", "Datenschutz@xn--exmple-cua.example"} {
		_, err := parser.Parse(dsr.Email, address)
		require.Equal(t, identity.OwnAddress, identity.ReasonOf(err), address)
	}
	_, err := parser.Parse(dsr.Email, "jo@company.example")
	require.NoError(t, err)
}

func TestDigestsOfNothingAreNobodys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "undefined", "None", "NULL", "n/a", "0"} {
		sum := sha256.Sum256([]byte(text))
		for _, idType := range []dsr.IdentifierType{"email_sha256", "phone_sha256", "customer_id_sha256"} {
			_, err := identity.Parser{}.Parse(idType, hex.EncodeToString(sum[:]))
			require.Equal(t, identity.Placeholder, identity.ReasonOf(err), "%s of %q", idType, text)
		}
	}
}
