package crowd

import (
	"slices"

	"ite.digital/lethe/dsr"
)

// Crowd is a drawn world. It is for reading; everything in it follows from the seed and the number
// of requests.
type Crowd struct {
	// Systems are the vendors, always the same ones in the same order.
	Systems []System
	// Requests has one request of each person from 0 on. Persons who make none have the indices after them.
	Requests []Request

	names       []string
	yours       [][]string
	untraceable map[int][]string
	visitors    map[string][]int
}

// System is a vendor that can be searched by identifiers of the types in Needs.
type System struct {
	Name    string
	Needs   []dsr.IdentifierType
	Records []Record
}

// Record is what a vendor stores: raw text as people and programs write it.
type Record struct {
	// ID is unique in its system.
	ID     string
	Fields []Field
	// Owners are the persons whose data the record holds. The first is the one whose record it mainly is; a merged contact
	// has two.
	Owners []int
}

// Field is a value of a record. Value may hold several, separated by semicolons.
type Field struct {
	Name  string
	Type  dsr.IdentifierType
	Value string
	// Main says that the field is the vendor's primary one of its type: HubSpot's email as against hs_additional_emails.
	Main bool
}

// Request is what a person gives who asks to be erased.
type Request struct {
	Person      int
	Kinds       []Kind
	Identifiers []Given
}

// Given is an identifier as the person writes it. No two of a request are the same identifier.
type Given struct {
	Type  dsr.IdentifierType
	Value string
}

// Kind is what may lead from a person to somebody else, or seem to.
type Kind string

// The kinds of people; see the package comment for how each is drawn.
const (
	SharedPhone     Kind = "shared_phone"
	FamilyAddress   Kind = "family_address"
	RoleAddress     Kind = "role_address"
	MergedContact   Kind = "merged_contact"
	RecycledNumber  Kind = "recycled_number"
	Placeholder     Kind = "placeholder"
	TwoOwnAddresses Kind = "two_own_addresses"
	Ordinary        Kind = "ordinary"
)

// Kinds lists every kind, in the order in which a request names them.
func Kinds() []Kind {
	return []Kind{
		SharedPhone, FamilyAddress, RoleAddress, MergedContact, RecycledNumber, Placeholder, TwoOwnAddresses, Ordinary,
	}
}

// Rate is the share of requests that are of the kind, from 0 to 1. Nobody of another kind is
// ordinary.
func (k Kind) Rate() float64 {
	switch k {
	case SharedPhone:
		return 0.03
	case FamilyAddress:
		return 0.02
	case RoleAddress:
		return 0.01
	case MergedContact:
		return 0.01
	case RecycledNumber:
		return 0.005
	case Placeholder:
		return 0.02
	case TwoOwnAddresses:
		return 0.15
	}
	rest := 1.0
	for _, other := range Kinds() {
		if other != Ordinary {
			rest *= 1 - other.Rate()
		}
	}
	return rest
}

// Yours lists the records that hold data of the person and of nobody else, as "system/record id".
func (c Crowd) Yours(person int) []string {
	if person < 0 || person >= len(c.yours) {
		return nil
	}
	return slices.Clone(c.yours[person])
}

// Strangers lists all records of the world that hold data of anybody but the person, merged
// contacts of theirs included. Every record is either among them or among Yours. It reads the whole
// world: to judge many people, keep Yours and take what is not in it for a stranger's.
func (c Crowd) Strangers(person int) []string {
	var keys []string
	for _, s := range c.Systems {
		for _, r := range s.Records {
			if !slices.Equal(r.Owners, []int{person}) {
				keys = append(keys, key(s.Name, r.ID))
			}
		}
	}
	return keys
}

// Untraceable lists those of the person's Strangers that carry nothing but identifiers that the
// person gives, and placeholders. No comparison of identifiers can show that they are not the
// person's.
func (c Crowd) Untraceable(person int) []string { return slices.Clone(c.untraceable[person]) }

// Visitors are the persons whom the analytics service knows by a GA client or user id, and nil for
// placeholders and values that are nobody's.
func (c Crowd) Visitors(id string) []int { return slices.Clone(c.visitors[id]) }

// Name is the person's first and last name. Records do not show it: it explains why two people look
// alike.
func (c Crowd) Name(person int) string {
	if person < 0 || person >= len(c.names) {
		return ""
	}
	return c.names[person]
}

func key(system, record string) string { return system + "/" + record }
