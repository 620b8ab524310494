package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func newCompleteTask(s *streams) *cobra.Command {
	var a *action
	var result *taskResult
	var found *identifierFlags
	var region *string
	cmd := &cobra.Command{
		Use:   "complete-task ID SYSTEM --erased N --evidence TEXT",
		Short: "Say what came of a task done by hand",
		Long: `Say what came of a task that a person does because no connector can. Exactly one
of these says it:

  --erased N       for an erasure: so many records were erased, 1 at least
  --restricted N   for a restriction: so many records are used no more
  --lifted         when a restriction is lifted: what was done for it is undone
  --nothing-found  the system was searched and holds nothing on the person
  --not-done       it could not be done; the system is left out, with the --reason

The report and the letter to the person claim that, and no more. The evidence says
how anybody can know. Evidence and reason stay in the report and must not name the
person; the person is told the reason.

What the system disclosed and the request did not know, such as a phone number,
is handed on with the --found-… flags: other systems are searched by it. --found-file
keeps it off the command line, in the form of 'lethe submit --subject-file'.`,
		Example: `  lethe show ticket-4711 --identifiers
  lethe complete-task ticket-4711 alore --erased 1 --evidence "deleted, screenshot in INC-97"
  lethe complete-task ticket-4711 alore --nothing-found --evidence "searched, screenshot in INC-97"
  lethe complete-task ticket-4711 alore --not-done --reason "the account was closed in March, see INC-93"
  lethe complete-task ticket-4711 alore --erased 2 --evidence "deleted" --found-phone "+33 6 39 98 00 00"
  lethe complete-task ticket-4711 alore --erased 2 --evidence "deleted" --found-file - < found.json`,
		Args: actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := result.check(cmd); err != nil {
				return err
			}
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			cfg, err := a.reach.config.optional()
			if err != nil {
				return err
			}
			subject, problems := normalise(found.entries(), normalizer(*region, cfg))
			if len(problems) > 0 {
				return wrongValues(problems)
			}
			params := result.params(cmd)
			params.System, params.Operator, params.Found = a.system, a.operator, subject.Identifiers
			return s.decideSystem(cmd.Context(), a, workflows.UpdateCompleteTask, params, effectOfTask(params.Outcome))
		},
	}
	result = s.taskFlags(cmd)
	found = s.foundFlags(cmd, "disclosed by the system: ")
	region = regionFlag(cmd)
	a = s.newAction(cmd)
	return cmd
}

// A taskResult is what the flags say came of a task.
type taskResult struct {
	erased, restricted int
	evidence, reason   string
}

// taskFlag is the flag for each outcome.
var taskFlag = map[dsr.TaskOutcome]string{
	dsr.TaskErased: "erased", dsr.TaskRestricted: "restricted", dsr.TaskLifted: "lifted", dsr.TaskNothingFound: "nothing-found", dsr.TaskNotDone: "not-done",
}

func (s *streams) taskFlags(cmd *cobra.Command) *taskResult {
	var r taskResult
	flags := cmd.Flags()
	flags.IntVar(&r.erased, taskFlag[dsr.TaskErased], 0, "`N` records were erased")
	flags.IntVar(&r.restricted, taskFlag[dsr.TaskRestricted], 0, "`N` records are restricted")
	flags.Bool(taskFlag[dsr.TaskLifted], false, "the restriction is lifted")
	flags.Bool(taskFlag[dsr.TaskNothingFound], false, "the system was searched and holds nothing on the person")
	flags.Bool(taskFlag[dsr.TaskNotDone], false, "the task could not be done, for the --reason given")
	s.textFlag(cmd, &r.evidence, "evidence", "`TEXT` that says how anybody can know; stays in the report and must not name the person")
	s.textFlag(cmd, &r.reason, "reason", "`TEXT` that says why the task could not be done; stays in the report and must not name the person")
	return &r
}

// outcomes are those that the flags name.
func (r *taskResult) outcomes(cmd *cobra.Command) []dsr.TaskOutcome {
	var named []dsr.TaskOutcome
	for _, outcome := range []dsr.TaskOutcome{dsr.TaskErased, dsr.TaskRestricted, dsr.TaskLifted, dsr.TaskNothingFound, dsr.TaskNotDone} {
		flag := cmd.Flags().Lookup(taskFlag[outcome])
		if flag.Changed && flag.Value.String() != "false" {
			named = append(named, outcome)
		}
	}
	return named
}

// check says what is wrong with the flags.
func (r *taskResult) check(cmd *cobra.Command) error {
	named := r.outcomes(cmd)
	if len(named) != 1 {
		return usagef(cmd, "say what came of the task with exactly one of --erased N, --restricted N, --lifted, --nothing-found and --not-done")
	}
	switch outcome := named[0]; {
	case outcome.Counts() && max(r.erased, r.restricted) < 1:
		return usagef(cmd, "--%s must be 1 or more; where there was no record, say --nothing-found", taskFlag[outcome])
	case outcome == dsr.TaskNotDone && r.evidence != "":
		return usagef(cmd, "--evidence is for what was done; --not-done needs a --reason")
	case outcome == dsr.TaskNotDone && r.reason == "":
		return usagef(cmd, "--reason is needed: it says why the task could not be done, and stays in the report")
	case outcome == dsr.TaskNotDone:
		return nil
	case r.reason != "":
		return usagef(cmd, "--reason is for --not-done; --evidence says how anybody can know what was done")
	case r.evidence == "":
		return usagef(cmd, "--evidence is needed: it says how anybody can know, and stays in the report")
	}
	return nil
}

// params are the update's, as far as the flags say them. The flags were checked.
func (r *taskResult) params(cmd *cobra.Command) workflows.CompleteTask {
	return workflows.CompleteTask{
		Outcome: r.outcomes(cmd)[0], Records: max(r.erased, r.restricted), Evidence: r.evidence, Reason: r.reason,
	}
}

// effectOfTask says what becomes of the system.
func effectOfTask(outcome dsr.TaskOutcome) string {
	switch outcome {
	case dsr.TaskNothingFound:
		return "holds nothing on the person, as you say"
	case dsr.TaskNotDone:
		return "is left out"
	default:
		return "is attested"
	}
}
