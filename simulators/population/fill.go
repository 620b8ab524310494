package population

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/website"
)

// GAClientIDProperty is the custom property in which HubSpot keeps a person's Analytics client id.
const GAClientIDProperty = "ga_client_id"

// RestrictionProperty is the checkbox with which HubSpot marks contacts whose processing is restricted.
const RestrictionProperty = "processing_restricted"

// Subscription types of the HubSpot account.
const (
	newsletter = 101
	oneToOne   = 102
	oldOffers  = 103
)

// subscribed is how Gist shows that somebody is not unsubscribed from e-mails.
const subscribed = "false"

// Channels of the Landbot account.
const (
	webChannel      = 11
	whatsAppChannel = 12
	oldChannel      = 13
)

func (t *Town) fillHubSpot(strangers []Person) {
	add := func(p Person, c hubspot.Contact) {
		first, last, _ := strings.Cut(p.Name, " ")
		c.Properties["firstname"], c.Properties["lastname"] = first, last
		t.own(p, HubSpot, hubspot.KindContact, t.HubSpot.AddContact(c))
	}
	t.HubSpot.AddProperty(GAClientIDProperty)
	t.HubSpot.AddCheckbox(RestrictionProperty)
	t.HubSpot.AddSubscriptionType(hubspot.SubscriptionType{ID: newsletter, Name: "Newsletter"})
	t.HubSpot.AddSubscriptionType(hubspot.SubscriptionType{ID: oneToOne, Name: "One to One"})
	t.HubSpot.AddSubscriptionType(hubspot.SubscriptionType{ID: oldOffers, Name: "Old offers", Inactive: true})
	half := len(strangers) / 2
	for _, p := range slices.Concat(strangers[:half], nearMisses, []Person{Ana, Oneil, Zoe, Dora, Gina, Hugo, Lea}, strangers[half:]) {
		properties := map[string]string{}
		set(properties, "email", p.Email)
		set(properties, "phone", spaced(p.Phone))
		set(properties, GAClientIDProperty, p.GAClientID)
		add(p, hubspot.Contact{Properties: properties})
		if p.Email == "" {
			continue
		}
		t.HubSpot.Subscribe(p.Email, newsletter, hubspot.Subscription{Status: hubspot.Subscribed, LegalBasis: "CONSENT_WITH_NOTICE"})
	}
	add(Carla, hubspot.Contact{Properties: map[string]string{
		"email": "rossi.carla@example.com", "hs_additional_emails": Carla.Email + ";carla@example.com",
	}})
	add(Farid, hubspot.Contact{Properties: map[string]string{"email": Farid.Email}, Archived: true})
}

func (t *Town) fillGist(strangers []Person) {
	half := len(strangers) / 2
	for _, p := range slices.Concat(strangers[:half], nearMisses, []Person{Ana, Ben, Oneil, Zoe}, strangers[half:]) {
		if p.Email == "" {
			continue
		}
		contact := t.Gist.AddContact(gist.Contact{Name: p.Name, Email: p.Email, UserID: p.CustomerID, Unsubscribed: subscribed})
		t.own(p, Gist, gist.KindContact, strconv.FormatInt(contact, 10))
		t.chat(p, contact, gist.Open)
		if p == Ana {
			t.chat(p, contact, gist.Closed)
		}
	}
	lead := t.Gist.AddContact(gist.Contact{Name: Zoe.Name, Email: Zoe.Email, Unsubscribed: subscribed})
	t.own(Zoe, Gist, gist.KindContact, strconv.FormatInt(lead, 10))
}

func (t *Town) chat(p Person, contact int64, state string) {
	id := t.Gist.AddConversation(gist.Conversation{
		ContactID: contact, State: state,
		Messages: []gist.Message{{Body: "Hello, this is " + p.Name}, {Body: "How can we help?", FromTeammate: true}},
	})
	t.own(p, Gist, gist.KindConversation, strconv.FormatInt(id, 10))
}

func (t *Town) fillLandbot(strangers []Person) {
	add := func(p Person, c landbot.Customer) {
		c.Name = p.Name
		c.Transcript = []string{"Hello, this is " + p.Name}
		t.own(p, Landbot, landbot.KindCustomer, strconv.FormatInt(t.Landbot.AddCustomer(c), 10))
	}
	for i, p := range strangers {
		phone := withoutPlus(p.Phone, i%2 == 0)
		add(p, landbot.Customer{ChannelID: webChannel, Email: p.Email, Phone: phone, Archived: i%5 == 0})
	}
	for _, p := range nearMisses {
		add(p, landbot.Customer{ChannelID: webChannel, Email: p.Email, Phone: p.Phone})
		add(p, landbot.Customer{ChannelID: oldChannel, Email: p.Email, Phone: withoutPlus(p.Phone, true), Archived: true})
	}
	for _, p := range []Person{Ana, Oneil, Zoe} {
		add(p, landbot.Customer{ChannelID: webChannel, Email: p.Email})
		add(p, landbot.Customer{ChannelID: whatsAppChannel, Phone: p.Phone, OptIn: true})
		add(p, landbot.Customer{ChannelID: oldChannel, Phone: withoutPlus(p.Phone, true), Archived: true})
	}
	add(Gina, landbot.Customer{ChannelID: webChannel, Email: Gina.Email})
	add(Hugo, landbot.Customer{ChannelID: webChannel, Email: Hugo.Email, Phone: Hugo.Phone})
	add(Ida, landbot.Customer{ChannelID: whatsAppChannel, Phone: Ida.Phone})
	add(Kim, landbot.Customer{ChannelID: whatsAppChannel, Phone: Kim.Phone})
	add(Emil, landbot.Customer{ChannelID: whatsAppChannel, Email: Emil.Email, Phone: Emil.Phone})
}

func (t *Town) fillWebsite(strangers []Person) {
	for i, p := range slices.Concat([]Person{Ana, Ben, Oneil, Zoe}, nearMisses, strangers) {
		id := fmt.Sprintf("u-%d", 17+i)
		record := website.Record{ID: id, Settings: []website.Setting{
			{Name: "newsletter", Value: "weekly", Restricted: "off"}, {Name: "profiling/größe & maß", Value: "", Restricted: "stopped"},
		}}
		if p.Email != "" {
			record.Identifiers = append(record.Identifiers, website.Identifier{Type: website.Email, Value: p.Email})
		}
		if p.CustomerID != "" {
			record.Identifiers = append(record.Identifiers, website.Identifier{Type: website.CustomerID, Value: p.CustomerID})
		}
		t.Website.AddRecord(record)
		t.own(p, Website, website.DefaultKind, id)
	}
}

func set(properties map[string]string, name, value string) {
	if value != "" {
		properties[name] = value
	}
}

// spaced writes a French number as people type it: "+33 6 39 98 12 34".
func spaced(phone string) string {
	rest, ok := strings.CutPrefix(phone, "+336")
	if !ok {
		return phone
	}
	text := "+33 6"
	for ; len(rest) > 2; rest = rest[2:] {
		text += " " + rest[:2]
	}
	return text + " " + rest
}

func withoutPlus(phone string, without bool) string {
	if without {
		return strings.TrimPrefix(phone, "+")
	}
	return phone
}
