package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestWhatPeopleAndToolsTypeForANumber(t *testing.T) {
	t.Parallel()
	const french, german = "+33639981234", "+493023125001"
	for _, c := range []struct{ region, text, want string }{ // want: the number, or the reason
		// As people group and dial.
		{"DE", "+33 6 39 98 12 34", french}, {"DE", "+33.6.39.98.12.34", french}, {"DE", "+33-6-39-98-12-34", french},
		{"DE", "+33/639981234", french}, {"DE", "+33 (0)6 39 98 12 34", french}, {"DE", "+33(0)639981234", french},
		{"DE", "+33 06 39 98 12 34", french}, {"DE", "(+33) 6 39 98 12 34", french}, {"DE", "+(33) 639981234", french},
		{"DE", "0033 6 39 98 12 34", french}, {"DE", "0033 (0)6 39981234", french}, {"DE", "+0033 639981234", french},
		{"DE", "++33 639981234", french}, {"US", "0033 6 39 98 12 34", french}, {"US", "011 33 6 39 98 12 34", french},
		{"DE", "011 33 6 39 98 12 34", "malformed"}, {"FR", "06 39 98 12 34", french}, {"FR", "(06) 39.98.12.34", french},
		{"DE", "030/23125-001", german}, {"DE", "030 23125 001", german}, {"DE", "(030) 23125001", german}, {"DE", "+49 (30) 23125-001", german},
		{"IT", "06 1234 5678", "+390612345678"}, {"DE", "+39 (0)6 1234 5678", "+390612345678"}, {"DE", "+39 06 1234 5678", "+390612345678"},
		{"DE", "+45 (0)32 12 34 56", "+4532123456"}, {"DE", "0045 (0)32 12 34 56", "+4532123456"}, {"DE", "+352 (0)27 12 34 56", "+35227123456"},
		{"DE", "+34 (0)612 34 56 78", "+34612345678"}, {"DE", "+36 (06) 1 234 5678", "+3612345678"}, {"DE", "+7 (8) 495 123-45-67", "+74951234567"},
		{"DE", "+44 (0)20 7946 0958", "+442079460958"}, {"DE", "+241 (0)6 03 12 34", "+24166031234"},
		{"AU", "0011 45 32 12 34 56", "+4532123456"}, {"AU", "0045 32 12 34 56", "+4532123456"}, {"JP", "010 33 6 39 98 12 34", french},
		{"RU", "8~10 33 639981234", "malformed"}, {"RU", "810 33 6 39 98 12 34", french}, {"US", "(202) 555-0123", "+12025550123"},
		{"US", "1-202-555-0123", "+12025550123"}, {"", "+1 202 555 0123", "+12025550123"},
		// A plus sign that a spreadsheet took (W3).
		{"DE", "33639981234", "two_readings"}, {"DE", "33.639.981.234", "two_readings"}, {"DE", "33 639 981 234", "two_readings"},
		{"DE", "4915112345678", "+4915112345678"}, {"FR", "33639981234", french}, {"DE", "812345678901", "two_readings"},
		{"US", "4520123456", "two_readings"}, {"", "33639981234", "no_region"}, {"", "3235550123", "no_region"},
		// What spreadsheets do and what makes them leave a number alone.
		{"DE", "3.3639980001E+10", "spreadsheet"}, {"DE", "3.3639980001e10", "spreadsheet"}, {"DE", "3,36E+10", "spreadsheet"},
		{"DE", "33639981234.0", "malformed"}, {"DE", "33639981234.00", "malformed"}, {"DE", "-33639981234", "malformed"},
		{"DE", "=\"+33639981234\"", french}, {"DE", "'+33639981234", french}, {"DE", "\"+33639981234\"", french}, {"DE", "#REF!", "spreadsheet"},
		{"DE", "2026-11-29", "malformed"}, {"DE", "29.11.2026", "malformed"}, {"DE", "29/11/2026", "malformed"},
		// A number that many share (I7).
		{"DE", "+33639981234 ext. 12", "extension"}, {"DE", "+33639981234 x12", "extension"}, {"DE", "+33639981234#12", "extension"},
		{"DE", "030 123456 App. 22", "extension"}, {"DE", "030 123456 DW 22", "extension"}, {"DE", "+33 1 23 45 67 80 poste 22", "extension"},
		{"DE", "+55 11 3333-4444 ramal 22", "extension"}, {"DE", "+34 912 34 56 78 anexo 22", "extension"}, {"DE", "+39 06 1234 5678 int. 22", "extension"},
		{"DE", "+7 495 123-45-67 доб. 22", "extension"}, {"DE", "+33639981234,,4#", "extension"}, {"DE", "+33639981234;4", "extension"},
		{"DE", "+49 30 123456 Durchwahl 22", "extension"}, {"DE", "+33639981234 (ext 12)", "extension"},
		{"DE", "tel:+33639981234;ext=22", "extension"}, {"DE", "tel:+33639981234;isub=22", "extension"},
		// URIs and links.
		{"DE", "tel:+33639981234", french}, {"DE", "TEL:+33-6-39-98-12-34", french}, {"DE", "tel:0639981234;phone-context=+33", french},
		{"DE", "tel:06 1234 5678;phone-context=+39", "+390612345678"}, {"DE", "tel:+33639981234;phone-context=+33", french},
		{"DE", "tel:+33639981234;phone-context=", french}, {"DE", "tel:0639981234;phone-context=example.com", "no_region"},
		{"DE", "tel:5550123;phone-context=+1-202", "+12025550123"}, {"FR", "tel:0639981234", french},
		{"DE", "https://wa.me/33639981234", french}, {"DE", "http://wa.me/33639981234/", french}, {"DE", "wa.me/33639981234?text=Hi", french},
		{"DE", "https://api.whatsapp.com/send?phone=33639981234", french}, {"DE", "https://api.whatsapp.com/send/?phone=%2B33639981234&text=Hi", french},
		{"DE", "whatsapp://send?phone=33639981234", french}, {"DE", "whatsapp:+33639981234", french}, {"DE", "33639981234@c.us", french},
		{"DE", "33639981234@s.whatsapp.net", french}, {"DE", "123456789012345@lid", "malformed"}, {"DE", "33639981234-1600000000@g.us", "malformed"},
		{"DE", "447700900123@c.us", "+447700900123"},
		// Digits of other scripts and what nobody sees.
		{"DE", "+٣٣ ٦ ٣٩ ٩٨ ١٢ ٣٤", french}, {"DE", "+۳۳۶۳۹۹۸۱۲۳۴", french}, {"DE", "＋３３ ６３９９８１２３４", french},
		{"DE", "+३३ ६३९९८१२३४", french}, {"DE", "+𝟑𝟑𝟔𝟑𝟗𝟗𝟖𝟏𝟐𝟑𝟒", french}, {"DE", "\u202a+33 6 39 98 12 34\u202c", french},
		{"DE", "\u200b+33\u200b639981234", french}, {"DE", "+33639981234\ufeff", french}, {"DE", "\ufeff+33639981234", french},
		{"DE", "+33\u00ad639981234", french}, {"DE", "\u2066+33639981234\u2069", french}, {"DE", "+33\u202f6\u202f39\u00a098\u20091234", french},
		{"DE", "+33–639–981234", french}, {"DE", "+33 639\t981234", "unreadable"}, {"DE", "+33639981234\x00", "unreadable"},
		// What is no number.
		{"DE", "1-800-FLOWERS", "malformed"}, {"US", "1-800-FLOWERS", "malformed"}, {"DE", "C-1234567", "malformed"}, {"DE", "ABC-1234567", "malformed"},
		{"DE", "ORDER 1234567", "malformed"}, {"DE", "n/a 12345", "malformed"}, {"DE", "+33639981234 (privat)", "malformed"},
		{"DE", "+33 6 39 98 12 34 / 35", "malformed"}, {"DE", "+33639981234 oder +33639981235", "malformed"}, {"US", "555-1234", "malformed"},
		{"DE", "+", "malformed"}, {"DE", "00", "placeholder"}, {"DE", "+00", "placeholder"}, {"DE", "0000000000", "placeholder"},
		{"DE", "+49 0000000", "malformed"}, {"DE", "123456789", "placeholder"}, {"DE", "+4512345678", "+4512345678"}, {"FR", "01 23 45 67 89", "placeholder"},
		{"DE", "n/a", "placeholder"}, {"DE", "jo@example.com", "malformed"}, {"DE", "00300 123", "malformed"}, {"", "0639981234", "no_region"},
		// Lines of several numbers (W6 to W9).
		{"DE", "+52 1 55 1234 5678", "+525512345678"}, {"DE", "+52 (1) 55 1234 5678", "+525512345678"}, {"DE", "+52 55 1234 5678", "+525512345678"},
		{"MX", "5215512345678", "+525512345678"}, {"MX", "044 55 1234 5678", "+525512345678"}, {"MX", "01 55 1234 5678", "+525512345678"},
		{"BR", "0 15 11 98765-4321", "+5511987654321"}, {"BR", "(011) 98765-4321", "+5511987654321"}, {"BR", "11 8765-4321", "+5511987654321"}, {"DE", "+55 11 8765-4321", "+5511987654321"}, {"DE", "+229 97 00 00 01", "+2290197000001"},
		{"BJ", "97 00 00 01", "+2290197000001"}, {"CI", "07 00 00 01", "+2250707000001"}, {"DE", "+225 07000001", "+2250707000001"},
		{"AR", "011 15-2345-6789", "+5491123456789"}, {"DE", "+220 3012345", "+220833012345"}, {"DE", "+220 83 3012345", "+220833012345"},
	} {
		id, err := identity.Parser{Region: c.region}.Parse(dsr.Phone, c.text)
		got := id.Value
		if err != nil {
			got = string(identity.ReasonOf(err))
		}
		if got != c.want {
			t.Errorf("%q in %q gives %s, not %s", c.text, c.region, got, c.want)
		}
	}
}

