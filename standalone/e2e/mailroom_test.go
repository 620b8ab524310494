package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
	"ite.digital/lethe/mailbox/mailboxtest"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// mailroom is a site to which people write: a mail server that takes what comes in and
// what goes out, and one that keeps the mailbox.
type mailroom struct {
	*clerk
	exim    *mailtest.Exim
	dovecot *mailboxtest.Dovecot
}

func newMailroom(t *testing.T) *mailroom {
	t.Helper()
	s := newRestrictingSite(t)
	m := &mailroom{dovecot: mailboxtest.Start(t, "")}
	dir, owner := m.dovecot.Maildir()
	m.exim = mailtest.StartFor(t, mail.Plain, true, mailtest.Inbox{Dir: dir, Owner: owner})
	s.write("mailbox.key", mailboxtest.Password)
	s.edit("lethe.yaml", "systems:", fmt.Sprintf(`
notify: {email: {server: "localhost:%d", tls: none, from: lethe@company.example, to: [officer@example.com]}}
mailbox: {server: "localhost:%d", tls: none, username: %s, password: "file:mailbox.key", done: Lethe, from: privacy@company.example}
systems:`, m.exim.Settings.Port, m.dovecot.Settings(mail.Plain).Port, mailboxtest.Username))
	s.edit("lethe.yaml", "recheck_after: 1s", "recheck_after: 0s")
	s.worker()
	s.must("submit", "--id", "first", "--email", population.Nobody.Email) // makes the key store
	m.clerk = s.clerk()
	return m
}

// write has the person write to the company, over the net.
func (m *mailroom) write(person population.Person, subject string, more ...string) {
	m.Helper()
	id := strings.Join(append(more, person.Email), "") // what differs is another message
	m.exim.Deliver(m.T, person.Email, "privacy@example.com", fmt.Sprintf("From: %s <%s>\nTo: privacy@example.com\nSubject: %s\nMessage-ID: <%x@example.com>\n%s\nHello\n",
		strings.Fields(person.Name)[0], person.Email, subject, id, strings.Join(append(more, ""), "\n")))
}

// mails are the requests that came by mail, by the kind.
func (m *mailroom) mails() map[dsr.Kind][]string {
	m.Helper()
	lines, err := m.desk.List(m.Context(), requests.Filter{}, 100)
	require.NoError(m, err)
	found := map[dsr.Kind][]string{}
	for _, line := range lines {
		if strings.HasPrefix(line.ID, "mail-") {
			found[line.Kind] = append(found[line.Kind], line.ID)
		}
	}
	return found
}

func (m *mailroom) count() int {
	found := m.mails()
	return len(found[dsr.Erasure]) + len(found[dsr.Restriction])
}

// acknowledged are the ids of the messages that the person was sent.
func (m *mailroom) acknowledged(person population.Person) map[string]int {
	m.Helper()
	ids := map[string]int{}
	for _, message := range m.exim.Taken(m.T) {
		if message.Header.Get("Envelope-To") == person.Email {
			ids[message.Header.Get("Message-Id")]++
		}
	}
	return ids
}

// approve approves all that the request asks, with the arguments of the command, and
// does its tasks, until it is as wished for.
func (m *mailroom) approve(kind dsr.Kind, id string, wish func(dsr.Report) bool) dsr.Report {
	m.Helper()
	var r dsr.Report
	require.Eventually(m, func() bool {
		var err error
		if r, _, err = m.desk.Status(m.Context(), kind, id); err != nil {
			return false
		}
		for _, outcome := range r.Systems {
			m.answerOf(kind, id, outcome)
			if q := outcome.Question; q != nil && q.Kind == dsr.QuestionApproval {
				_ = m.desk.Update(m.Context(), kind, id, workflows.UpdateApprove, workflows.Approve{System: outcome.Name, Operator: "sam", Records: q.Records()})
			}
		}
		return wish(r)
	}, patience, 50*time.Millisecond, "state:\n%s\nlog:\n%s", lazily(func() string { return m.lethe("show", string(kind)+"/"+id).out }), lazily(m.log))
	return r
}

