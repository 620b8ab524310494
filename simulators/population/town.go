package population

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/website"
)

// Names of the systems in a Record.
const (
	HubSpot = "hubspot"
	Gist    = "gist"
	Landbot = "landbot"
	Website = "website"
)

// DefaultBystanders is how many strangers each vendor holds where Fill is told no number: several pages anywhere.
const DefaultBystanders = 250

// Vendors are the simulators that make up a town. Those that are nil are left out.
type Vendors struct {
	HubSpot         *hubspot.Sim
	Gist            *gist.Sim
	Landbot         *landbot.Sim
	Website         *website.Sim
	GoogleAnalytics *googleanalytics.Sim
}

// Record is something a system holds.
type Record struct {
	System string
	Kind   string
	ID     string
}

// Town is a set of vendors that know the same people. It is safe for concurrent use once it is filled.
type Town struct {
	Vendors
	mu      sync.Mutex
	owners  map[Record]string
	founded map[Record]string
}

// New returns a town of all five vendors with their default options and the default number of bystanders.
func New() *Town {
	return Fill(Vendors{
		HubSpot:         hubspot.New(hubspot.Options{}),
		Gist:            gist.New(gist.Options{}),
		Landbot:         landbot.New(landbot.Options{}),
		Website:         website.New(website.Options{}),
		GoogleAnalytics: googleanalytics.New(googleanalytics.Options{}),
	}, DefaultBystanders)
}

// Fill puts the people and that many bystanders into the vendors. Google Analytics holds nobody that can be seen.
func Fill(v Vendors, bystanders int) *Town {
	t := &Town{Vendors: v, owners: map[Record]string{}}
	strangers := make([]Person, bystanders)
	for i := range strangers {
		strangers[i] = Person{
			Name:       fmt.Sprintf("Bystander %04d", i),
			Email:      fmt.Sprintf("bystander%04d@example.com", i),
			Phone:      fmt.Sprintf("+3363998%04d", 5000+i),
			CustomerID: fmt.Sprintf("B-%04d", i),
			GAClientID: fmt.Sprintf("%d.1700000000", 2000000000+i),
		}
	}
	if v.HubSpot != nil {
		t.fillHubSpot(strangers)
	}
	if v.Gist != nil {
		t.fillGist(strangers)
	}
	if v.Landbot != nil {
		t.fillLandbot(strangers)
	}
	if v.Website != nil {
		t.fillWebsite(strangers)
	}
	t.founded = t.snapshot()
	return t
}

// Adopt counts a record that somebody has put into a vendor among those that the town was founded with, as the person's.
func (t *Town) Adopt(p Person, r Record) {
	content := t.snapshot()[r]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owners[r], t.founded[r] = p.Name, content
}

// RecordsOf returns the records that the town was founded with for a person, sorted.
func (t *Town) RecordsOf(p Person) []Record {
	return t.records(func(owner string) bool { return owner == p.Name })
}

// RecordsIn returns the records that one system was founded with for a person, sorted.
func (t *Town) RecordsIn(system string, p Person) []Record {
	return slices.DeleteFunc(t.RecordsOf(p), func(r Record) bool { return r.System != system })
}

// Remaining returns those records of a person that are still held, sorted.
func (t *Town) Remaining(p Person) []Record {
	held := t.snapshot()
	return slices.DeleteFunc(t.RecordsOf(p), func(r Record) bool { return held[r] == "" })
}

// Others returns the records of everybody but the given people, sorted: near-misses, bystanders and other subjects.
func (t *Town) Others(subjects ...Person) []Record {
	return t.records(func(owner string) bool { return !named(subjects, owner) })
}

// Harmed returns the records of everybody but the given people that are gone or changed since the town was founded,
// and all that appeared since, sorted. It is empty if nobody else was touched.
func (t *Town) Harmed(subjects ...Person) []Record {
	held := t.snapshot()
	t.mu.Lock()
	defer t.mu.Unlock()
	everything := maps.Clone(t.founded)
	maps.Copy(everything, held)
	var harmed []Record
	for r := range everything {
		if held[r] != t.founded[r] && !named(subjects, t.owners[r]) {
			harmed = append(harmed, r)
		}
	}
	return sorted(harmed)
}

func (t *Town) records(wanted func(owner string) bool) []Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []Record
	for r, owner := range t.owners {
		if wanted(owner) {
			found = append(found, r)
		}
	}
	return sorted(found)
}

func (t *Town) own(p Person, system, kind, id string) {
	t.owners[Record{System: system, Kind: kind, ID: id}] = p.Name
}

func (t *Town) snapshot() map[Record]string {
	held := map[Record]string{}
	add := func(system string, snapshot map[string]string) {
		for key, content := range snapshot {
			kind, id, _ := strings.Cut(key, "/")
			held[Record{System: system, Kind: kind, ID: id}] = content
		}
	}
	if t.HubSpot != nil {
		add(HubSpot, t.HubSpot.Snapshot())
	}
	if t.Gist != nil {
		add(Gist, t.Gist.Snapshot())
	}
	if t.Landbot != nil {
		add(Landbot, t.Landbot.Snapshot())
	}
	if t.Website != nil {
		add(Website, t.Website.Snapshot())
	}
	return held
}

func named(people []Person, name string) bool {
	return slices.ContainsFunc(people, func(p Person) bool { return p.Name == name })
}

func sorted(records []Record) []Record {
	slices.SortFunc(records, func(a, b Record) int {
		return strings.Compare(a.System+"/"+a.Kind+"/"+a.ID, b.System+"/"+b.Kind+"/"+b.ID)
	})
	return records
}
