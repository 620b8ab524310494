package worker_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// The people of a workspace whose lists move: Pia asks, Mia's records come and go. Nothing
// but Pia's address is known of her, so that no second look is made for what it discloses.
var (
	pia = population.Person{Name: "Pia Lang", Email: "pia.lang@example.com", Phone: "+33639986001"}
	mia = population.Person{Name: "Mia Ost", Email: "mia.ost@example.com", CustomerID: "C-2002"}
)

// list is a workspace of Gist with Pia's one conversation in the middle of Mia's.
type list struct {
	*trial
	start time.Time
	// contact and conversation are Pia's.
	contact, conversation string
	// older and newer are Mia's conversations, in their order.
	older, newer []string
	mia          int64
}

// newList puts that many older conversations before Pia's, and more behind it. All others
// of the workspace are newer than hers.
func newList(t *testing.T, older, newer int, edits ...string) *list {
	t.Helper()
	l := &list{trial: newTrial(t, pia, edits...)}
	l.start = l.env.Now()
	l.mia = l.town.Gist.AddContact(gist.Contact{Name: mia.Name, Email: mia.Email, UserID: mia.CustomerID})
	l.adopt(mia, population.Gist, gist.KindContact, strconv.FormatInt(l.mia, 10))
	for i := range older {
		l.older = append(l.older, l.chat(mia, l.mia, l.start.Add(-2*time.Hour+time.Duration(i)*time.Second)))
	}
	contact := l.town.Gist.AddContact(gist.Contact{
		Name: pia.Name, Email: pia.Email, CreatedAt: l.start.Add(-time.Hour),
	})
	l.contact = strconv.FormatInt(contact, 10)
	l.adopt(pia, population.Gist, gist.KindContact, l.contact)
	l.conversation = l.chat(pia, contact, l.start.Add(-time.Hour))
	for range newer {
		l.newer = append(l.newer, l.chat(mia, l.mia, time.Time{}))
	}
	l.operate(3)
	l.leaveOut(2 * aDay)
	return l
}

// chat adds a conversation and returns its id.
func (l *list) chat(p population.Person, contact int64, at time.Time) string {
	id := strconv.FormatInt(l.town.Gist.AddConversation(gist.Conversation{
		ContactID: contact, CreatedAt: at, Messages: []gist.Message{{Body: "Hello, this is " + p.Name}},
	}), 10)
	l.adopt(p, population.Gist, gist.KindConversation, id)
	return id
}

// reads has somebody act right before a page of the conversations is read for the first
// time.
func (l *list) reads(page string, act func()) {
	l.town.Gist.Faults().Add(simulators.Rule{
		Kind: simulators.Meanwhile, Methods: []string{"GET"}, Path: "/conversations", Query: map[string]string{"page": page},
		Times: 1, Do: act,
	})
}

// moves has somebody add an item in front of a list before each reading of its first page
// but the first one, and remove one before that of the second page: what begins the second
// page is never on a page that is read.
func (l *list) moves(path string, times int, add, remove func()) {
	var begun atomic.Bool
	for page, act := range map[string]func(){
		"1": func() {
			if begun.Swap(true) {
				add()
			}
		},
		"2": remove,
	} {
		l.town.Gist.Faults().Add(simulators.Rule{
			Kind: simulators.Meanwhile, Methods: []string{"GET"}, Path: path, Query: map[string]string{"page": page},
			Times: times, Do: act,
		})
	}
}

// remove deletes somebody's conversation in the dashboard.
func (l *list) remove(id string) {
	assert.True(l, l.town.Gist.Remove(gist.KindConversation, id), "the conversation is gone already")
}

// certain makes sure that Gist holds nothing of Pia, or that the report does not claim so.
// Nobody was asked to delete what is Mia's.
func (l *list) certain(r dsr.Report) {
	l.Helper()
	l.honest(r, pia, mia)
	for _, deletion := range l.town.Gist.Ledger().Deletions() {
		for _, record := range l.town.RecordsOf(mia) {
			require.False(l, deletion.Kind == record.Kind && deletion.RecordID == record.ID, "a deletion of Mia's")
		}
	}
}

