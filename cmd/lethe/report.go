package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/storage"
)

func newReport(s *streams) *cobra.Command {
	var reach *access
	var archive string
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "report ID",
		Short: "Print the completion report of a request",
		Long: `Print the newest completion report of a request, from the archive. It says for
each system what came of it and how that is known. It holds no identifier of the
person.`,
		Example: `  lethe report ticket-4711
  lethe report ticket-4711 --json > ticket-4711.json
  lethe report ticket-4711 --archive file:///var/lib/lethe/archive`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := requestID(cmd, args[0])
			if err != nil {
				return err
			}
			named := archive != ""
			if !named {
				cfg, err := reach.config.outline()
				if err != nil {
					return err
				}
				archive = cfg.Archive
			}
			r, err := latest(cmd.Context(), archive, id)
			// The configured folder is made with its first report.
			if errors.Is(err, report.ErrNotFound) || !named && errors.Is(err, fs.ErrNotExist) {
				return missing(cmd.Context(), reach, id)
			}
			if err != nil {
				return err
			}
			if *asJSON {
				return s.printJSON(r)
			}
			return report.Text(s.out, r)
		},
	}
	cmd.Flags().StringVar(&archive, "archive", "", "`URL` of the archive, such as file:///var/lib/lethe/archive (default: as configured)")
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	cmd.AddCommand(newReportVerify(s))
	return cmd
}

// latest reads the newest report on the request.
func latest(ctx context.Context, archive, id string) (dsr.Report, error) {
	bucket, err := storage.OpenExisting(ctx, archive)
	if err != nil {
		return dsr.Report{}, fmt.Errorf("open the archive: %w", err)
	}
	defer func() { _ = bucket.Close() }() // it was only read
	return report.NewArchive(bucket).Latest(ctx, dsr.Erasure, id)
}

// missing says why there is no report: the request may still be open. Temporal
// knows; if it cannot be asked, that is no reason to fail differently.
func missing(ctx context.Context, reach *access, id string) error {
	reason := fmt.Errorf("%w; if it is still open, 'lethe show %s' says how it stands", report.ErrNotFound, id)
	err := reach.atDesk(ctx, func(desk *requests.Desk) error {
		line, err := desk.Line(ctx, dsr.Erasure, id)
		switch {
		case errors.Is(err, requests.ErrUnknown):
			reason = fmt.Errorf("%w, and %w", report.ErrNotFound, err)
		case err == nil && line.Running():
			reason = fmt.Errorf("the request is still open, so there is no report yet; 'lethe show %s' says how it stands", id)
		}
		return nil
	})
	if ctx.Err() != nil {
		return err
	}
	return reason
}
