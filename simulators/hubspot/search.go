package hubspot

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ite.digital/lethe/simulators"
)

// Limits of a search. The number of groups and the size of a page are those of the specification; of the others it
// says nothing, and the guide on searching the CRM does.
const (
	maxGroups       = 6
	maxGroupFilters = 6
	maxFilters      = 18
	maxResults      = 10000
	maxPage         = 200
)

type searchRequest struct {
	FilterGroups []struct {
		Filters []filter `json:"filters"`
	} `json:"filterGroups"`
	Properties []string `json:"properties"`
	Limit      int      `json:"limit"`
	After      string   `json:"after"`
	Sorts      []any    `json:"sorts"`
}

type filter struct {
	PropertyName string   `json:"propertyName"`
	Operator     string   `json:"operator"`
	Value        string   `json:"value"`
	HighValue    string   `json:"highValue"`
	Values       []string `json:"values"`
}

// search answers from an index that lags behind: new contacts are missing, gone ones still show. Archived contacts
// are never found. A contact matches if it passes all filters of one group.
func (s *Sim) search(w http.ResponseWriter, r *http.Request, _ call) {
	var request searchRequest
	if !decode(r, &request, "after", "filterGroups", "limit", "properties", "sorts") {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: after, filterGroups, limit, properties and sorts are required")
		return
	}
	limit, after, complaint := s.checkSearch(request)
	if complaint != "" {
		refuse(w, http.StatusBadRequest, complaint)
		return
	}
	indexed := s.Now().Add(-s.options.IndexLag)
	shown := indexed.Add(-simulators.Staleness(r))
	found := slices.DeleteFunc(slices.Clone(s.contacts), func(c *Contact) bool {
		return c.created.After(indexed) || ended(c.archived, shown) || ended(c.purged, shown) || !s.matches(c, request)
	})
	simulators.WriteJSON(w, http.StatusOK, page(found, after, limit, request.Properties))
}

func (s *Sim) checkSearch(request searchRequest) (limit, after int, complaint string) {
	limit = request.Limit
	if request.After != "" {
		n, err := strconv.Atoi(request.After)
		if err != nil {
			return 0, 0, "Invalid after"
		}
		after = n
	}
	filters := 0
	for _, group := range request.FilterGroups {
		filters += len(group.Filters)
		if len(group.Filters) == 0 || len(group.Filters) > maxGroupFilters {
			return 0, 0, "a filter group has one to six filters"
		}
		for _, f := range group.Filters {
			if !s.properties[f.PropertyName] {
				return 0, 0, "There was a problem with the request: property " + f.PropertyName + " does not exist"
			}
			if !slices.Contains(operators, f.Operator) {
				return 0, 0, "Invalid operator " + f.Operator
			}
		}
	}
	switch {
	case len(request.FilterGroups) > s.options.FilterGroups || filters > maxFilters:
		return 0, 0, "too many filter groups or filters"
	case limit < 1 || limit > maxPage:
		return 0, 0, "limit must be between 1 and 200"
	case after+limit > maxResults:
		return 0, 0, "The search is limited to 10,000 results"
	}
	return limit, after, ""
}

// operators are those of the specification. A text is greater than another as the alphabet has it.
var operators = []string{
	"BETWEEN", "GT", "GTE", "LT", "LTE", "EQ", "NEQ", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
}

func (s *Sim) matches(c *Contact, request searchRequest) bool {
	if len(request.FilterGroups) == 0 {
		return true
	}
	for _, group := range request.FilterGroups {
		if !slices.ContainsFunc(group.Filters, func(f filter) bool { return !s.passes(c, f) }) {
			return true
		}
	}
	return false
}

func (s *Sim) passes(c *Contact, f filter) bool {
	values := []string{strings.ToLower(s.indexed(c, f.PropertyName))}
	if f.PropertyName == "email" && !s.options.PrimaryEmailOnly {
		values = c.emails()
	}
	has := s.indexed(c, f.PropertyName) != ""
	equal := slices.Contains(values, strings.ToLower(f.Value))
	// Values for IN and NOT_IN have to be lower case: they are compared as they are.
	within := slices.ContainsFunc(f.Values, func(v string) bool { return slices.Contains(values, v) })
	token := containsToken(strings.ToLower(s.indexed(c, f.PropertyName)), strings.ToLower(f.Value))
	value, bound := strings.ToLower(s.indexed(c, f.PropertyName)), strings.ToLower(f.Value)
	return map[string]bool{
		"GT": has && value > bound, "GTE": has && value >= bound, "LT": has && value < bound, "LTE": has && value <= bound,
		"BETWEEN": has && value >= bound && value <= strings.ToLower(f.HighValue),
		"EQ":      equal, "NEQ": !equal, "IN": within, "NOT_IN": !within, "HAS_PROPERTY": has, "NOT_HAS_PROPERTY": !has,
		"CONTAINS_TOKEN": token, "NOT_CONTAINS_TOKEN": !token,
	}[f.Operator]
}

// indexed is a property as searches see it.
func (s *Sim) indexed(c *Contact, name string) string {
	typed := map[string]string{searchablePhone: "phone", searchableMobile: "mobilephone"}[name]
	if s.options.SearchableAsTyped && typed != "" {
		return notDigit.ReplaceAllString(c.Properties[typed], "")
	}
	return c.value(name)
}

// containsToken finds the words of the searched text in a row anywhere in the value, so that an address is also found
// inside a longer one. With a "*" it compares whole entries of a list instead.
func containsToken(value, searched string) bool {
	if strings.Contains(searched, "*") {
		return slices.ContainsFunc(strings.Split(value, ";"), func(entry string) bool {
			ok, err := path.Match(searched, entry)
			return err == nil && ok
		})
	}
	words, wanted := tokens(value), tokens(searched)
	for from := 0; len(wanted) > 0 && from+len(wanted) <= len(words); from++ {
		if slices.Equal(words[from:from+len(wanted)], wanted) {
			return true
		}
	}
	return false
}

func tokens(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
