package gist

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ite.digital/lethe/simulators"
)

// Page sizes: published connectors ask for 20, 50 and 60.
const (
	defaultPerPage = 20
	maxPerPage     = 60
)

// row is one item of a list with what lists are sorted by.
type row struct {
	id               int64
	created, updated time.Time
	json             any
}

// writePage answers with one page and absolute links to the next, the first and the last one. Pages are cut anew for
// each request: who deletes while paging skips items.
func (s *Sim) writePage(w http.ResponseWriter, r *http.Request, name string, rows []row) {
	query := r.URL.Query()
	if s.options.IgnoreOrder {
		sortRows(rows, "", "")
	} else {
		sortRows(rows, query.Get("order_by"), query.Get("order"))
	}
	perPage := min(atLeastOne(query.Get("per_page"), defaultPerPage), maxPerPage)
	page := atLeastOne(query.Get("page"), 1)
	last := max(1, (len(rows)+perPage-1)/perPage)

	items := []any{}
	from := min((page-1)*perPage, len(rows))
	for _, row := range rows[from:min(from+perPage, len(rows))] {
		items = append(items, row.json)
	}
	var next any
	if page < last {
		next = s.link(r, query, page+1, perPage)
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
		name: items,
		"pages": simulators.JSON{
			"next": next, "first": s.link(r, query, 1, perPage), "last": s.link(r, query, last, perPage),
		},
	})
}

func sortRows(rows []row, by, order string) {
	slices.SortStableFunc(rows, func(a, b row) int {
		n := a.updated.Compare(b.updated)
		if by == "created_at" {
			n = a.created.Compare(b.created)
		}
		n = cmp.Or(n, cmp.Compare(a.id, b.id))
		if order == "asc" {
			return n
		}
		return -n
	})
}

func (s *Sim) link(r *http.Request, query url.Values, page, perPage int) string {
	query.Set("page", strconv.Itoa(page))
	query.Set("per_page", strconv.Itoa(perPage))
	return cmp.Or(s.options.LinkBase, "http://"+r.Host) + r.URL.Path + "?" + query.Encode()
}

func atLeastOne(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 1 {
		return n
	}
	return otherwise
}