// others are how many conversations a trial's workspace has before anybody is added.
func others() int {
	sim := gist.New(gist.Options{})
	population.Fill(population.Vendors{Gist: sim}, bystanders)
	return len(idsOf(sim, gist.KindConversation))
}

func idOf(key, kind string) (int64, bool) {
	text, ok := strings.CutPrefix(key, kind+"/")
	id, err := strconv.ParseInt(text, 10, 64)
	return id, ok && err == nil
}

// TestAListThatMovesWhileItIsReadHidesNothing has others act between the readings of two
// pages. Pages have fifty conversations.
func TestAListThatMovesWhileItIsReadHidesNothing(t *testing.T) {
	t.Parallel()
	newestFirst := func(o *gist.Options) { o.IgnoreOrder = true }
	for name, c := range map[string]struct {
		older, newer int
		configure    func(*gist.Options)
		meanwhile    func(*list)
		// erased says that nothing hid anything, so that nobody needs to be asked.
		erased bool
	}{
		"an older one is deleted": {older: 50, meanwhile: func(l *list) {
			l.reads("2", func() { l.remove(l.older[0]) })
		}},
		"an older one is deleted, the owner stands in contact_id": {
			older: 50, configure: func(o *gist.Options) { o.ConversationContact = gist.ContactIDField },
			meanwhile: func(l *list) { l.reads("2", func() { l.remove(l.older[0]) }) },
		},
		"an older one is deleted, the owner stands in the messages": {
			older: 50, configure: func(o *gist.Options) { o.ConversationContact = gist.MessageAuthorOnly },
			meanwhile: func(l *list) { l.reads("2", func() { l.remove(l.older[49]) }) },
		},
		"an older one of the page before the last is deleted": {older: 150, meanwhile: func(l *list) {
			l.reads("4", func() { l.remove(l.older[120]) })
		}},
		"the whole first page is deleted": {older: 99, meanwhile: func(l *list) {
			l.reads("2", func() {
				for _, id := range l.older[:50] {
					l.remove(id)
				}
			})
		}},
		"an older one is deleted and a newer one begins": {older: 50, meanwhile: func(l *list) {
			l.reads("2", func() { l.remove(l.older[0]); l.chat(mia, l.mia, time.Time{}) })
		}},
		"an older one is deleted and the contact by somebody else": {older: 50, meanwhile: func(l *list) {
			l.reads("2", func() {
				l.remove(l.older[0])
				assert.True(l, l.town.Gist.Remove(gist.KindContact, l.contact))
			})
		}},
		"no reading is like the one before": {older: 50, meanwhile: func(l *list) {
			older := make(chan string, 50)
			for _, id := range l.older {
				older <- id
			}
			l.moves("/conversations", 40, func() { l.chat(mia, l.mia, l.start.Add(-3*time.Hour)) }, func() { l.remove(<-older) })
		}},
		"a newer one on the last page is deleted": {older: 50, newer: 30, erased: true, meanwhile: func(l *list) {
			l.reads("3", func() { l.remove(l.newer[29]) })
		}},
		"an older one is imported": {older: 50, erased: true, meanwhile: func(l *list) {
			l.reads("2", func() { l.chat(mia, l.mia, l.start.Add(-3*time.Hour)) })
		}},
		"the order is ignored and a newer one is deleted": {older: 5, newer: 100 - others(), configure: newestFirst, meanwhile: func(l *list) {
			l.reads("3", func() { l.remove(l.newer[0]) })
		}},
		"the order is ignored and the person writes": {older: 5, newer: 100 - others(), configure: newestFirst, meanwhile: func(l *list) {
			l.reads("3", func() {
				assert.True(l, l.town.Gist.Write(l.conversation, gist.Message{Body: "Hello again"}))
			})
		}},
		"the order is ignored and a newer one begins": {
			older: 5, newer: 100 - others(), configure: newestFirst, erased: true, meanwhile: func(l *list) {
				l.reads("3", func() { l.chat(mia, l.mia, time.Time{}) })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(t, c.older, c.newer)
			if c.configure != nil {
				l.town.Gist.Configure(c.configure)
			}
			c.meanwhile(l)

			r := l.run()

			if c.erased {
				assert.Equal(t, dsr.Erased, states(r)["gist"])
				assert.Empty(t, l.town.Remaining(pia))
			}
			l.certain(r)
		})
	}
}

