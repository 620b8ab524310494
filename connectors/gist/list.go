package gist

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ite.digital/lethe/connectors/httpapi"
)

const (
	// perPage is what published clients ask for.
	perPage = 50
	// maxPages bounds what is read of any list, all readings together: half an hour at two
	// requests a second is the time that one attempt has.
	maxPages = 3000
)

// A mark is what is remembered of an item of a list: enough to know it again, and to see how
// the list is ordered.
type mark struct{ id, created httpapi.Text }

// page is one page of a list.
type page struct {
	marks []mark
	// next says that another page follows; last is the number of the last one, 0 if the
	// answer does not say it.
	next bool
	last int
}

// same reports whether both pages hold the same items.
func (p page) same(other page) bool { return len(p.marks) > 0 && slices.Equal(p.marks, other.marks) }

// A reading reads one list, however often that takes.
type reading struct {
	c       *Connector
	request httpapi.Request
	// take is given each page, some items more than once, and marks them.
	take func(answer) ([]mark, error)
	left int
}

// errNoList is what a reader of pages returns for an answer without its list.
var errNoList = errors.New("the answer does not hold the list that was asked for")

// list reads a list completely: every item that exists for as long as the reading takes is
// handed to take, once or more often. Pages are cut anew for each request, so that what is
// deleted meanwhile moves everything behind it by one place.
//
//   - A list of one page is one answer.
//   - A list that is seen to be ordered by its items' creation is read from its last page to
//     its first: items move to earlier pages alone, which are read later, and new ones come
//     behind the last, which is read again to see that no others do.
//   - Any other list is read until a reading shows all that the one before has shown. An item
//     that was missed in one reading was moved by one that went, and that the next does not
//     show.
func (c *Connector) list(ctx context.Context, request httpapi.Request, take func(answer) ([]mark, error)) error {
	r := &reading{c: c, request: request, take: take, left: maxPages}
	first, err := r.page(ctx, 1)
	if err != nil || !first.next {
		return err
	}
	if complete, err := r.backwards(ctx, first); err != nil || complete {
		return err
	}
	return r.untilSettled(ctx)
}

