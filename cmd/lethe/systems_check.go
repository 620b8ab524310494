package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/worker"
)

// checkTimeout is how long a vendor may take to answer a check, quick retries
// included.
const checkTimeout = 30 * time.Second

func newSystemsCheck(s *streams) *cobra.Command {
	var configuration *configFlag
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "check [SYSTEM…]",
		Short: "Try the credentials of the configured systems",
		Long: `Try the credentials of the configured systems, or of those named, against each
vendor. Nothing is changed there. Unless systems are named, the mail server of
notify.email is tried as well, and the mailbox that requests are taken from: they are
reached and signed in to, nothing is sent, and folders are opened for reading only. Of
the gateway the certificates are looked at, by which it signs and speaks TLS. The exit code is 1
if a check failed, and 4 if all that failed did because somebody could not be reached.

Beside each system stands the version of the vendor's API that is called, and when its
support ends. From 90 days before that day a warning says so; it changes no result.`,
		Example: `  lethe systems check
  lethe systems check gist hubspot`,
		RunE: func(cmd *cobra.Command, names []string) error {
			cfg, err := configuration.load()
			if err != nil {
				return err
			}
			if problems := unknownSystems("SYSTEM", names, cfg); len(problems) > 0 {
				return wrongValues(problems)
			}
			results := check(cmd.Context(), cfg, names, time.Now())
			if cmd.Context().Err() != nil {
				return cmd.Context().Err()
			}
			if err := s.printChecks(results, *asJSON); err != nil {
				return err
			}
			return verdict(results)
		},
	}
	asJSON = jsonFlag(cmd)
	configuration = newConfigFlag(s, cmd)
	return cmd
}

// The results of a check.
const (
	checkOK      = "ok"
	checkFailed  = "failed"
	checkNothing = "nothing to check"
)

// A checked system is what came of trying its credentials.
type checked struct {
	System string `json:"system"`
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
	Advice string `json:"advice,omitempty"`
	apiSupport
	// Warning says that the support for the version ends soon, or has ended. The result
	// stays what the vendor answered: it may go on answering.
	Warning string `json:"warning,omitempty"`
	// away says that the check failed because the system could not be reached.
	away bool
}

// check tries the named systems side by side, or all and the mail server.
func check(ctx context.Context, cfg *config.Config, names []string, now time.Time) []checked {
	chosen := slices.Clone(cfg.Systems)
	if len(names) > 0 {
		chosen = slices.DeleteFunc(chosen, func(s config.System) bool { return !slices.Contains(names, s.Plan.Name) })
	}
	results := make([]checked, len(chosen))
	var trying sync.WaitGroup
	for i, system := range chosen {
		trying.Go(func() {
			result, support := try(ctx, system), system.Support()
			result.apiSupport, result.Warning = apiSupportOf(support), support.Warning(now)
			results[i] = result
		})
	}
	var others []checked
	if len(names) == 0 {
		others = tryOthers(ctx, cfg, now)
	}
	trying.Wait()
	return append(results, others...)
}

// tryOthers checks what is no system and is needed all the same, as far as it is
// configured.
func tryOthers(ctx context.Context, cfg *config.Config, now time.Time) (results []checked) {
	if cfg.Notify.Email != nil {
		results = append(results, tryMail(ctx, *cfg.Notify.Email))
	}
	if cfg.Mailbox != nil {
		results = append(results, tryMailbox(ctx, serverOf(cfg.Mailbox)))
	}
	if cfg.Gateway != nil {
		results = append(results, tryGateway(cfg.Gateway, now))
	}
	return results
}

// gatewayName is what the gateway is called among the systems: its place in lethe.yaml.
const gatewayName = "gateway"

// endsSoon is how long before a certificate ends that is said.
const endsSoon = 30 * 24 * time.Hour

// tryGateway looks at the certificates by which the gateway signs, callbacks included,
// and speaks TLS.
func tryGateway(g *config.Gateway, now time.Time) checked {
	_, err := worker.Signer(g, now)
	notes := lifetime("gateway.signing", *g.Signing, now)
	if g.TLS != nil {
		leaf, parseErr := x509.ParseCertificate(g.TLS.Certificate[0])
		if parseErr != nil || now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
			err = errors.Join(err, errors.New("gateway.tls in lethe.yaml: the certificate has expired, or cannot be read; renew it"))
		}
		notes = append(notes, lifetime("gateway.tls", *g.TLS, now)...)
	}
	if err != nil {
		return checked{System: gatewayName, Result: checkFailed, Reason: err.Error()}
	}
	return checked{System: gatewayName, Result: checkOK, Reason: strings.Join(notes, "; ")}
}

// lifetime warns of a certificate that ends soon.
func lifetime(field string, c tls.Certificate, now time.Time) []string {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil || now.Add(endsSoon).Before(leaf.NotAfter) {
		return nil
	}
	return []string{fmt.Sprintf("%s: the certificate ends on %s; renew it", field, leaf.NotAfter.Format(time.DateOnly))}
}

