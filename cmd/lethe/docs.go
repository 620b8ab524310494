package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newDocs(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:     "docs DIR",
		Short:   "Write a Markdown page for each command",
		Example: "  lethe docs docs/cli",
		Hidden:  true,
		Args:    arguments("DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // documentation is for everybody
				return fmt.Errorf("write the documentation: %w", err)
			}
			for name, page := range pages(cmd.Root()) {
				if err := os.WriteFile(filepath.Join(args[0], name), []byte(page), 0o644); err != nil { //nolint:gosec // as above
					return fmt.Errorf("write the documentation: %w", err)
				}
			}
			return nil
		},
	}
}

// pages makes the documentation of a command and those below it, by file name.
func pages(cmd *cobra.Command) map[string]string {
	made := map[string]string{pageName(cmd): page(cmd)}
	for _, child := range documented(cmd) {
		for name, page := range pages(child) {
			made[name] = page
		}
	}
	return made
}

func pageName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md"
}

// documented returns the commands below that have a page.
func documented(cmd *cobra.Command) []*cobra.Command {
	var children []*cobra.Command
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			children = append(children, child)
		}
	}
	return children
}

// page is the documentation of one command.
func page(cmd *cobra.Command) string {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Written by 'lethe docs'; do not edit. -->\n\n# %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.Long)
	}
	fmt.Fprintf(&b, "\n```\n%s\n```\n", cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```sh\n%s\n```\n", unindent(cmd.Example))
	}
	if usages := cmd.NonInheritedFlags().FlagUsagesWrapped(100); usages != "" {
		fmt.Fprintf(&b, "\n## Flags\n\n```\n%s```\n", usages)
	}
	related(&b, cmd)
	return b.String()
}

// related links the pages around a command's.
func related(b *strings.Builder, cmd *cobra.Command) {
	children := documented(cmd)
	if len(children) == 0 && !cmd.HasParent() {
		return
	}
	b.WriteString("\n## See also\n\n")
	if cmd.HasParent() {
		fmt.Fprintf(b, "- [%s](%s): %s\n", cmd.Parent().CommandPath(), pageName(cmd.Parent()), cmd.Parent().Short)
	}
	for _, child := range children {
		fmt.Fprintf(b, "- [%s](%s): %s\n", child.CommandPath(), pageName(child), child.Short)
	}
}

// unindent takes the margin off an example.
func unindent(content string) string {
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}