// TestAMailIsCarriedOutFromItsDeliveryToTheReport kills the process that reads the
// mailbox whenever it has taken a step.
func TestAMailIsCarriedOutFromItsDeliveryToTheReport(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	require.Contains(t, m.must("systems", "check"), "mailbox")
	people := []population.Person{population.Ana, population.Ben, population.Carla, population.Gina}
	for i, c := range []struct {
		subject string
		reached func() bool
	}{
		{"My information [forget]", func() bool { return m.count() == 1 }},
		{"Mes =?utf-8?q?donn=C3=A9es?= [ne plus utiliser]", func() bool { return m.exim.Connections() > 3 }},
		{"My information [delete]", func() bool { return len(m.acknowledged(people[2])) == 1 }},
		{"Re: My information [erase]", func() bool { return len(m.dovecot.Subjects("Lethe", "")) == 4 }},
	} {
		process := m.start(programs.lethe, "mailbox")
		m.write(people[i], c.subject)
		require.Eventually(t, c.reached, patience, time.Millisecond, "%s; log:\n%s", c.subject, lazily(m.log))
		process.end(syscall.SIGKILL)
	}
	process := m.start(programs.lethe, "mailbox")
	require.Eventually(t, func() bool { return len(m.dovecot.Subjects("Lethe", "")) == len(people) }, patience, 50*time.Millisecond, "log:\n%s", lazily(m.log))
	process.end(syscall.SIGTERM)
	require.Empty(t, m.dovecot.Subjects("INBOX", ""))
	require.Eventually(t, func() bool { return m.count() == len(people) }, patience, 50*time.Millisecond)
	for _, person := range people {
		require.Len(t, slices.Collect(maps.Keys(m.acknowledged(person))), 1, "each is acknowledged by one message, whoever died meanwhile")
	}
	found := m.mails()
	require.Len(t, found[dsr.Erasure], 3)
	require.Len(t, found[dsr.Restriction], 1)

	before := m.held(population.Ben)
	name := "restriction/" + found[dsr.Restriction][0]
	refused := m.lethe("approve", name)
	require.Equal(t, 1, refused.code)
	require.Contains(t, refused.err, "the restriction came without a ground")
	require.Contains(t, m.must("tasks", "--json"), "then: lethe approve "+name+" --ground …")
	require.Equal(t, before, m.held(population.Ben))
	m.must("approve", name, "--ground", "objection", "--operator", "sam")
	restricted := m.approve(dsr.Restriction, found[dsr.Restriction][0], inForce)
	require.Equal(t, dsr.GroundObjection, restricted.Restriction.Ground)
	require.NotEqual(t, before, m.held(population.Ben))
	var text string
	require.Eventually(t, func() bool { // it comes into force first
		shown := m.lethe("report", name)
		text = shown.out
		return shown.code == 0
	}, patience, 50*time.Millisecond)
	require.Contains(t, text, "Art. 18(1)(d), until it is decided whether the controller's grounds override those of the subject (named by sam, ")

	// Ana answers the acknowledgement: it was not her.
	answered := ""
	for id := range m.acknowledged(population.Ana) {
		_, rest, _ := strings.Cut(id, "lethe.erasure.")
		answered, _, _ = strings.Cut(rest, ".")
		m.write(population.Ana, "Re: Question", "In-Reply-To: "+id)
	}
	require.Contains(t, found[dsr.Erasure], answered)
	require.Equal(t, "0 requests, 1 for a person, 0 left alone, 0 no request\n", m.must("mailbox", "--once"))
	require.Eventually(t, func() bool { return strings.Contains(m.must("show", answered), "! the person has written again on ") }, patience, 50*time.Millisecond)
	require.Regexp(t, `came by mail, for a\*\*\*@e\*\*\*\.com\n  the address is in the From line of a message sent to the mailbox\n  From: not checked\n`, m.must("show", answered))
	unread := m.lethe("approve", answered)
	require.Equal(t, 1, unread.code)
	require.Contains(t, unread.err, "after the acknowledgement; read it in the mailbox, then add --read")
	m.must("approve", answered, "--read")

	for _, id := range found[dsr.Erasure] {
		if id != answered {
			m.must("approve", id)
		}
		m.approve(dsr.Erasure, id, concluded)
		require.Contains(t, m.must("report", id), "erasure request "+id)
	}
	for _, person := range []population.Person{population.Ana, population.Carla} {
		require.Empty(t, m.town.Remaining(person))
	}
	for _, person := range people {
		m.discreet(person)
	}
}

