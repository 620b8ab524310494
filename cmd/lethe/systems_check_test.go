package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox/mailboxtest"
	"ite.digital/lethe/simulators/authority"
)

// checkable is a connector whose check ends as told.
type checkable struct {
	connectors.Connector
	err error
}

func (c checkable) Check(context.Context) error { return c.err }

// system is a configured system with a connector that New returns.
func system(name string, connector connectors.Connector, err error) config.System {
	made := config.System{Plan: dsr.System{Name: name}, Settings: connectors.Settings{System: name}}
	if connector != nil || err != nil {
		made.Kind.New = func(connectors.Settings) (connectors.Connector, error) { return connector, err }
	}
	return made
}

func TestCheckTriesEverySystemAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	rejected := &connectors.Error{Class: connectors.CredentialsRejected, System: "hubspot", Method: "GET", Path: "/me", Status: 401, Reason: "the key is not accepted"}
	misconfigured := &connectors.Error{Class: connectors.Misconfigured, System: "website", Reason: "base_url is not https"}
	cfg := &config.Config{Systems: []config.System{
		system("gist", checkable{}, nil),
		system("hubspot", checkable{err: rejected}, nil),
		system("website", nil, misconfigured),
		system("landbot", checkable{err: errors.New("odd")}, nil),
		system("alore", nil, nil),
		system("uncheckable", struct{ connectors.Connector }{}, nil),
	}}
	results := check(t.Context(), cfg, nil, time.Now())
	require.Equal(t, []checked{
		{System: "gist", Result: checkOK},
		{System: "hubspot", Result: checkFailed, Reason: rejected.Error(), Advice: "check the system's credentials and what they permit"},
		{System: "website", Result: checkFailed, Reason: misconfigured.Error(), Advice: "repair the system's entry in lethe.yaml"},
		{System: "landbot", Result: checkFailed, Reason: "odd"},
		{System: "alore", Result: checkNothing},
		{System: "uncheckable", Result: checkNothing},
	}, results)
	require.EqualError(t, verdict(results), "3 of 6 systems failed the check: hubspot, website, landbot")

	s, out := testStreams(t)
	require.NoError(t, s.printChecks(results, false))
	golden(t, "check.txt", out.String())
}

// TestACheckThatReachesNobodyMaySucceedLater tells a script whether to try again or to ask
// a person.
func TestACheckThatReachesNobodyMaySucceedLater(t *testing.T) {
	t.Parallel()
	away := system("gist", checkable{err: &connectors.Error{Class: connectors.Transient, System: "gist", Reason: "the vendor did not answer in time"}}, nil)
	rejected := system("hubspot", checkable{err: &connectors.Error{Class: connectors.CredentialsRejected, System: "hubspot"}}, nil)
	fine := system("landbot", checkable{}, nil)
	for status, systems := range map[int][]config.System{
		exitDone: {fine}, exitUnreached: {fine, away}, exitFailed: {fine, away, rejected},
	} {
		require.Equal(t, status, statusOf(verdict(check(t.Context(), &config.Config{Systems: systems}, nil, time.Now()))))
	}
}

// calling is a system that calls a version of an API whose support ends on a day.
func calling(name string, ends time.Time, err error) config.System {
	made := system(name, checkable{err: err}, nil)
	made.Kind.Title = "Some CRM"
	made.Kind.API = &connectors.API{
		Option: "api_version", Default: "2026-09", Versions: []connectors.APIVersion{{Name: "2026-09", Ends: ends}},
		Rule: func(string) time.Time { return ends },
	}
	return made
}

func TestCheckWarnsOfTheEndOfAVersion(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 29, 18, 0, 0, 0, time.UTC)
	in := func(days int) time.Time { return connectors.Day(2026, time.November, 29).AddDate(0, 0, days) }
	rejected := &connectors.Error{Class: connectors.Rejected, System: "gone", Reason: "the vendor does not know " +
		"this address"}
	newer := calling("newer", in(600), nil)
	newer.Settings.Options = map[string][]string{"api_version": {"2027-03"}}
	unknown := calling("unknown", in(1), nil)
	unknown.Settings.Options, unknown.Kind.API.Rule = newer.Settings.Options, nil
	cfg := &config.Config{Systems: []config.System{
		calling("far", in(91), nil), calling("near", in(60), nil), calling("past", in(-1), nil), calling("gone", in(0), rejected),
		calling("open", time.Time{}, nil), newer, unknown, system("alore", nil, nil),
	}}
	results := check(t.Context(), cfg, nil, now)
	warnings := map[string]string{}
	for _, r := range results {
		warnings[r.System] = r.Warning
	}
	const of = "the support for version 2026-09 of the API of Some CRM "
	require.Equal(t, map[string]string{
		"far": "", "open": "", "newer": "", "unknown": "", "alore": "",
		"near": of + "ends on 2027-01-28, in 60 days: set api_version to a newer version",
		"past": of + "ended on 2026-11-28, and calls may fail from now on without notice: set api_version to a " +
			"newer version",
		"gone": of + "ended on 2026-11-29, and calls may fail from now on without notice: set api_version to a " +
			"newer version",
	}, warnings)
	require.EqualError(t, verdict(results), "1 of 8 systems failed the check: gone", "a warning changes no result")

	s, out := testStreams(t)
	require.NoError(t, s.printChecks(results, false))
	golden(t, "check_versions.txt", out.String())
	s, out = testStreams(t)
	require.NoError(t, s.printChecks(results[1:2], true))
	require.JSONEq(t, `[{"system":"near","result":"ok","api_version":"2026-09","end_of_support":"2027-01-28","end_of_support_basis":"listed",`+
		`"warning":"`+warnings["near"]+`"}]`, out.String())
}

