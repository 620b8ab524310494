package population

// Person is somebody who may be known to the vendors.
type Person struct {
	// Name is unique in the population.
	Name  string
	Email string
	// Phone in E.164 form.
	Phone      string
	CustomerID string
	GAClientID string
}

// The people with a story. What each vendor knows of them is in the functions that fill it.
var (
	// Ana is the main subject. HubSpot, Gist and the website know her address; HubSpot alone knows her telephone number
	// and her Analytics client id. In Landbot she is three customers: one on the web with her address, one on WhatsApp
	// with the number, one archived with the number but no "+".
	Ana = Person{
		Name: "Ana Martin", Email: "ana.martin@example.com", Phone: "+33639981234",
		CustomerID: "C-1001", GAClientID: "1203984756.1718000001",
	}
	// Ben is known to Gist and the website only.
	Ben = Person{Name: "Ben Keller", Email: "ben.keller@example.com", CustomerID: "C-1002"}
	// Oneil has a quote and a plus in his address and is known everywhere.
	Oneil = Person{
		Name: "Seán O'Neil", Email: "o'neil+news@example.com", Phone: "+33639982001",
		CustomerID: "C-1003", GAClientID: "1203984757.1718000002",
	}
	// Zoe has a letter beyond ASCII in her address and is known everywhere. Gist holds her twice, as user and as lead.
	Zoe = Person{
		Name: "Zoë Über", Email: "zoë@example.com", Phone: "+33639982002",
		CustomerID: "C-1004", GAClientID: "1203984758.1718000003",
	}
	// Carla asks with an address that HubSpot holds as a secondary one, beside another primary address.
	Carla = Person{Name: "Carla Rossi", Email: "carla.rossi@example.com"}
	// Dora and Emil share a telephone number: HubSpot knows it of Dora, Landbot knows Emil by it, with his own address.
	Dora = Person{Name: "Dora Blanc", Email: "dora.blanc@example.com", Phone: "+33639984000"}
	Emil = Person{Name: "Emil Blanc", Email: "emil.blanc@example.com", Phone: "+33639984000"}
	// Gina, Hugo and Ida are colleagues behind one switchboard. HubSpot knows its number of Gina and Hugo; in Landbot
	// Gina is known by her address, Hugo by address and number, Ida by the number alone.
	Gina = Person{Name: "Gina Holt", Email: "gina.holt@example.com", Phone: "+33639987000"}
	Hugo = Person{Name: "Hugo Stern", Email: "hugo.stern@example.com", Phone: "+33639987000"}
	Ida  = Person{Name: "Ida Brandt", Phone: "+33639987000"}
	// Kim had the address that is Lea's now. HubSpot knows Lea by it, with her number; Landbot knows Kim by his.
	Kim = Person{Name: "Kim Falk", Email: "k.falk@example.com", Phone: "+33639985501"}
	Lea = Person{Name: "Lea Falk", Email: "k.falk@example.com", Phone: "+33639985502"}
	// Farid lies in HubSpot's recycle bin and nowhere else.
	Farid = Person{Name: "Farid Haddad", Email: "farid.haddad@example.com"}
	// Nobody is known nowhere.
	Nobody = Person{Name: "Nora Body", Email: "nora.body@example.com", Phone: "+33639989999"}
)

// nearMisses look like Ana to a vendor that compares loosely.
var nearMisses = []Person{
	{Name: "Ana Martin (longer domain)", Email: "ana.martin@example.com.invalid"},
	{Name: "Ana Martin (plus address)", Email: "ana.martin+shop@example.com"},
	{Name: "Ana Martin (number)", Email: "ana.martin2@example.com"},
	{Name: "Ana Martin (no dot)", Email: "anamartin@example.com"},
	{Name: "Hana Martin", Email: "hana.martin@example.com"},
	{Name: "Ana Martin (longer phone)", Phone: "+336399812345"},
	{Name: "Ana Martin (next phone)", Email: "a.martin@example.com", Phone: "+33639981235"},
}
