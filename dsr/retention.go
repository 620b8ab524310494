package dsr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A RetentionGround is why the law lets a controller keep data that it was asked
// to erase (GDPR Art. 17(3)).
type RetentionGround string

const (
	// RetainedForExpression: freedom of expression and information, Art. 17(3)(a).
	RetainedForExpression RetentionGround = "freedom_of_expression"
	// RetainedByObligation: a legal obligation, such as keeping invoices, Art.
	// 17(3)(b).
	RetainedByObligation RetentionGround = "legal_obligation"
	// RetainedForPublicInterest: a task in the public interest, Art. 17(3)(b).
	RetainedForPublicInterest RetentionGround = "public_interest"
	// RetainedForHealth: public interest in public health, Art. 17(3)(c).
	RetainedForHealth RetentionGround = "public_health"
	// RetainedForArchiving: archiving, research or statistics, Art. 17(3)(d).
	RetainedForArchiving RetentionGround = "archiving"
	// RetainedForClaims: the establishment, exercise or defence of legal claims, Art.
	// 17(3)(e).
	RetainedForClaims RetentionGround = "legal_claims"
)

// RetentionGrounds lists them in the order of the law.
func RetentionGrounds() []RetentionGround {
	return []RetentionGround{
		RetainedForExpression, RetainedByObligation, RetainedForPublicInterest, RetainedForHealth, RetainedForArchiving, RetainedForClaims,
	}
}

// RetentionGroundNames lists them as people write them.
func RetentionGroundNames() []string { return namesOf(RetentionGrounds()) }

// Known reports whether the law knows the ground.
func (g RetentionGround) Known() bool { return slices.Contains(RetentionGrounds(), g) }

// String is the ground in words, with where the law has it.
func (g RetentionGround) String() string {
	words := map[RetentionGround]string{
		RetainedForExpression: "freedom of expression and information", RetainedByObligation: "a legal obligation",
		RetainedForPublicInterest: "a task in the public interest", RetainedForHealth: "public interest in public health",
		RetainedForArchiving: "archiving, research or statistics", RetainedForClaims: "legal claims",
	}
	if !g.Known() {
		return "a ground that nobody has named"
	}
	return words[g] + " (GDPR " + g.Article() + ")"
}

// Point is the letter under which Art. 17(3) has the ground; empty if it has not.
func (g RetentionGround) Point() string {
	return map[RetentionGround]string{
		RetainedForExpression: "a", RetainedByObligation: "b", RetainedForPublicInterest: "b", RetainedForHealth: "c", RetainedForArchiving: "d", RetainedForClaims: "e",
	}[g]
}

// Article is where the law has the ground.
func (g RetentionGround) Article() string {
	if !g.Known() {
		return ""
	}
	return "Art. 17(3)(" + g.Point() + ")"
}

// A Retention is the decision to keep, on a legal ground, data that the subject
// asked to be erased. The law allows it to the extent necessary only, so it is
// made a system and a ground, names what is kept, and ends with a review.
type Retention struct {
	Ground RetentionGround `json:"ground"`
	// Reason says why the ground applies, in words for the subject, who is told
	// (GDPR Art. 12(4)).
	Reason string `json:"reason"`
	// Categories are the categories of data that are kept, such as "invoices".
	Categories []string `json:"categories"`
	// ReviewOn is the day, such as "2036-12-31", on which it is looked at whether the
	// ground still holds.
	ReviewOn string `json:"review_on"`
	// DecidedBy is who answers for the decision: an operator, or whom the
	// configured rule names.
	DecidedBy string    `json:"decided_by"`
	DecidedAt time.Time `json:"decided_at"`
	// Records counts the records that the system says it keeps on this ground; 0 if
	// it says nothing of them.
	Records int `json:"records,omitempty"`
}

const (
	maxCategories = 20
	maxCategory   = 200
	// maxReview is how many years may pass before somebody looks again.
	maxReview = 50
)

// Check says what the decision lacks to stand on its own. today is the day on which
// it is made.
func (r Retention) Check(today time.Time) error {
	review, err := time.Parse(time.DateOnly, r.ReviewOn)
	switch {
	case !r.Ground.Known():
		return errors.New("ground: say which it is: " + strings.Join(RetentionGroundNames(), ", "))
	case strings.TrimSpace(r.Reason) == "":
		return errors.New("reason: is needed; it stays in the report, and the person is told")
	case len(r.Categories) == 0:
		return errors.New("categories: say which categories of data are kept, such as invoices")
	case len(r.Categories) > maxCategories:
		return fmt.Errorf("categories: are more than %d", maxCategories)
	case slices.ContainsFunc(r.Categories, wrongCategory):
		return fmt.Errorf("categories: each is one line of at most %d bytes", maxCategory)
	case err != nil:
		return errors.New("review_on: is not a day; write the day on which it is looked at again, such as 2036-12-31")
	case !today.IsZero() && review.After(today.AddDate(maxReview, 0, 0)):
		return fmt.Errorf("review_on: is more than %d years away; somebody has to look again before", maxReview)
	case !review.After(today):
		return errors.New("review_on: lies in the past; write the day on which it is looked at again")
	}
	return nil
}

func wrongCategory(c string) bool {
	return strings.TrimSpace(c) == "" || len(c) > maxCategory || strings.ContainsFunc(c, unicode.IsControl)
}

// Due reports whether the day of the review has come.
func (r Retention) Due(now time.Time) bool {
	review, err := time.Parse(time.DateOnly, r.ReviewOn)
	return err != nil || !now.Before(review)
}

// complete reports whether the decision has all that a report needs.
func (r Retention) complete() bool { return r.Check(time.Time{}) == nil && r.DecidedBy != "" }

// A RetentionRule is a decision that a company has made once for all requests: what
// a system keeps on a ground, why, and for how long before somebody looks again.
type RetentionRule struct {
	Ground     RetentionGround `json:"ground"`
	Reason     string          `json:"reason"`
	Categories []string        `json:"categories"`
	// ReviewAfter is the number of months until the review.
	ReviewAfter int    `json:"review_after_months"`
	DecidedBy   string `json:"decided_by"`
}

// Retention is the decision for a request, made at the given time.
func (r RetentionRule) Retention(now time.Time) Retention {
	return Retention{
		Ground: r.Ground, Reason: r.Reason, Categories: slices.Clone(r.Categories), DecidedBy: r.DecidedBy, DecidedAt: now,
		ReviewOn: now.AddDate(0, r.ReviewAfter, 0).Format(time.DateOnly),
	}
}

// RetentionRule is the company's rule for the system on the ground, if it has one.
func (s System) RetentionRule(ground RetentionGround) (rule RetentionRule, ok bool) {
	for _, r := range s.Retention {
		if r.Ground == ground {
			return r, true
		}
	}
	return RetentionRule{}, false
}

// RetainedOn reports whether one of the decisions is on the ground.
func RetainedOn(all []Retention, ground RetentionGround) bool {
	return slices.ContainsFunc(all, func(r Retention) bool { return r.Ground == ground })
}

// AddRetention puts a decision in the place of an earlier one on the same ground.
func AddRetention(all []Retention, r Retention) []Retention {
	all = slices.DeleteFunc(slices.Clone(all), func(known Retention) bool { return known.Ground == r.Ground })
	return append(all, r)
}