// Digits that can be read in two ways are named as such, so that a person can repair them (W3).
func TestTwoReadingsAreExplained(t *testing.T) {
	t.Parallel()
	_, err := identity.Parser{Region: "DE"}.Parse(dsr.Phone, "33639981234")
	require.ErrorContains(t, err, "with its country code and without the plus sign")
	require.ErrorContains(t, err, "a national number of DE")
}

func TestWhatNobodySeesIsTakenAway(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"\u200b", "\ufeff", "\u00ad", "\u202a", "\u202c", "\u2060", "\u200e", "\u2066", "\u180e", "\ufe0f"} {
		for _, c := range []struct {
			idType dsr.IdentifierType
			value  string
		}{
			{dsr.Email, "jo@example.com"}, {dsr.CustomerID, "C-17"}, {dsr.GAUserID, "user 17"}, {dsr.GAClientID, "238036582.1618153421"},
		} {
			for at := 0; at <= len(c.value); at++ {
				id, err := identity.Parser{}.Parse(c.idType, c.value[:at]+mark+c.value[at:])
				require.NoError(t, err)
				require.Equal(t, c.value, id.Value)
			}
		}
		_, err := identity.Parser{}.Parse(dsr.CustomerID, mark)
		require.Equal(t, identity.Empty, identity.ReasonOf(err), "nothing is left")
	}
	composed, err := identity.Parser{}.Parse(dsr.CustomerID, "Zoe\u200b\u0308-17") // the letter and its dots meet
	require.NoError(t, err)
	require.Equal(t, "Zo\u00eb-17", composed.Value)
}
