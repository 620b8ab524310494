package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestOnlyWhatCameByMailHasAnOrigin(t *testing.T) {
	t.Parallel()
	good := dsr.MailOrigin{Via: dsr.MailDirect, Authentication: dsr.MailNotChecked, ReceivedBy: dsr.MailboxClock}
	for want, change := range map[string]func(*dsr.Request){
		"":                                    func(*dsr.Request) {},
		"mail: is for what came by mail only": func(r *dsr.Request) { r.Channel = "" },
		"mail: via is not known":              func(r *dsr.Request) { r.Mail.Via = "ann@example.com" },
		"mail: authentication is not known":   func(r *dsr.Request) { r.Mail.Authentication = "" },
		"mail: received_by is not known":      func(r *dsr.Request) { r.Mail.ReceivedBy = "date" },
	} {
		origin := good
		r := dsr.Request{
			ID: "mail-1", Kind: dsr.Erasure, Channel: dsr.ChannelMail, ApprovalRequired: true, Mail: &origin, ReceivedAt: time.Unix(1, 0),
			Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}}},
		}
		change(&r)
		err := r.Validate(time.Unix(1, 0), identity.Check)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, want)
	}
}

func TestADayOfAMailIsThatOfTheDeadline(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("", 9*60*60)
	late := time.Date(2026, 11, 1, 20, 0, 0, 0, time.UTC)
	r := dsr.Report{
		ReceivedAt: late, DueAt: late.AddDate(0, 1, 0).In(tokyo), FollowUps: &dsr.FollowUps{Messages: 3, Unread: 1, LastAt: late},
		Mail: &dsr.MailOrigin{Via: dsr.MailDirect, Authentication: dsr.MailDKIM, ReceivedBy: dsr.MailboxClock, DatedAt: late.AddDate(0, 0, 7)},
	}
	require.Equal(t, "the person has written again on 2026-11-02, after the acknowledgement; read it in the mailbox; "+
		"the address is in the From line of a message sent to the mailbox; From: passed DKIM of its domain; "+
		"received on 2026-11-02; the sender's Date says 2026-11-09, which proves nothing", r.ApprovalNote())
	r.FollowUps.Unread, r.Mail = 0, nil
	require.Empty(t, r.ApprovalNote())
}
