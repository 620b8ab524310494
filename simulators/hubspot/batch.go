package hubspot

import (
	"net/http"
	"slices"
	"strings"

	"ite.digital/lethe/simulators"
)

// addresses reads the subscribers of a batch, in lower case, each once. Of those that are no address it makes errors.
func (s *Sim) addresses(w http.ResponseWriter, r *http.Request) (valid []string, errors []any, ok bool) {
	var request struct {
		Inputs []string `json:"inputs"`
	}
	if r.URL.Query().Get("channel") != "EMAIL" {
		refuse(w, http.StatusBadRequest, "Query parameter channel is required")
		return nil, nil, false
	}
	if !decode(r, &request, "inputs") || len(request.Inputs) > maxBatch {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: up to 100 inputs are required")
		return nil, nil, false
	}
	for _, input := range request.Inputs {
		address := strings.ToLower(input)
		switch {
		case !isAddress(address):
			errors = append(errors, standardError("VALIDATION_ERROR", "Invalid subscriber id string "+input, "subscriberIdString", input))
		case !slices.Contains(valid, address):
			valid = append(valid, address)
		}
	}
	return valid, errors, true
}

// forEach answers a batch with one result for each address, in no particular order.
func (s *Sim) forEach(w http.ResponseWriter, r *http.Request, result func(address string) any) {
	addresses, errors, ok := s.addresses(w, r)
	if !ok {
		return
	}
	results := []any{}
	for _, address := range slices.Backward(addresses) {
		results = append(results, result(address))
	}
	s.complete(w, results, errors)
}

func (s *Sim) statusesOfMany(w http.ResponseWriter, r *http.Request, _ call) {
	s.forEach(w, r, func(address string) any {
		return simulators.JSON{"subscriberIdString": address, "statuses": s.statusesOf(address, "")}
	})
}

func (s *Sim) optedOutOfMany(w http.ResponseWriter, r *http.Request, _ call) {
	s.forEach(w, r, func(address string) any {
		return simulators.JSON{"subscriberIdString": address, "wideStatuses": s.wideStatuses(address)}
	})
}

func (s *Sim) optOutMany(w http.ResponseWriter, r *http.Request, _ call) {
	verbose := r.URL.Query().Get("verbose") == "true"
	s.forEach(w, r, func(address string) any {
		statuses := s.unsubscribeFromAll(address)
		if !verbose {
			return simulators.JSON{"subscriberIdString": address}
		}
		return simulators.JSON{"subscriberIdString": address, "statuses": statuses}
	})
}

// subscribeMany sets subscriptions one by one: those before and after one that is refused are set nevertheless.
func (s *Sim) subscribeMany(w http.ResponseWriter, r *http.Request, _ call) {
	var request struct {
		Inputs []change `json:"inputs"`
	}
	if !decode(r, &request, "inputs") || len(request.Inputs) > maxBatch {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: up to 100 inputs are required")
		return
	}
	results := []any{}
	var errors []any
	for _, input := range request.Inputs {
		if complaint := s.complaint(input); complaint != "" {
			errors = append(errors, standardError("VALIDATION_ERROR", complaint, "subscriberIdString", input.Subscriber))
			continue
		}
		results = append(results, s.apply(input))
	}
	s.complete(w, results, errors)
}
