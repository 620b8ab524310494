package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/report/schema"
)

func newReportSchema(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of reports",
		Long:    `Print the JSON Schema (draft 2020-12) that reports in JSON follow.`,
		Example: `  lethe report schema > report-1.json`,
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			return s.print(string(schema.Report))
		},
	}
}
