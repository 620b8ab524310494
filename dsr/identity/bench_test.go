package identity_test

import (
	"fmt"
	"testing"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// mixed are phone numbers and addresses as a shop's contacts have them: most numbers with a
// country code, some as they are dialled at home, some of countries with renumbered lines.
func mixed() []dsr.Identifier {
	var ids []dsr.Identifier
	for i := range 1000 {
		for _, number := range []string{
			fmt.Sprintf("+3363998%04d", i), fmt.Sprintf("06 39 98 %02d %02d", i/100, i%100), fmt.Sprintf("+49 30 23125%03d", i),
			fmt.Sprintf("+1 202 555 %04d", i), fmt.Sprintf("+5255123%05d", i), fmt.Sprintf("+551198765%04d", i),
		} {
			ids = append(ids, dsr.Identifier{Type: dsr.Phone, Value: number})
		}
		for _, address := range []string{
			fmt.Sprintf("jo.%d@example.com", i), fmt.Sprintf("Ann.Martin+%d@Example.ORG", i), fmt.Sprintf("zoë%d@exämple.com", i),
			fmt.Sprintf("kim%d@mail.example.net", i),
		} {
			ids = append(ids, dsr.Identifier{Type: dsr.Email, Value: address})
		}
	}
	return ids
}

func BenchmarkParse(b *testing.B) {
	ids, parser := mixed(), identity.Parser{Region: "FR"}
	b.ReportAllocs()
	for i := range b.N {
		id := ids[i%len(ids)]
		if _, err := parser.Parse(id.Type, id.Value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpellings(b *testing.B) {
	ids, parser := mixed(), identity.Parser{Region: "FR"}
	for i := range ids {
		normal, err := parser.Parse(ids[i].Type, ids[i].Value)
		if err != nil {
			b.Fatal(err)
		}
		ids[i] = normal
	}
	b.ReportAllocs()
	for i := range b.N {
		if len(identity.Spellings(ids[i%len(ids)])) == 0 {
			b.Fatal("an identifier without a spelling")
		}
	}
}
