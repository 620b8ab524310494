package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newRetainSystem(s *streams) *cobra.Command {
	var a *action
	p := workflows.RetainSystem{}
	var ground string
	grounds := strings.Join(dsr.RetentionGroundNames(), ", ")
	cmd := &cobra.Command{
		Use:   "retain-system ID SYSTEM --ground GROUND",
		Short: "Keep data in a system on a legal ground",
		Long: `Decide that data of the person are kept in a system because the law says so
(GDPR Art. 17(3)), to the extent necessary: which categories, why, and until when
before somebody looks again. The person is told of it, with the right to complain.

A system that says itself that it keeps records waits for this decision, for each
ground it names. Where lethe.yaml has a rule on the ground, what is left out here
is taken from it.`,
		Example: `  lethe retain-system ticket-4711 shop --ground legal_obligation --categories invoices \
    --reason "invoices are kept for ten years (Code de commerce, L123-22)" --review-on 2036-12-31`,
		Args: actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.Ground = dsr.RetentionGround(ground)
			if !p.Ground.Known() {
				return usagef(cmd, "--ground must be one of %s", grounds)
			}
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			p.System, p.Operator = a.system, a.operator
			return a.reach.atRequest(cmd.Context(), a.request, func(desk *requests.Desk, n requests.Name) error {
				return s.retain(cmd.Context(), desk, a, n, p)
			})
		},
	}
	cmd.Flags().StringVar(&ground, "ground", "", "`GROUND` of GDPR Art. 17(3): "+grounds)
	s.textFlag(cmd, &p.Reason, "reason", "`TEXT` that says why the ground applies; the person is told, and it must not name them")
	cmd.Flags().StringSliceVar(&p.Categories, "categories", nil, "`CATEGORIES` of data that are kept, such as invoices,contracts")
	cmd.Flags().StringVar(&p.ReviewOn, "review-on", "", "`DAY` on which it is looked at again, such as 2036-12-31")
	a = s.newAction(cmd)
	return cmd
}

// retain sends the decision, with what it leaves out taken from the rule that the
// request has for the system.
func (s *streams) retain(ctx context.Context, desk *requests.Desk, a *action, n requests.Name, p workflows.RetainSystem) error {
	if p.Reason == "" || p.ReviewOn == "" || len(p.Categories) == 0 {
		r, _, err := desk.Status(ctx, n.Kind, n.ID)
		if err != nil {
			return err
		}
		p = byRule(r, p)
	}
	words := p.System + " keeps " + strings.Join(p.Categories, ", ") + " until somebody looks again on " + p.ReviewOn + "; see it with: lethe show " + n.String() + "\n"
	return s.send(ctx, desk, a, n, decision{p.System, workflows.UpdateRetainSystem, p}, outcome{Categories: p.Categories, ReviewOn: p.ReviewOn}, words)
}

// byRule is the decision with what it leaves out taken from the system's rule.
func byRule(r dsr.Report, p workflows.RetainSystem) workflows.RetainSystem {
	for _, o := range r.Systems {
		rule, ok := o.RetentionRule(p.Ground)
		if o.Name != p.System || !ok {
			continue
		}
		decided := rule.Retention(time.Now())
		p.Reason, p.ReviewOn = cmp.Or(p.Reason, decided.Reason), cmp.Or(p.ReviewOn, decided.ReviewOn)
		if len(p.Categories) == 0 {
			p.Categories = decided.Categories
		}
	}
	return p
}