// tryMailbox checks the mailbox that requests are taken from.
func tryMailbox(ctx context.Context, server mailbox.Server) checked {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	notes, err := mailbox.Check(ctx, server)
	var known *connectors.Error
	switch {
	case err == nil:
		return checked{System: mailbox.Name, Result: checkOK, Reason: notes}
	case errors.As(err, &known):
		return checked{System: mailbox.Name, Result: checkFailed, Reason: known.Error(), away: unreached(err)}
	default:
		return checked{System: mailbox.Name, Result: checkFailed, Reason: "the mail server did not answer in time", away: true}
	}
}

// tryMail checks the server that messages are sent through.
func tryMail(ctx context.Context, settings mail.Settings) checked {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := mail.Check(ctx, settings); err != nil {
		return checked{System: mail.Name, Result: checkFailed, Reason: err.Error(), away: unreached(err)}
	}
	return checked{System: mail.Name, Result: checkOK}
}

// try checks one system.
func try(ctx context.Context, system config.System) checked {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	checker, err := checkerOf(system)
	if checker == nil && err == nil {
		return checked{System: system.Plan.Name, Result: checkNothing}
	}
	if err == nil {
		err = checker.Check(ctx)
	}
	var known *connectors.Error
	switch {
	case err == nil:
		return checked{System: system.Plan.Name, Result: checkOK}
	case errors.As(err, &known):
		return checked{System: system.Plan.Name, Result: checkFailed, Reason: known.Error(), Advice: advice(known), away: unreached(err)}
	default:
		return checked{System: system.Plan.Name, Result: checkFailed, Reason: err.Error(), away: unreached(err)}
	}
}

// checkerOf makes the system's connector, or returns nil if there is nothing
// to check.
func checkerOf(system config.System) (connectors.Checker, error) {
	if system.Kind.New == nil {
		return nil, nil //nolint:nilnil // to have nothing to check is no error
	}
	connector, err := system.Kind.New(system.Settings)
	if err != nil {
		return nil, err
	}
	checker, _ := connector.(connectors.Checker) // nil for those that cannot
	return checker, nil
}

func (s *streams) printChecks(results []checked, asJSON bool) error {
	if asJSON {
		return s.printJSON(results)
	}
	header := table.Row{"system", "result", "api", "support ends", "detail"}
	rows := make([]table.Row, len(results))
	for i, r := range results {
		rows[i] = table.Row{r.System, r.Result, r.Version, r.end()}
	}
	room := s.width() - tablePadding
	for column := range len(header) - 1 {
		widest := len(fmt.Sprint(header[column]))
		for _, row := range rows {
			widest = max(widest, text.StringWidth(fmt.Sprint(row[column])))
		}
		room -= widest
	}
	for i, r := range results {
		rows[i] = append(rows[i], r.detail(max(room, 40)))
	}
	return s.printTable(header, rows, nil)
}

// advice says what to do about an error before there is any request: nothing waits to be
// retried.
func advice(e *connectors.Error) string {
	if e.Hint != "" {
		return e.Hint
	}
	switch e.Class {
	case connectors.CredentialsRejected:
		return "check the system's credentials and what they permit"
	case connectors.Rejected:
		return "see at the vendor why it refuses, and resolve it there"
	case connectors.Misconfigured:
		return "repair the system's entry in lethe.yaml"
	case connectors.Malformed:
		return "see whether the vendor's API has changed or base_url leads elsewhere"
	default:
		return "try again later; if it stays so, see whether base_url is right and whether this machine may connect to it"
	}
}

// end is what the table says of the end of support.
func (a apiSupport) end() string {
	switch a.Basis {
	case connectors.EndByRule:
		return "about " + a.Ends
	case connectors.EndNotAnnounced:
		return "not announced"
	case connectors.EndUnknown:
		return "not known"
	default:
		return a.Ends
	}
}

// detail says what went wrong, below it what to do, and at last what to see to in time.
func (c checked) detail(width int) string {
	lines := []string{text.WrapSoft(c.Reason, width)}
	if c.Advice != "" {
		lines = append(lines, text.WrapSoft("→ "+c.Advice, width))
	}
	if c.Warning != "" {
		lines = append(lines, text.WrapSoft("warning: "+c.Warning, width))
	}
	return strings.TrimPrefix(strings.Join(lines, "\n"), "\n")
}

// tablePadding is what separates five columns, in all.
const tablePadding = 10

// verdict is an error if any check failed.
func verdict(results []checked) error {
	var failed []string
	status := exitUnreached
	for _, r := range results {
		if r.Result != checkFailed {
			continue
		}
		failed = append(failed, r.System)
		if !r.away {
			status = exitFailed
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return statusError{status, fmt.Sprintf("%d of %d systems failed the check: %s", len(failed), len(results), strings.Join(failed, ", "))}
}