// TestALastPageThatIsGoneIsNoEnd has the last page, on which a conversation of Pia's stands
// alone, be empty once it is read: the conversation has moved to the page before.
func TestALastPageThatIsGoneIsNoEnd(t *testing.T) {
	t.Parallel()
	l := newList(t, 99-others(), 0)
	contact, err := strconv.ParseInt(l.contact, 10, 64)
	require.NoError(t, err)
	l.chat(pia, contact, l.start.Add(time.Second)) // behind all others
	l.reads("3", func() { l.remove(l.older[0]) })

	l.certain(l.run())
}

// TestAConversationThatBeginsWhenTheContactIsGoneIsFound starts conversations that name a
// contact of which nothing is left but its id.
func TestAConversationThatBeginsWhenTheContactIsGoneIsFound(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]gist.ContactIn{
		"contact": gist.ContactObject, "contact_id": gist.ContactIDField, "messages": gist.MessageAuthorOnly,
	} {
		for when, begins := range map[string]func(l *list, begin func()){
			"while it is deleted": func(l *list, begin func()) {
				l.town.Gist.Faults().Add(simulators.Rule{
					Kind: simulators.Meanwhile, Methods: []string{"DELETE"}, Path: "/contacts/" + l.contact, Times: 1, Do: begin,
				})
			},
			"half an hour later": func(l *list, begin func()) { l.at(30*time.Minute, begin) },
		} {
			t.Run("the owner stands in "+name+", "+when, func(t *testing.T) {
				t.Parallel()
				l := newList(t, 10, 0)
				l.town.Gist.Configure(func(o *gist.Options) { o.ConversationContact = in })
				contact, err := strconv.ParseInt(l.contact, 10, 64)
				require.NoError(t, err)
				var late atomic.Int64
				begins(l, func() {
					late.Store(l.town.Gist.AddConversation(gist.Conversation{
						ContactID: contact, Messages: []gist.Message{{Body: "Hello, this is " + pia.Name}},
					}))
				})

				r := l.run()

				require.NotZero(t, late.Load())
				o := outcome(r, "gist")
				assert.False(t, l.town.Gist.Exists(gist.KindConversation, fmt.Sprint(late.Load())) && !o.VerifiedAt.IsZero(),
					"a conversation is left, and the report says %s, verified", o.State)
				assert.Empty(t, l.town.Remaining(pia))
			})
		}
	}
}

// TestAContactThatSomebodyElseDeletesLeavesItsConversationsToErase deletes the contact
// before Lethe does. Its conversations stay, as Gist's do.
func TestAContactThatSomebodyElseDeletesLeavesItsConversationsToErase(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]func(l *list, gone func()) []simulators.Rule{
		"before the conversations are listed": func(_ *list, gone func()) []simulators.Rule {
			return []simulators.Rule{{Kind: simulators.Meanwhile, Path: "/conversations", Times: 1, Do: gone}}
		},
		"before the conversations are deleted": func(_ *list, gone func()) []simulators.Rule {
			return []simulators.Rule{{Kind: simulators.Meanwhile, Methods: []string{"DELETE"}, Times: 1, Do: gone}}
		},
		"while deletions of conversations fail": func(l *list, gone func()) []simulators.Rule {
			path := "/conversations/" + l.conversation
			return []simulators.Rule{
				{Kind: simulators.Meanwhile, Methods: []string{"DELETE"}, Path: path, Times: 1, Do: gone},
				{Kind: simulators.ServerError, Methods: []string{"DELETE"}, Path: path, Times: 8},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(t, 50, 0)
			l.town.Gist.Faults().Set(rules(l, func() { assert.True(t, l.town.Gist.Remove(gist.KindContact, l.contact)) })...)

			l.certain(l.run())
		})
	}
}

