package config

import (
	"time"

	"ite.digital/lethe/dsr"
)

// longestReview bounds how long data are kept before somebody looks again, in
// months.
const longestReview = 50 * 12

// retention reads the company's rules on what a system keeps on a legal ground.
func retention(v value) []dsr.RetentionRule {
	rules := make([]dsr.RetentionRule, 0, len(v.items()))
	seen := map[dsr.RetentionGround]bool{}
	for _, item := range v.items() {
		parts := item.entries()
		if parts == nil {
			continue
		}
		item.refuseUnknown(parts, []string{"ground", "reason", "categories", "review_after_months", "decided_by"}, nil)
		rule := dsr.RetentionRule{
			Ground: dsr.RetentionGround(lineOf(parts, "ground")), Reason: lineOf(parts, "reason"), DecidedBy: lineOf(parts, "decided_by"),
		}
		if e, ok := parts["categories"]; ok {
			rule.Categories = e.value.texts()
		}
		if e, ok := parts["review_after_months"]; ok {
			rule.ReviewAfter = e.value.count(longestReview, "after how many months somebody looks again, such as 120")
		}
		item.refuseRule(parts, rule)
		if seen[rule.Ground] && rule.Ground.Known() {
			item.refuse("is the second rule on the same ground; put them together")
		}
		seen[rule.Ground] = true
		rules = append(rules, rule)
	}
	return rules
}

// refuseRule notes what a rule lacks.
func (v value) refuseRule(parts map[string]entry, rule dsr.RetentionRule) {
	if e, ok := parts["ground"]; ok && !rule.Ground.Known() {
		e.value.refuse("is not a ground on which data are kept; use %s", oneOf(dsr.RetentionGroundNames()))
		return
	}
	for _, part := range [][2]string{
		{"ground", "the legal ground, such as legal_obligation"}, {"reason", "why the ground applies; the person is told"},
		{"categories", "which data are kept, such as invoices"}, {"decided_by", "who answers for it"},
		{"review_after_months", "after how many months somebody looks again, such as 120"},
	} {
		if _, ok := parts[part[0]]; !ok {
			v.needed(part[0], part[1])
		}
	}
	if err := rule.Retention(time.Now()).Check(time.Now()); err != nil && len(rule.Categories) > 0 && rule.ReviewAfter > 0 && rule.Reason != "" {
		v.refuse("%s", err)
	}
}
