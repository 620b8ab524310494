package main

import (
	"github.com/spf13/cobra"
)

// The groups under which the help lists the commands.
var (
	groupRequests  = &cobra.Group{ID: "requests", Title: "Requests:"}
	groupOperators = &cobra.Group{ID: "operators", Title: "Operators:"}
	groupRunning   = &cobra.Group{ID: "running", Title: "Running Lethe:"}
)

// newRoot makes the tree of commands.
func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "lethe",
		Short: "Erase a person from every third-party system, and prove it",
		Long: `Lethe takes a data subject's request for erasure, or for restriction of processing,
to every third-party system that a company uses, checks that it worked, and compiles
a report that says so.

A request is named by its id; where an erasure and a restriction have the same, by
kind and id: erasure/ID or restriction/ID.

Temporal is the engine behind it. The commands reach it as all Temporal tools
do: through the TEMPORAL_… environment variables, a profile in temporal.toml, or
the flags --address, --namespace and --profile.

'lethe help exit-codes' says with which code a command ends.`,
		Example: `  lethe worker --config lethe.yaml
  lethe submit --kind erasure --email ann@example.com
  lethe show 0d6e7a5c-6f0b-4d6e-9d0e-7c7b3f0c2a11 --watch`,
		Version:                    version(),
		Args:                       subcommands,
		RunE:                       help,
		DisableFlagsInUseLine:      true,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(explainFlag)
	root.SetVersionTemplate("lethe {{.Version}}\n")
	root.AddGroup(groupRequests, groupOperators, groupRunning)
	root.AddCommand(in(groupRequests, newSubmit(s), newImport(s), newList(s), newShow(s), newReport(s), newStats(s))...)
	root.AddCommand(in(groupOperators, newTasks(s), newRetrySystem(s), newSkipSystem(s), newRetainSystem(s), newResolveHash(s), newCompleteTask(s), newApprove(s), newResolveMatch(s),
		newExtendDeadline(s), newAskIdentity(s), newConfirmIdentity(s),
		newLift(s), newLiftingNotice(s), newConfirmNotice(s), newResolveConflict(s), newCancel(s), newRerun(s), newForget(s))...)
	root.AddCommand(in(groupRunning, newWorker(s), newGateway(s), newMailbox(s), newPromote(s), newSetup(s), newSystems(s), newKeys(s), newArchive(s), newCodecServer(s), newVersion(s), newExitCodes())...)
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID(groupRunning.ID)
	checkCompletion(root)
	return root
}

// checkCompletion has cobra's own commands refuse what makes no sense in our words: cobra's
// would quote what was typed.
func checkCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Args, cmd.RunE = subcommands, help
		for _, shell := range cmd.Commands() {
			shell.Args = arguments()
		}
	}
}

// in puts commands into a group of the help.
func in(group *cobra.Group, commands ...*cobra.Command) []*cobra.Command {
	for _, cmd := range commands {
		cmd.GroupID = group.ID
	}
	return commands
}

// newHelp replaces cobra's command, which prints the usage on an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Example: "  lethe help submit",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef(cmd.Root(), "there is no such command to explain")
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}

// help is what a command does that only has others below it.
func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }
