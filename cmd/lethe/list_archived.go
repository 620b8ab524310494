package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// An archived request is a line of the list of reports.
type archived struct {
	ID          string     `json:"request_id"`
	Kind        dsr.Kind   `json:"kind"`
	Status      dsr.Status `json:"status"`
	Systems     int        `json:"systems"`
	Exceptions  int        `json:"exceptions"`
	ReceivedAt  time.Time  `json:"received_at"`
	DueAt       time.Time  `json:"due_at"`
	CompletedAt time.Time  `json:"completed_at,omitzero"`
}

// listArchived lists the requests whose reports were archived last. Temporal may
// have forgotten them long ago.
func (s *streams) listArchived(ctx context.Context, configuration *configFlag, limit int, asJSON bool) error {
	reports, err := recent(ctx, configuration, limit)
	if err != nil {
		return err
	}
	all := make([]archived, len(reports))
	rows := make([]table.Row, len(reports))
	for i, r := range reports {
		all[i] = archived{r.RequestID, r.Kind, r.Status, len(r.Systems), len(r.Exceptions), r.ReceivedAt, r.DueAt, r.CompletedAt}
		rows[i] = table.Row{requests.Name{Kind: r.Kind, ID: r.RequestID}, r.Kind, report.StatusText(r.Standing()), len(r.Systems), len(r.Exceptions), day(r.ReceivedAt), day(r.DueAt), day(r.CompletedAt)}
	}
	if asJSON {
		return s.printJSON(all)
	}
	if len(all) == 0 {
		return s.print("the archive holds no reports\n")
	}
	return s.printTable(table.Row{"request", "kind", "state", "systems", "exceptions", "received", "due", "completed"}, rows, nil)
}

func recent(ctx context.Context, configuration *configFlag, limit int) ([]dsr.Report, error) {
	bucket, err := openArchive(ctx, configuration, "")
	if errors.Is(err, fs.ErrNotExist) { // it is made with its first report
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = bucket.Close() }() // it was only read
	reports, err := report.NewArchive(bucket).Recent(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("list the archive: %w", err)
	}
	return reports, nil
}