// page reads the page of a number.
func (r *reading) page(ctx context.Context, number int) (page, error) {
	if r.left--; r.left < 0 {
		return page{}, r.c.api.Rejected(r.request, http.StatusOK,
			"the list takes more than "+strconv.Itoa(maxPages)+" pages to read, more than are looked through")
	}
	request := r.request
	request.Query = url.Values{"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(number)}}
	for name, values := range r.request.Query {
		request.Query[name] = values
	}
	if number > 1 {
		request.Absent = pageIsGone
	}
	a, found, err := r.c.ask(ctx, request)
	switch {
	case err != nil:
		return page{}, err
	case !found && number > 1:
		return page{}, r.c.api.Unsettled(request, a.status, "the list became shorter while it was read")
	}
	marks, err := r.take(a)
	switch {
	case errors.Is(err, errNoList):
		return page{}, r.c.api.Malformed(request, a.status, err.Error())
	case err != nil:
		return page{}, err
	}
	p := page{marks: marks, next: a.Pages.Next != "", last: pageOf(string(a.Pages.Last))}
	switch {
	case p.next && len(marks) == 0:
		return page{}, r.c.api.Malformed(request, a.status, "an empty page is followed by another")
	case !p.next && p.last > number:
		return page{}, r.c.api.Malformed(request, a.status, "no page follows one that is not the last")
	}
	return p, nil
}

// pageIsGone is how the API may say that a list has fewer pages by now.
var pageIsGone = httpapi.Absence{Statuses: []int{http.StatusNotFound}, Meaning: func(body []byte) httpapi.Meaning {
	if absence(kindConversation, nil).Meaning(body) == httpapi.Foreign {
		return httpapi.Foreign
	}
	return httpapi.AboutRecord
}}

// pageOf is the number of the page that a link leads to, or 0.
func pageOf(link string) int {
	target, err := url.Parse(link)
	if err != nil {
		return 0
	}
	number, err := strconv.Atoi(target.Query().Get("page"))
	if err != nil || number < 1 {
		return 0
	}
	return number
}

// backwards reads the list from its last page to its first. It reports false if the list is
// not seen to be ordered by creation.
func (r *reading) backwards(ctx context.Context, first page) (complete bool, err error) {
	if first.last < 2 || !ordered(first.marks) {
		return false, nil
	}
	number, before := first.last, first
	p, err := r.page(ctx, number)
	for err == nil && p.next { // the list has grown, or what it says of its end is wrong
		if p.same(before) {
			return false, r.repeated()
		}
		before = p
		number++
		p, err = r.page(ctx, number)
	}
	switch {
	case err != nil:
		return false, err
	case p.same(first):
		return false, r.repeated()
	}
	end := number
	seen := map[mark]bool{}
	fresh := func() []mark { return slices.DeleteFunc(slices.Clone(p.marks), func(m mark) bool { return seen[m] }) }
	var oldest, newest []mark // of those that were seen
	for {
		found := fresh()
		if !ordered(slices.Concat(found, oldest)) {
			return false, nil
		}
		for _, m := range found {
			seen[m] = true
		}
		if len(found) > 0 {
			oldest = found[:1]
		}
		if len(found) > 0 && newest == nil {
			newest = found[len(found)-1:]
		}
		if number--; number == 0 {
			break
		}
		if p, err = r.page(ctx, number); err != nil {
			return false, err
		}
	}
	// A list that is ordered by the last change looks the same until something old changes,
	// and is then at the end.
	p, err = r.page(ctx, end)
	return err == nil && ordered(slices.Concat(newest, fresh())), err
}

func (r *reading) repeated() error {
	return r.c.api.Malformed(r.request, http.StatusOK, "the vendor repeats a page instead of showing the next one")
}

// untilSettled reads the list from its first page to its last until one reading shows all
// that the one before has shown.
func (r *reading) untilSettled(ctx context.Context) error {
	_, err := httpapi.Settle(r.c.api, r.request, "the list changed each time while it was read",
		func() (httpapi.Reading[httpapi.Text], error) {
			ids, err := r.forwards(ctx)
			return httpapi.Reading[httpapi.Text]{Items: ids}, err
		}, func(id httpapi.Text) httpapi.Text { return id })
	return err
}

// forwards reads the list from its first page to its last, and returns the ids of its items.
func (r *reading) forwards(ctx context.Context) ([]httpapi.Text, error) {
	var seen []httpapi.Text
	var before page
	for number := 1; ; number++ {
		p, err := r.page(ctx, number)
		switch {
		case err != nil:
			return nil, err
		case p.same(before):
			return nil, r.repeated()
		}
		for _, m := range p.marks {
			if m.id == "" {
				return nil, r.c.api.Malformed(r.request, http.StatusOK, "an item of a list has no id")
			}
			seen = append(seen, m.id)
		}
		if !p.next {
			return seen, nil
		}
		before = p
	}
}

// ordered reports whether the items are seen to be ordered by their creation, and those of
// one moment by their ids.
func ordered(marks []mark) bool {
	for i, m := range marks {
		if m.id == "" || m.created == "" || i > 0 && !older(marks[i-1], m) {
			return false
		}
	}
	return true
}

func older(a, b mark) bool {
	if order, known := compare(a.created, b.created); !known || order != 0 {
		return known && order < 0
	}
	order, known := compareNumbers(a.id, b.id)
	return known && order < 0
}

// compare compares two times of one list: seconds since 1970, or dates.
func compare(a, b httpapi.Text) (order int, known bool) {
	if order, known = compareNumbers(a, b); known {
		return order, true
	}
	at, err := time.Parse(time.RFC3339Nano, string(a))
	if err != nil {
		return 0, false
	}
	other, err := time.Parse(time.RFC3339Nano, string(b))
	return at.Compare(other), err == nil
}

func compareNumbers(a, b httpapi.Text) (order int, known bool) {
	x, err := strconv.ParseInt(string(a), 10, 64)
	if err != nil {
		return 0, false
	}
	y, err := strconv.ParseInt(string(b), 10, 64)
	switch {
	case err != nil:
		return 0, false
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}