func TestCheckTriesOnlyTheNamedSystems(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Systems: []config.System{system("gist", checkable{}, nil), system("hubspot", checkable{err: errors.New("odd")}, nil)}}
	results := check(t.Context(), cfg, []string{"gist"}, time.Now())
	require.Equal(t, []checked{{System: "gist", Result: checkOK}}, results)
	require.NoError(t, verdict(results))
}

func TestCheckTriesTheMailServerUnlessSystemsAreNamed(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte("554 no\r\n"))
		_ = conn.Close()
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		serving.Wait()
	})
	cfg := &config.Config{Systems: []config.System{system("gist", checkable{}, nil)}}
	cfg.Notify.Email = &mail.Settings{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Security: mail.Plain}
	require.Equal(t, []checked{{System: "gist", Result: checkOK}}, check(t.Context(), cfg, []string{"gist"}, time.Now()))
	require.Equal(t, []checked{
		{System: "gist", Result: checkOK},
		{System: "notify.email", Result: checkFailed, Reason: "notify.email: SMTP connect: status 554: the mail server refuses"},
	}, check(t.Context(), cfg, nil, time.Now()))
}

func TestCheckTriesTheMailboxUnlessSystemsAreNamed(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "IMAP4rev1").Settings(mail.Plain)
	cfg := &config.Config{Systems: []config.System{system("gist", checkable{}, nil)}, Mailbox: &config.Mailbox{
		Host: server.Host, Port: server.Port, Security: server.Security, Username: server.Username, Password: server.Password, Folder: "INBOX",
	}}
	require.Len(t, check(t.Context(), cfg, []string{"gist"}, time.Now()), 1)
	require.Equal(t, checked{
		System: "mailbox", Result: checkOK,
		Reason: "the mail server tells nothing by itself (no IDLE): new messages are found as often as poll says",
	}, check(t.Context(), cfg, nil, time.Now())[1])
	cfg.Mailbox.Password = "wrong"
	results := check(t.Context(), cfg, nil, time.Now())
	require.Equal(t, checked{System: "mailbox", Result: checkFailed, Reason: "mailbox: the mail server does not accept username and password"}, results[1])
	require.EqualError(t, verdict(results), "1 of 2 systems failed the check: mailbox")
}

func TestCheckLooksAtTheCertificatesOfTheGateway(t *testing.T) {
	t.Parallel()
	ca, err := authority.New()
	require.NoError(t, err)
	pair, err := ca.Issue("opendsr.example.com")
	require.NoError(t, err)
	certificate, err := pair.TLS()
	require.NoError(t, err)
	g := &config.Gateway{URL: &url.URL{Scheme: "https", Host: "opendsr.example.com"}, Signing: &certificate, TLS: &certificate}
	results := check(t.Context(), &config.Config{Gateway: g}, nil, time.Now())
	require.Equal(t, checkOK, results[0].Result)
	require.Regexp(t, `^gateway.signing: the certificate ends on 20\d\d-\d\d-\d\d; renew it; gateway.tls: the certificate ends on`, results[0].Reason, "it lasts for a day")
	late := tryGateway(g, time.Now().AddDate(0, 0, 2))
	require.Equal(t, checkFailed, late.Result)
	require.Contains(t, late.Reason, "gateway.signing in lethe.yaml: the certificate is valid from")
	require.Contains(t, late.Reason, "gateway.tls in lethe.yaml: the certificate has expired")
	require.Equal(t, checkFailed, tryGateway(g, time.Now().AddDate(0, -2, 0)).Result, "it is not valid yet")
	require.Empty(t, check(t.Context(), &config.Config{Gateway: g}, []string{"gist"}, time.Now()))
}

// TestAFailedCheckSendsNobodyToARequest is about somebody who has none yet: nothing waits to be
// retried, and no worker runs.
func TestAFailedCheckSendsNobodyToARequest(t *testing.T) {
	t.Parallel()
	for _, class := range []connectors.Class{
		connectors.CredentialsRejected, connectors.Rejected, connectors.Misconfigured, connectors.Malformed, connectors.Transient,
	} {
		got := advice(&connectors.Error{Class: class, System: "gist"})
		require.NotEmpty(t, got)
		require.NotRegexp(t, "retry-system|skip-system|worker", got)
	}
	require.Equal(t, "ask Gist", advice(&connectors.Error{Class: connectors.Rejected, Hint: "ask Gist"}))
}
