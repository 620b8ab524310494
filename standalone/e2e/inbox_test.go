package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"ite.digital/lethe/client"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox/mailboxtest"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/vault"
)

// listed are the requests that Temporal knows. There is no list before the first of
// them has made the keys.
func (s *site) listed() []requests.Line {
	s.Helper()
	var list struct {
		Requests []requests.Line `json:"requests"`
	}
	if answer := s.lethe("list", "--json", "--limit", "500"); answer.code != 0 || json.Unmarshal([]byte(answer.out), &list) != nil {
		return nil
	}
	return list.Requests
}

func TestAFileIsHandedInOnceHoweverOftenItIsInterrupted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var file strings.Builder
	file.WriteString("id,email,received\n")
	recent := time.Now().AddDate(0, 0, -2).Format(time.DateOnly)
	const rows = 60
	for i := range rows {
		id := "t-" + strconv.Itoa(i)
		if i%2 == 1 {
			id = "" // it is known by what it holds
		}
		fmt.Fprintf(&file, "%s,person%d@example.com,%s\n", id, i, recent)
	}
	file.WriteString("late,late@example.com,2020-01-01\nwrong,nonsense," + recent + "\n")
	s.write("people.csv", file.String())

	first := s.start(programs.lethe, "import", filepath.Join(s.dir, "people.csv"))
	require.Eventually(t, func() bool { return len(s.listed()) > 0 }, patience, 10*time.Millisecond)
	first.end(syscall.SIGKILL)
	second := s.lethe("import", "people.csv")

	require.Equal(t, 1, second.code)
	require.Contains(t, second.err, "line 63: email (column 2): not an e-mail address")
	require.NotContains(t, second.err, "nonsense")
	require.Regexp(t, `^62 rows: \d+ handed in, \d+ handed in before, 1 wrong\n$`, second.out)
	third := s.lethe("import", "people.csv")
	require.Contains(t, third.out, "62 rows: 0 handed in, 61 handed in before, 1 wrong")
	require.Eventually(t, func() bool { return len(s.listed()) == rows+1 }, patience, 100*time.Millisecond, "the list lags behind")

	temporal := s.clerk().client
	for id, priority := range map[string]int32{"t-0": 5, "late": 1} {
		described, err := temporal.DescribeWorkflowExecution(t.Context(), dsr.WorkflowID(dsr.Erasure, id), "")
		require.NoError(t, err)
		require.Equal(t, priority, described.GetWorkflowExecutionInfo().GetPriority().GetPriorityKey(), id)
	}
	s.edit("people.csv", "t-0,person0@example.com", "t-0,somebody@example.com")
	require.Contains(t, s.lethe("import", "people.csv").err, "line 2: a different request has this id already")
}

func TestAMailIsARequestThatWaitsForApproval(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := mailboxtest.Start(t, "")
	s.write("mailbox.key", mailboxtest.Password)
	s.edit("lethe.yaml", "systems:", fmt.Sprintf(
		"mailbox: {server: 'localhost:%d', tls: none, username: %s, password: 'file:mailbox.key', done: Lethe}\nsystems:",
		server.Settings(mail.Plain).Port, mailboxtest.Username))
	s.worker()
	first := s.start(programs.lethe, "mailbox")
	letter := "From: Ana <" + population.Ana.Email + ">\nMessage-ID: <1@example.com>\nSubject: Re: My information [forget]\n\n"
	server.Deliver("INBOX", time.Now(), letter)
	require.Eventually(t, func() bool { return len(s.listed()) == 1 }, patience, 50*time.Millisecond, "log:\n%s", lazily(s.log))
	first.end(syscall.SIGKILL)
	server.Deliver("INBOX", time.Now(), letter, "From: shop@example.com\nSubject: Invoice\n\n") // once more, by another way

	s.start(programs.lethe, "mailbox")

	require.Eventually(t, func() bool { return len(server.Subjects("Lethe", "")) == 2 }, patience, 50*time.Millisecond, "log:\n%s", lazily(s.log))
	lines := s.listed()
	require.Len(t, lines, 1, "the same message is the same request")
	s.report(lines[0].ID, func(r dsr.Report) bool {
		return states(r)["gist"] == dsr.NeedsOperator && states(r)["hubspot"] == dsr.NeedsOperator
	})
	require.NotEmpty(t, s.town.Remaining(population.Ana), "nothing is erased before a person approves")
	require.Equal(t, []string{"Invoice"}, server.Subjects("INBOX", ""))
	s.discreet(population.Ana)
}

func TestAProgramOnTemporalHandsInARequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.must("submit", "--id", "R-1", "--email", population.Zoe.Email, "--system", "console") // whoever comes first makes the keys
	dir := "file://" + s.dir + "/data/"
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	options := client.Options{
		Temporal: sdk.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}},
		Vault:    vault.Options{Store: dir + "keys", KEK: dir + "key-encryption.key", CacheFor: time.Second},
	}
	lethe, err := client.Open(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lethe.Close()) })
	request := dsr.Request{
		ID: "case-1", Kind: dsr.Erasure, ReceivedAt: time.Now(), Systems: []string{"console"},
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: population.Ana.Email}}},
	}
	var problems dsr.Problems
	_, err = lethe.Submit(ctx, dsr.Request{ID: "case-0"})
	require.ErrorAs(t, err, &problems)
	byMail := request
	byMail.Kind, byMail.Channel, byMail.ApprovalRequired = dsr.Restriction, dsr.ChannelMail, true
	_, err = lethe.Submit(ctx, byMail)
	require.ErrorContains(t, err, "channel: is for what 'lethe mailbox' hands in", "a program names the ground")
	already, err := lethe.Submit(ctx, request)
	require.NoError(t, err)
	require.False(t, already)
	already, err = lethe.Submit(ctx, request)
	require.NoError(t, err)
	require.True(t, already)
	other := request
	other.Systems = nil
	_, err = lethe.Submit(ctx, other)
	require.ErrorIs(t, err, client.ErrTaken)

	completion, err := lethe.Wait(ctx, dsr.Erasure, "case-1")
	require.NoError(t, err)
	require.Equal(t, dsr.StatusCompleted, completion.Status)
	status, err := lethe.Status(ctx, dsr.Erasure, "case-1")
	require.NoError(t, err)
	require.Equal(t, dsr.NotApplicable, states(status)["console"])
	_, err = lethe.Status(ctx, dsr.Erasure, "case-2")
	require.ErrorIs(t, err, client.ErrUnknown)

	other.ID, other.Systems = "case-3", []string{"alore"} // it waits for a person
	_, err = lethe.Submit(ctx, other)
	require.NoError(t, err)
	require.NoError(t, lethe.Cancel(ctx, dsr.Erasure, "case-3", "sam", "withdrawn"))
	completion, err = lethe.Wait(ctx, dsr.Erasure, "case-3")
	require.NoError(t, err)
	require.Equal(t, dsr.StatusCancelled, completion.Status)
	require.ErrorIs(t, lethe.Cancel(ctx, dsr.Erasure, "case-3", "sam", "withdrawn"), client.ErrEnded)

	elsewhere := options
	elsewhere.Vault.Store = "file://" + t.TempDir() + "/keys"
	_, err = client.Open(ctx, elsewhere)
	require.ErrorContains(t, err, "the key store does not exist")
}
