package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/register"
)

func newSystemsCoverage(s *streams) *cobra.Command {
	var configuration *configFlag
	var strict bool
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "coverage POLICY.yaml",
		Short: "Compare the register of recipients with the configured systems",
		Long: `Compare the company's register of recipients with the configured systems, to
find out whether anybody is missing who has to be told of an erasure.

The register lists whom the privacy policy and the records of processing name;
recipients.example.yaml shows how to write one. Each recipient needs a
configured system, by default the one of its name, or an exemption whose review
date has not passed. Otherwise the exit code is 1.

A system that belongs to no recipient is a warning: the policy leaves it out.
Nothing is called and no secret is needed.`,
		Example: `  lethe systems coverage recipients.yaml
  lethe systems coverage recipients.yaml --strict --json`,
		Args: arguments("POLICY.yaml"),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			r, err := config.LoadRegister(args[0])
			if err != nil {
				return err
			}
			return s.coverage(r.Compare(namesOf(cfg), s.now()), strict, *asJSON)
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "fail on warnings as well")
	asJSON = jsonFlag(cmd)
	configuration = newConfigFlag(s, cmd)
	return cmd
}

// coverage writes what came of the comparison, and returns an error if it
// failed.
func (s *streams) coverage(c register.Coverage, strict, asJSON bool) error {
	failure := uncovered(c, strict)
	if asJSON {
		return errors.Join(s.printJSON(c), failure)
	}
	rows := make([]table.Row, len(c.Recipients))
	for i, entry := range c.Recipients {
		rows[i] = table.Row{entry.Name, strings.Join(entry.CoveredBy, "\n"), coverageState(entry)}
	}
	if err := s.printTable(table.Row{"recipient", "covered by", "state"}, rows, map[string]int{"state": 60}); err != nil {
		return err
	}
	below := coverageWarnings(c)
	if failure == nil {
		below = append(below, coverageSentence(c))
	}
	if len(below) > 0 {
		return errors.Join(s.print("\n"+strings.Join(below, "\n")+"\n"), failure)
	}
	return failure
}

// coverageState says how the recipient stands.
func coverageState(e register.Entry) string {
	switch e.State {
	case register.Covered:
		return "covered"
	case register.Exempt:
		return "exempt until " + string(e.Exempt.ReviewOn)
	case register.Expired:
		return "exemption expired: it was to be reviewed by " + string(e.Exempt.ReviewOn)
	case register.Undecided:
		return "exemption is dated " + string(e.Exempt.DecidedOn) + ", which is yet to come"
	case register.UnknownSystem:
		lines := make([]string, len(e.Unknown))
		for i, unknown := range e.Unknown {
			lines[i] = fmt.Sprintf("the system %s is not configured", unknown.System)
			if unknown.Nearest != "" {
				lines[i] += "; did you mean " + unknown.Nearest + "?"
			}
		}
		return strings.Join(lines, "\n")
	default:
		return "neither a system nor an exemption"
	}
}

// coverageWarnings are what does not fit, though everybody is reached.
func coverageWarnings(c register.Coverage) []string {
	var warnings []string
	for _, system := range c.Unnamed {
		warnings = append(warnings, "warning: "+system+" is configured but in no recipient of the register: the policy is incomplete (GDPR Art. 13 and 15)")
	}
	for _, recipient := range c.ExemptButConfigured {
		warnings = append(warnings, "warning: "+recipient+" is exempt although a system of that name is configured: end the exemption, or take the system out")
	}
	return warnings
}

// coverageSentence sums up a comparison that nobody is missing in.
func coverageSentence(c register.Coverage) string {
	exempt := 0
	for _, entry := range c.Recipients {
		if entry.State == register.Exempt {
			exempt++
		}
	}
	if exempt == 0 {
		return fmt.Sprintf("nobody is missing: %s covered by systems", recipients(len(c.Recipients)))
	}
	return fmt.Sprintf("nobody is missing: %s, of which %d covered by systems and %d exempt", recipients(len(c.Recipients)), len(c.Recipients)-exempt, exempt)
}

func recipients(n int) string {
	if n == 1 {
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", n)
}

// uncovered is an error if a recipient is not covered, or, if strict, if
// there are warnings.
func uncovered(c register.Coverage, strict bool) error {
	var sentences []string
	if failed := c.Failed(); len(failed) > 0 {
		names := make([]string, len(failed))
		for i, entry := range failed {
			names[i] = entry.Name
		}
		verb := "are"
		if len(failed) == 1 {
			verb = "is"
		}
		sentences = append(sentences, fmt.Sprintf("%d of %s %s not covered: %s", len(failed), recipients(len(c.Recipients)), verb, strings.Join(names, ", ")))
	}
	if strict && len(c.Unnamed)+len(c.ExemptButConfigured) > 0 {
		var mismatches []string
		for _, system := range c.Unnamed {
			mismatches = append(mismatches, system+" is in no recipient")
		}
		for _, recipient := range c.ExemptButConfigured {
			mismatches = append(mismatches, recipient+" is exempt but configured")
		}
		sentences = append(sentences, "the register does not match the configuration: "+strings.Join(mismatches, ", "))
	}
	if len(sentences) == 0 {
		return nil
	}
	return errors.New(strings.Join(sentences, "; "))
}
