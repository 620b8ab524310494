package overview

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"ite.digital/lethe/dsr"
)

// reviewsWithin is how long before its day a review is told of: the overview is made
// once a quarter.
const reviewsWithin = 92 * 24 * time.Hour

// A Review is what a system keeps on a legal ground that somebody has to look at
// again, whenever the requests were received.
type Review struct {
	System string              `json:"system"`
	Title  string              `json:"title"`
	Ground dsr.RetentionGround `json:"ground"`
	// Passed counts the decisions whose day has come, Soon those whose day comes within
	// three months. Next is the first of these days.
	Passed int    `json:"passed"`
	Soon   int    `json:"soon"`
	Next   string `json:"next"`
	// Requests are the ids, if requests are listed.
	Requests []string `json:"requests,omitempty"`
}

// reviews counts the decisions of the report that are to be looked at again.
func (t *Tally) reviews(r dsr.Report) {
	for _, o := range r.Systems {
		for _, kept := range o.Retained {
			if o.State != dsr.Retained || !kept.Due(t.now.Add(reviewsWithin)) {
				continue
			}
			key := o.Name + "/" + string(kept.Ground)
			review := t.review[key]
			review.System, review.Title, review.Ground = o.Name, cmp.Or(o.Title, o.Name), kept.Ground
			if kept.Due(t.now) {
				review.Passed++
			} else {
				review.Soon++
			}
			if review.Next == "" || kept.ReviewOn < review.Next {
				review.Next = kept.ReviewOn
			}
			if t.list {
				review.Requests = append(slices.Clone(review.Requests), r.RequestID)
			}
			t.review[key] = review
		}
	}
}

// sortedReviews are those that are due first, first.
func (t *Tally) sortedReviews() []Review {
	all := slices.SortedFunc(maps.Values(t.review), func(a, b Review) int {
		return cmp.Or(cmp.Compare(a.Next, b.Next), cmp.Compare(a.System, b.System), cmp.Compare(a.Ground, b.Ground))
	})
	for i := range all {
		all[i].Requests = slices.Sorted(slices.Values(all[i].Requests))
	}
	return all
}