// TestAScanThatMovesWhileItIsReadHidesNobody looks for a person by a telephone number, for
// which all contacts are read.
func TestAScanThatMovesWhileItIsReadHidesNobody(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"once": 1, "at each reading": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(t, 0, 0, "{name: gist, connector: gist,", "{name: gist, connector: gist, phone_scan: \"true\",")
			l.request.Subject.Identifiers = []dsr.Identifier{{Type: dsr.Phone, Value: pia.Phone}}
			require.True(t, l.town.Gist.Change(l.contact, func(c *gist.Contact) { c.Phone, c.Email = pia.Phone, "" }))
			add := func(at time.Time) string {
				id := strconv.FormatInt(l.town.Gist.AddContact(gist.Contact{Name: mia.Name, CreatedAt: at}), 10)
				l.adopt(mia, population.Gist, gist.KindContact, id)
				return id
			}
			older := make(chan string, 50)
			for range cap(older) {
				older <- add(l.start.Add(-2 * time.Hour))
			}
			l.moves("/contacts", times, func() { add(l.start.Add(-3 * time.Hour)) }, func() {
				assert.True(t, l.town.Gist.Remove(gist.KindContact, <-older))
			})

			l.certain(l.run())
		})
	}
}

// TestTwoErasuresInOneWorkspaceHideNothingFromEachOther carries a second erasure out as a
// whole between two pages that the first one reads, in a workspace of four hundred.
func TestTwoErasuresInOneWorkspaceHideNothingFromEachOther(t *testing.T) {
	t.Parallel()
	ned := population.Person{Name: "Ned Rau", Email: "ned.rau@example.com"}
	for name, page := range map[string]int{"before the second page": 2, "before the last page": 8} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Ned's conversation is the oldest, Pia's the first of the page.
			l := newList(t, 50*(page-1)-1, 0)
			contact := l.town.Gist.AddContact(gist.Contact{Name: ned.Name, Email: ned.Email})
			l.adopt(ned, population.Gist, gist.KindContact, strconv.FormatInt(contact, 10))
			l.chat(ned, contact, l.start.Add(-3*time.Hour))
			for len(idsOf(l.town.Gist, gist.KindConversation)) < 400 {
				l.chat(mia, l.mia, time.Time{})
			}
			second := l.second(ned)
			theirs := make(chan dsr.Report, 1)
			l.reads(strconv.Itoa(page), func() {
				second.env.ExecuteWorkflow(workflows.Erasure, second.request)
				if assert.NoError(t, second.env.GetWorkflowError()) && assert.Len(t, second.reports, 1) {
					theirs <- second.reports[0]
				}
			})

			r := l.run()

			l.honest(r, pia, ned)
			require.Len(t, theirs, 1)
			l.honest(<-theirs, ned, pia)
			assert.Empty(t, l.town.Remaining(ned))
		})
	}
}

// second prepares the request of another person at the same vendors.
func (tr *trial) second(person population.Person) *trial {
	tr.Helper()
	other := &trial{T: tr.T, env: workflowtest.NewEnvironment(), town: tr.town}
	other.env.SetStartTime(tr.env.Now())
	other.env.SetWorkflowRunTimeout(365 * 24 * time.Hour)
	cfg := other.config()
	// The vendors' clock is that of the first request.
	reach, err := worker.Reach(cfg, worker.Environment{
		Now: tr.env.Now, Pace: connectors.Pace{Min: time.Millisecond, Max: 2 * time.Millisecond},
	})
	require.NoError(tr, err)
	reach.Past = other
	other.env.RegisterActivity(reach)
	other.env.RegisterActivity(&activities.Requests{
		Acquaintances: strangers{}, Plan: cfg.Plan(), Deadlines: cfg.Regulation.Deadlines, Archive: other, Past: other, Keys: other,
		Grace: cfg.Vault.GracePeriod, Now: other.env.Now,
	})
	other.request = dsr.Request{
		ID: "R-2", Kind: dsr.Erasure, ReceivedAt: tr.env.Now(),
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: person.Email}}},
	}
	other.operate(1)
	return other
}
