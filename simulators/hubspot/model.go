package hubspot

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Contact is a person as HubSpot holds one.
type Contact struct {
	// ID is assigned where empty.
	ID string
	// Properties are all values by internal name, such as email, phone, mobilephone, hs_additional_emails (separated
	// by semicolons) and custom properties.
	Properties map[string]string
	// Archived contacts lie in the recycle bin, from which they can be restored.
	Archived bool

	created, updated, archived time.Time
	// purged is when the contact was deleted permanently; it disappears Options.PurgeDelay later.
	purged time.Time
}

// defaults are the properties that come with every contact that is read without asking for others.
var defaults = []string{"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}

// always are the properties that come with every contact whatever was asked for.
var always = []string{"createdate", "hs_object_id", "lastmodifieddate"}

// known are the properties that exist in every account, besides those that contacts bring along.
var known = append([]string{
	"phone", "mobilephone", "company", "hs_additional_emails", "lifecyclestage",
	searchablePhone, searchableMobile,
}, defaults...)

// The calculated properties hold digits only: area code and local number, without the country code.
const (
	searchablePhone  = "hs_searchable_calculated_phone_number"
	searchableMobile = "hs_searchable_calculated_mobile_number"
)

// value returns a property of a contact, calculated ones included.
func (c *Contact) value(name string) string {
	switch name {
	case "hs_object_id":
		return c.ID
	case "createdate":
		return stamp(c.created)
	case "lastmodifieddate":
		return stamp(c.updated)
	case searchablePhone:
		return national(c.Properties["phone"])
	case searchableMobile:
		return national(c.Properties["mobilephone"])
	}
	return c.Properties[name]
}

// emails returns the primary address and the secondary ones, in lower case.
func (c *Contact) emails() []string {
	all := []string{}
	for address := range strings.SplitSeq(c.Properties["email"]+";"+c.Properties["hs_additional_emails"], ";") {
		if address = strings.ToLower(strings.TrimSpace(address)); address != "" {
			all = append(all, address)
		}
	}
	return all
}

// json shows the wanted properties. One that has no value is null.
func (c *Contact) json(wanted []string) map[string]any {
	if len(wanted) == 0 {
		wanted = defaults
	}
	properties := map[string]any{}
	for _, name := range slices.Concat(wanted, always) {
		properties[name] = nil
		if value := c.value(name); value != "" {
			properties[name] = value
		}
	}
	shown := map[string]any{
		"id": c.ID, "properties": properties, "archived": c.Archived,
		"createdAt": stamp(c.created), "updatedAt": stamp(c.updated),
	}
	if c.Archived {
		shown["archivedAt"] = stamp(c.archived)
	}
	return shown
}

func (c *Contact) names() []string { return slices.Collect(maps.Keys(c.Properties)) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// callingCodes are the country codes that the population and its tests need, longest first where one starts another.
var callingCodes = []string{"216", "33", "32", "34", "39", "41", "44", "49", "1"}

var notDigit = regexp.MustCompile(`\D`)

// national strips the country code, the trunk zero and all that is no digit.
func national(phone string) string {
	phone = strings.TrimLeft(phone, " (")
	digits := notDigit.ReplaceAllString(phone, "")
	international := strings.HasPrefix(phone, "+") || strings.HasPrefix(digits, "00")
	digits = strings.TrimPrefix(digits, "00")
	if international {
		for _, code := range callingCodes {
			if rest, ok := strings.CutPrefix(digits, code); ok {
				return strings.TrimPrefix(rest, "0")
			}
		}
	}
	return strings.TrimPrefix(digits, "0")
}