// TestMoreThanTheLimitWaitsInTheMailbox counts with Temporal, so that a process that is
// started anew begins with no new limit.
func TestMoreThanTheLimitWaitsInTheMailbox(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	m.edit("lethe.yaml", "done: Lethe", "done: Lethe, max_per_day: 2")
	m.write(population.Ana, "My information [forget]")
	m.write(population.Ben, "My information [restrict]")
	m.must("mailbox", "--once")
	require.Eventually(t, func() bool { return m.count() == 2 }, patience, 50*time.Millisecond, "the list lags behind")
	m.write(population.Carla, "My information [forget]")
	full := m.lethe("mailbox", "--once")
	require.Equal(t, 1, full.code)
	require.Contains(t, full.err, "1 requests wait in the mailbox: more have come than max_per_day lets in")
	require.Len(t, m.dovecot.Subjects("INBOX", ""), 1)
	require.Empty(t, m.acknowledged(population.Carla))
	require.Len(t, m.acknowledged(population.Person{Email: "officer@example.com"}), 1, "people are told")
	for kind, ids := range m.mails() {
		described, err := m.client.DescribeWorkflowExecution(t.Context(), dsr.WorkflowID(kind, ids[0]), "")
		require.NoError(t, err)
		require.Equal(t, int32(requests.Bulk), described.GetWorkflowExecutionInfo().GetPriority().GetPriorityKey(), "others go first")
	}
	m.edit("lethe.yaml", "max_per_day: 2", "max_per_day: 3")
	m.must("mailbox", "--once")
	require.Len(t, m.acknowledged(population.Carla), 1)
}

// TestTheRequestsOfOneAddressAreCountedByTemporal has a process end in between.
func TestTheRequestsOfOneAddressAreCountedByTemporal(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	for i := range 10 {
		m.write(population.Ana, "My information [forget]", fmt.Sprintf("X-Number: %d", i))
	}
	m.must("mailbox", "--once")
	require.Eventually(t, func() bool { return m.count() == 10 }, patience, 50*time.Millisecond, "the list lags behind")
	m.write(population.Ana, "My information [forget]")
	m.write(population.Ben, "My information [forget]")
	full := m.lethe("mailbox", "--once")
	require.Equal(t, 1, full.code)
	require.Equal(t, "1 request, 0 for a person, 0 left alone, 0 no request, 1 waiting\n", full.out)
	require.Len(t, m.dovecot.Subjects("INBOX", ""), 1)
}

// TestTheGroundOfARestrictionIsAskedAgainAfterAReset resets a restriction that came by mail: what
// an operator has said is asked again, and nothing is in force without a ground.
func TestTheGroundOfARestrictionIsAskedAgainAfterAReset(t *testing.T) {
	t.Parallel()
	o := restricting(t).clerk()
	r := dsr.Request{ID: "mail-1", Kind: dsr.Restriction, Channel: dsr.ChannelMail, ApprovalRequired: true}
	require.NoError(t, o.handFor(population.Ben, r))
	m := &mailroom{clerk: o}
	o.report("mail-1", func(r dsr.Report) bool { return r.Restriction.LacksGround() && states(r)["gist"] == dsr.NeedsOperator })
	o.must("approve", "mail-1", "--ground", "claims")
	m.approve(dsr.Restriction, "mail-1", inForce)

	first := int64(4) // the first WorkflowTaskCompleted
	_, err := o.client.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: "default", WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: r.WorkflowID()},
		Reason: "test", WorkflowTaskFinishEventId: first, RequestId: uuid.NewString(),
	})
	require.NoError(t, err)
	// What was restricted stays so; the ground is named again, and tasks are approved with it.
	o.report("mail-1", func(r dsr.Report) bool { return r.Restriction.LacksGround() && states(r)["gist"] == dsr.Restricted })
	o.must("approve", "mail-1", "--ground", "claims")
	again := m.approve(dsr.Restriction, "mail-1", inForce)
	require.Equal(t, dsr.GroundClaims, again.Restriction.Ground)
	require.NotEmpty(t, o.held(population.Ben))
}
