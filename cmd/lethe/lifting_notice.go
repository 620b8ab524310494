package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/requests"
)

// errNotLifted says that there is nothing to tell the person of.
var errNotLifted = errors.New("nobody has asked for the restriction to be lifted; 'lethe lift' comes first, with the reason that the person is told")

func newLiftingNotice(s *streams) *cobra.Command {
	var reach *access
	var want rendition
	var on string
	cmd := &cobra.Command{
		Use:   "lifting-notice ID",
		Short: "Write the notice that a restriction is lifted",
		Long: `Write the notice to the person that the restriction of their data is lifted, which
they get before it is (GDPR Art. 18(3)). It gives the reason that 'lethe lift' was
given. Put in the name and address by hand: Lethe does not keep them. Then
'lethe confirm-notice' says that it was sent.

A file whose name ends in .html or .pdf becomes that; everything else is text.`,
		Example: `  lethe lifting-notice ticket-4711 --language fr --on 2026-11-30 --output notice.pdf`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			day := s.now()
			if on != "" {
				var err error
				if day, err = s.moment(on); err != nil {
					return usagef(cmd, "--on %v", err)
				}
			}
			typed, err := requestName(cmd, args[0])
			if err != nil {
				return err
			}
			if want.form = formLetter; typed.Kind == "" {
				typed.Kind = dsr.Restriction
			}
			if err := want.check(cmd); err != nil {
				return err
			}
			return s.liftingNotice(cmd.Context(), reach, want, typed, day)
		},
	}
	cmd.Flags().StringVar(&on, "on", "", "`DATE` on which the restriction is lifted (default: today)")
	cmd.Flags().StringVar(&want.language, "language", string(render.English), "`LANGUAGE`: en, fr or ar")
	cmd.Flags().StringVarP(&want.output, "output", "o", "", "`FILE` to write to (default: the standard output)")
	reach = s.accessFlags(cmd)
	return cmd
}

func (s *streams) liftingNotice(ctx context.Context, reach *access, want rendition, typed requests.Name, on time.Time) error {
	cfg, err := reach.config.optional()
	if err != nil {
		return err
	}
	return reach.atRequest(ctx, typed, func(desk *requests.Desk, name requests.Name) error {
		r, _, err := desk.Status(ctx, name.Kind, name.ID)
		if err != nil {
			return err
		}
		if r.Restriction == nil || r.Restriction.Lift == nil {
			return errNotLifted
		}
		compose := func(r dsr.Report, o render.Options) (render.Text, error) {
			return render.LiftingNotice(r, o, render.Lifting{On: on, Reason: r.Restriction.Lift.Reason})
		}
		return s.deliver(want.output, func(w io.Writer) error { return want.writeText(w, compose, r, s.renderOptions(cfg, want, nil)) })
	})
}
