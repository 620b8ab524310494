package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

// approval is what the user approves: what waits in one system or in all.
type approval struct {
	*action
	withoutIrreversible bool
	ground              string
	// read says that the operator has read the person's answers to the acknowledgement.
	read bool
}

func newApprove(s *streams) *cobra.Command {
	var a approval
	cmd := &cobra.Command{
		Use:   "approve ID [SYSTEM]",
		Short: "Approve what is to be done",
		Long: `Approve what is to be erased or restricted, in one system or in all that wait for
approval; 'lethe show' names the records. Records that turn up later are asked about
again. --json writes one object a system.

A part of a restriction that cannot be undone is approved only if its system is
named. With --without-irreversible everything else is done and that part is left out.

A restriction that came by mail has no ground: a subject line names none. Whoever
approves it names the ground, which then stands for all its systems.

A person may answer the acknowledgement of a request that came by mail. Nothing is
approved before somebody has read the answer in the mailbox and says so with --read.`,
		Example: `  lethe show ticket-4711
  lethe approve ticket-4711
  lethe approve ticket-4711 hubspot
  lethe approve restriction/mail-5f1c --ground objection
  lethe approve mail-77aa --read
  lethe approve restriction/ticket-4712 landbot --without-irreversible`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return arguments("ID")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.checkGround(cmd); err != nil {
				return err
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			if len(args) == 2 {
				a.system = args[1]
			}
			return a.reach.atRequest(cmd.Context(), a.request, func(desk *requests.Desk, r requests.Name) error {
				return s.approve(cmd.Context(), desk, a, r)
			})
		},
	}
	cmd.Flags().BoolVar(&a.withoutIrreversible, "without-irreversible", false, "do everything but what cannot be undone")
	cmd.Flags().BoolVar(&a.read, "read", false, "the person's answers to the acknowledgement were read in the mailbox")
	cmd.Flags().StringVar(&a.ground, "ground", "", groundHelp())
	a.action = s.newAction(cmd)
	return cmd
}

// checkGround makes sure that the ground is one that the law knows, if it is given.
func (a approval) checkGround(cmd *cobra.Command) error {
	if a.ground == "" {
		return nil
	}
	if err := dsr.CheckGround(dsr.Ground(a.ground)); err != nil {
		return usagef(cmd, "--ground: %v", err)
	}
	return nil
}

// covers reports whether the user approves what the system asks.
func (a approval) covers(o dsr.Outcome) bool {
	if o.Question == nil || a.system != "" && a.system != o.Name {
		return false
	}
	switch o.Question.Kind { //nolint:exhaustive // the others ask for something else
	case dsr.QuestionApproval:
		return !a.withoutIrreversible
	case dsr.QuestionIrreversible:
		return a.withoutIrreversible || a.system != ""
	default:
		return false
	}
}

// approve approves what waits for it, and says what that is.
func (s *streams) approve(ctx context.Context, desk *requests.Desk, a approval, n requests.Name) error {
	r, _, err := desk.Status(ctx, n.Kind, n.ID)
	if err != nil {
		return err
	}
	read, err := a.messagesRead(r, n)
	if err != nil {
		return err
	}
	if r.AwaitsGround() && a.ground == "" {
		return fmt.Errorf("the restriction came without a ground; find out why the processing is to be restricted, and add --ground: see lethe show %s", n)
	}
	approved := 0
	for _, o := range r.Systems {
		if !a.covers(o) {
			continue
		}
		params := workflows.Approve{System: o.Name, Operator: a.operator, Records: o.Question.Records(),
			WithoutIrreversible: a.withoutIrreversible, Ground: dsr.Ground(a.ground), MessagesRead: read}
		err := s.send(ctx, desk, a.action, n, decision{o.Name, workflows.UpdateApprove, params},
			outcome{Records: params.Records}, approvedText(o, a.withoutIrreversible))
		if err != nil {
			return err
		}
		approved++
	}
	switch {
	case approved > 0:
		return nil
	case r.AwaitsGround() && a.system == "":
		return s.nameGround(ctx, desk, a, n, read)
	default:
		return a.nothing(r, n)
	}
}

// messagesRead is how many of the person's answers to the acknowledgement were read. It is
// an error that some are unread.
func (a approval) messagesRead(r dsr.Report, n requests.Name) (int, error) {
	unread := r.FollowUps.Sentence(r.DueAt.Location())
	switch {
	case unread == "":
		return 0, nil
	case !a.read:
		return 0, fmt.Errorf("%s, then add --read; see lethe show %s", unread, n)
	default:
		return r.FollowUps.Messages, nil
	}
}

// nameGround names the ground of a restriction in which nothing waits for approval.
func (s *streams) nameGround(ctx context.Context, desk *requests.Desk, a approval, n requests.Name, read int) error {
	params := workflows.Approve{Operator: a.operator, Ground: dsr.Ground(a.ground), MessagesRead: read}
	return s.send(ctx, desk, a.action, n, decision{"", workflows.UpdateApprove, params}, outcome{},
		"the ground is named; no system waits for approval now, and what is found later is asked about\n")
}

// approvedText says what was approved.
func approvedText(o dsr.Outcome, without bool) string {
	text := strings.TrimSuffix("approved: "+o.Name+": "+strings.Join(o.Question.Records(), ", "), ": ")
	switch {
	case without:
		text += ", without what cannot be undone"
	case o.Question.Kind == dsr.QuestionIrreversible:
		text += ", including what cannot be undone"
	}
	return text + "\n"
}

// nothing says why nothing was approved.
func (a approval) nothing(r dsr.Report, n requests.Name) error {
	if a.withoutIrreversible {
		return fmt.Errorf("nothing asks about what cannot be undone; see what waits with: lethe show %s", n)
	}
	for _, o := range r.Systems {
		if o.Question != nil && o.Question.Kind == dsr.QuestionIrreversible && a.system == "" {
			return fmt.Errorf("%s asks about what cannot be undone: name the system, or add --without-irreversible to leave that out", o.Name)
		}
	}
	return errors.New("nothing waits for approval; see it with: lethe show " + n.String())
}
