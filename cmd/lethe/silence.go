package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

const (
	// maxSilent is how many silent requests are named in a table, and maxSilentJSON how
	// many in JSON.
	maxSilent     = 20
	maxSilentJSON = 1000
	// maxInSentence is how many are named in a sentence.
	maxInSentence = 5
)

// A silence is the open requests that could not complain. As long as there are some,
// nobody can say that all is well.
type silence struct {
	// NotBegun counts those that no worker has taken up yet.
	NotBegun int `json:"not_begun"`
	// Unanswered counts those that have begun and do not answer.
	Unanswered int `json:"unanswered"`
	// NotAsked counts those that were not asked, being too many, and Late those for
	// which there was no time.
	NotAsked int `json:"not_asked"`
	Late     int `json:"not_asked_in_time"`
	// NoWorker says that no worker polls. If it is false, one does, or it is not known.
	NoWorker bool `json:"no_worker"`
	// Requests are those that have not begun or do not answer: what is due first comes
	// first.
	Requests []silent `json:"requests"`
	// namespace is where no worker polls.
	namespace string
	// reason is why the first of them does not answer that gave a reason.
	reason error
}

// Why a request is silent.
type silentReason string

const (
	silentNotBegun   silentReason = "not_begun"
	silentUnanswered silentReason = "unanswered"
)

// A silent request is an open one that could not complain.
type silent struct {
	ID   string       `json:"request_id"`
	Kind dsr.Kind     `json:"kind"`
	Why  silentReason `json:"why"`
	// Since is when it was handed in to Temporal.
	Since time.Time `json:"since"`
	// DueAt is until when it must be answered; zero if that is not known, or not owed.
	DueAt   time.Time `json:"due_at,omitzero"`
	Overdue bool      `json:"overdue"`
}

// silenceOf counts those that are silent, and lists them in no order.
func silenceOf(all []heard) silence {
	s := silence{Requests: []silent{}}
	for _, h := range all {
		if !h.Running() {
			continue
		}
		one := silent{ID: h.ID, Kind: h.Kind, Why: silentUnanswered, Since: h.StartedAt, DueAt: h.Due}
		switch h.hearing {
		case notBegun:
			s.NotBegun++
			one.Why = silentNotBegun
		case unanswered:
			s.Unanswered++
			if s.reason == nil && !errors.Is(h.failure, requests.ErrNoWorker) {
				s.reason = h.failure
			}
		case passedOver:
			s.NotAsked++
			continue
		case outOfTime:
			s.Late++
			continue
		default:
			continue
		}
		s.Requests = append(s.Requests, one)
	}
	return s
}

// sort puts what is due first first.
func (s silence) sort(now time.Time) {
	for i := range s.Requests {
		due := s.Requests[i].DueAt
		s.Requests[i].Overdue = !due.IsZero() && now.After(due)
	}
	slices.SortStableFunc(s.Requests, func(a, b silent) int {
		if c := earlier(a.DueAt, b.DueAt); c != 0 {
			return c
		}
		return a.Since.Compare(b.Since)
	})
}

// forJSON is the silence with no more requests than JSON names. The counts stay.
func (s silence) forJSON() silence {
	s.Requests = s.Requests[:min(len(s.Requests), maxSilentJSON)]
	if s.Requests == nil {
		s.Requests = []silent{}
	}
	return s
}

// verdict is an error if somebody could not complain.
func (s silence) verdict(now time.Time) error {
	if s.NotBegun+s.Unanswered+s.Late == 0 {
		return nil
	}
	return statusError{exitUnreached, strings.Join(s.sentences(now), "; ")}
}

// sentences say who is silent, since when, and what to do.
func (s silence) sentences(now time.Time) []string {
	var all []string
	if s.NotBegun > 0 {
		all = append(all, fmt.Sprintf("%s not begun%s", requestsHave(s.NotBegun, "has", "have"), s.detail(silentNotBegun, now)))
	}
	if s.Unanswered > 0 {
		all = append(all, fmt.Sprintf("%s not answer%s", requestsHave(s.Unanswered, "does", "do"), s.detail(silentUnanswered, now)))
	}
	if s.reason != nil {
		all = append(all, "one of them because "+oneLine(s.reason.Error()))
	}
	if s.Late > 0 {
		all = append(all, fmt.Sprintf("%s not asked, for the others took too long; run the command again", requestsHave(s.Late, "was", "were")))
	}
	if s.NotAsked > 0 {
		all = append(all, s.passedOver())
	}
	if s.NoWorker {
		all = append(all, nobodyWorks(s.namespace))
	}
	return all
}

func requestsHave(n int, one, more string) string {
	if n == 1 {
		return "1 request " + one
	}
	return fmt.Sprintf("%d requests %s", n, more)
}

// nobodyWorks says that no worker is running, and what that means.
func nobodyWorks(namespace string) string {
	return "no worker is running for namespace " + namespace + ": nothing happens until one is started (lethe worker)"
}

// detail names the requests that are silent for a reason, the first due first, with
// the first date and for how long the oldest has waited.
func (s silence) detail(why silentReason, now time.Time) string {
	var names []string
	var oldest, due time.Time
	for _, r := range s.Requests {
		if r.Why != why {
			continue
		}
		names = append(names, r.name().String())
		if oldest.IsZero() || r.Since.Before(oldest) {
			oldest = r.Since
		}
		if due.IsZero() { // they are in this order
			due = r.DueAt
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := " (" + strings.Join(names[:min(len(names), maxInSentence)], ", ")
	if more := len(names) - maxInSentence; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	text += "), handed in " + waitedSince(now, oldest) + " ago"
	if len(names) > 1 {
		text = strings.Replace(text, "), handed in", "), the oldest handed in", 1)
	}
	switch {
	case due.IsZero():
		return text
	case now.After(due):
		return text + ", overdue since " + day(due)
	default:
		return text + ", due on " + day(due)
	}
}

func (r silent) name() requests.Name { return requests.Name{Kind: r.Kind, ID: r.ID} }

// allClear says that nothing waits for a person, as far as requests were asked.
func (s silence) allClear() string {
	if s.NotAsked == 0 {
		return "nothing waits for a person\n"
	}
	return "nothing waits for a person in the requests that were asked; " + s.passedOver() + "\n"
}

// passedOver says how many were not asked.
func (s silence) passedOver() string {
	return requestsHave(s.NotAsked, "was", "were") + " not asked, for there are too many"
}

// printSilence lists the requests that are silent.
func (s *streams) printSilence(found silence) error {
	if found.NotAsked > 0 {
		if err := s.print("\n" + found.passedOver() + "\n"); err != nil {
			return err
		}
	}
	if len(found.Requests) == 0 {
		return nil
	}
	if err := s.print("\nthese cannot say whether they wait for a person:\n\n"); err != nil {
		return err
	}
	rows := make([]table.Row, 0, maxSilent)
	for _, r := range found.Requests[:min(len(found.Requests), maxSilent)] {
		due := day(r.DueAt)
		if r.Overdue {
			due += " overdue"
		}
		rows = append(rows, table.Row{r.name(), r.Why.text(), waitedSince(s.now(), r.Since) + " ago", due})
	}
	if err := s.printTable(table.Row{"request", "", "handed in", "due"}, rows, nil); err != nil {
		return err
	}
	if more := len(found.Requests) - maxSilent; more > 0 {
		return s.print(fmt.Sprintf("and %d more; --json names them\n", more))
	}
	return nil
}

// text is the reason for people.
func (r silentReason) text() string {
	if r == silentUnanswered {
		return "does not answer"
	}
	return "has not begun"
}
