package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// checkNamedGround makes sure that a restriction which came without a ground is
// approved on one, and that no approval speaks of another than it has.
func (e *process) checkNamedGround(p Approve) error {
	switch {
	case e.restriction == nil && p.Ground != "":
		return errors.New("ground: is for restrictions only")
	case e.restriction == nil:
		return nil
	case e.restriction.Ground == "":
		if err := dsr.CheckGround(p.Ground); err != nil {
			return fmt.Errorf("ground: %w", err)
		}
	case p.Ground != "" && p.Ground != e.restriction.Ground:
		return fmt.Errorf("ground: this restriction is on another one, %s (%s); what is asked for on a further ground is a request of its own",
			e.restriction.Ground, e.restriction.Ground.Article())
	}
	return nil
}

// nameGround puts on record on which ground the processing is restricted, and by
// whose word, if the request came without.
func (e *process) nameGround(ctx workflow.Context, p Approve) {
	if !e.restriction.LacksGround() {
		return
	}
	named := *e.restriction
	named.Ground, named.Until, named.NamedBy, named.NamedAt = p.Ground, p.Ground.Expectation(), p.Operator, workflow.Now(ctx)
	e.restriction = &named
	e.tellGround(ctx)
}

// tellGround tells the erasures that were met on which ground the restriction is: it
// may be one for which they need not wait.
func (e *process) tellGround(ctx workflow.Context) {
	for _, other := range e.related {
		if other.Kind == dsr.Erasure && other.Ended == "" {
			workflow.GoNamed(ctx, "tell the ground", func(ctx workflow.Context) { e.send(ctx, other, "") })
		}
	}
}

// ground is why processing is restricted, as far as is known.
func (e *process) ground() dsr.Ground {
	if e.restriction == nil {
		return ""
	}
	return e.restriction.Ground
}

// awaitsGround reports whether somebody has to name the ground of the restriction. It
// does not come into force without.
func (e *process) awaitsGround() bool {
	return e.restriction.LacksGround() && len(e.systems) > 0 && e.cancellation == nil && !e.request.DryRun
}

// onlyNamesGround reports whether nothing is approved but the request's ground is
// named: no system may wait for approval, as where nothing was found.
func (p Approve) onlyNamesGround() bool { return p.System == "" && len(p.Records) == 0 }
