package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

func newSystems(s *streams) *cobra.Command {
	var configuration *configFlag
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "systems",
		Short: "List the configured systems and what can be done in them",
		Long: `List the configured systems: by which identifiers each can be searched, which
ones it discloses, and how it is known that an erasure worked.`,
		Example: `  lethe systems
  lethe systems --json
  lethe systems check
  lethe systems coverage recipients.yaml`,
		Args: subcommands,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			all := abilities(cfg)
			if *asJSON {
				return s.printJSON(all)
			}
			return s.printAbilities(all)
		},
		SuggestionsMinimumDistance: 2,
	}
	asJSON = jsonFlag(cmd)
	configuration = newConfigFlag(s, cmd)
	cmd.AddCommand(newSystemsCheck(s), newSystemsCoverage(s))
	return cmd
}

// An ability is what a configured system can do.
type ability struct {
	dsr.System
	Yields   []dsr.IdentifierType `json:"yields,omitempty"`
	Evidence dsr.EvidenceKind     `json:"evidence,omitempty"`
	// Rate is in requests a second of one process; 0 means no limit.
	Rate float64 `json:"rate,omitempty"`
	apiSupport
}

// An apiSupport is the version of the API that a system calls, and until when its vendor
// supports it.
type apiSupport struct {
	Version string `json:"api_version,omitempty"`
	// Ends is a day, empty if none is known; Basis says why, or how it is known.
	Ends  string              `json:"end_of_support,omitempty"`
	Basis connectors.EndBasis `json:"end_of_support_basis,omitempty"`
}

func apiSupportOf(s connectors.Support) apiSupport {
	return apiSupport{Version: s.Version, Ends: day(s.Ends), Basis: s.Basis}
}

func abilities(cfg *config.Config) []ability {
	all := make([]ability, len(cfg.Systems))
	for i, system := range cfg.Systems {
		all[i] = ability{
			System: system.Plan, Yields: system.Kind.Yields, Evidence: system.Kind.Evidence, Rate: system.Settings.Rate,
			apiSupport: apiSupportOf(system.Support()),
		}
	}
	return all
}

// namesOf are the names of the configured systems, in the order of the file.
func namesOf(cfg *config.Config) []string {
	names := make([]string, len(cfg.Systems))
	for i, system := range cfg.Systems {
		names[i] = system.Plan.Name
	}
	return names
}

func (s *streams) printAbilities(all []ability) error {
	rows := make([]table.Row, len(all))
	for i, a := range all {
		rows[i] = table.Row{
			a.Name, a.Title, a.Connector, a.Mode, types(a.Needs), types(a.Yields),
			yesNo(a.Verifiable), evidence(a.Evidence), perSecond(a.Rate), count(a.MaxRecords),
		}
	}
	return s.printTable(table.Row{
		"name", "title", "connector", "mode", "needs one of", "yields", "verifiable", "evidence", "rate", "max records",
	}, rows, map[string]int{"title": 20, "evidence": 10, "needs one of": 18, "max records": 7})
}

func types(all []dsr.IdentifierType) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = string(t)
	}
	return strings.Join(names, "\n")
}

// evidence names a kind of evidence in a word or two.
func evidence(kind dsr.EvidenceKind) string {
	if kind == dsr.PersonsWord {
		return "person's word"
	}
	return strings.ReplaceAll(string(kind), "_", " ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func perSecond(rate float64) string {
	if rate == 0 {
		return ""
	}
	return fmt.Sprintf("%g/s", rate)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
