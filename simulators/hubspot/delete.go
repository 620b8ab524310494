package hubspot

import (
	"encoding/json"
	"net/http"
	"strings"

	"ite.digital/lethe/simulators"
)

type purgeRequest struct {
	ObjectID   string `json:"objectId"`
	IDProperty string `json:"idProperty"`
}

// purge deletes permanently, by id or by an e-mail address. An address that no contact has is put on the blocklist,
// and the answer looks the same.
func (s *Sim) purge(w http.ResponseWriter, r *http.Request, _ call) {
	var request purgeRequest
	if !decode(r, &request, "objectId") || request.ObjectID == "" {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: objectId is required")
		return
	}
	c := s.purgeable(request)
	switch {
	case c != nil:
		c.purged = s.Now()
		simulators.Applied(r, simulators.Target{Kind: KindContact, RecordID: c.ID})
		w.WriteHeader(http.StatusNoContent)
	case request.IDProperty == "email":
		simulators.Gone(r, simulators.Target{Kind: KindContact, RecordID: request.ObjectID})
		s.blocklisted = append(s.blocklisted, strings.ToLower(request.ObjectID))
		w.WriteHeader(http.StatusNoContent)
	default:
		simulators.Gone(r, simulators.Target{Kind: KindContact, RecordID: request.ObjectID})
		if s.options.UnknownIDStatus == http.StatusNoContent {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		refuse(w, s.options.UnknownIDStatus, "resource not found")
	}
}

// purgeable returns the contact that a request names. The recycle bin is no protection.
func (s *Sim) purgeable(request purgeRequest) *Contact {
	held := func(c *Contact) bool { return c.purged.IsZero() }
	if request.IDProperty == "email" {
		return s.contactByEmail(request.ObjectID, held)
	}
	if c := s.contactByID(request.ObjectID); c != nil && held(c) {
		return c
	}
	return nil
}

func (s *Sim) destroys(r *http.Request, body []byte) []simulators.Target {
	at := called(r)
	switch {
	case r.Method == http.MethodDelete && at.api == objectsAPI:
		recordID := ""
		if len(at.rest) > 1 {
			recordID = at.rest[1]
		}
		return []simulators.Target{{Kind: KindArchive, RecordID: recordID, Everything: recordID == ""}}
	case r.Method == http.MethodPost && at.is(objectsAPI, "contacts", "batch", "archive"):
		return discarded(body)
	case r.Method != http.MethodPost || !at.is(objectsAPI, "contacts", "gdpr-delete"):
		return nil
	}
	var request purgeRequest
	if json.Unmarshal(body, &request) != nil || request.ObjectID == "" {
		return []simulators.Target{{Kind: KindContact, Everything: true}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.purgeable(request); c != nil {
		return []simulators.Target{{Kind: KindContact, RecordID: c.ID}}
	}
	return []simulators.Target{{Kind: KindContact, RecordID: request.ObjectID}}
}

// discarded are the contacts that a batch moves to the recycle bin.
func discarded(body []byte) []simulators.Target {
	var request batch
	if json.Unmarshal(body, &request) != nil || len(request.Inputs) == 0 {
		return []simulators.Target{{Kind: KindArchive, Everything: true}}
	}
	var targets []simulators.Target
	for _, input := range request.Inputs {
		targets = append(targets, simulators.Target{Kind: KindArchive, RecordID: input.ID, Everything: input.ID == ""})
	}
	return targets
}

// person is whom an error quotes: the contact that the request names by id, else whom it names itself.
func (s *Sim) person(r *http.Request, body []byte) string {
	var request purgeRequest
	_ = json.Unmarshal(body, &request)
	recordID := request.ObjectID
	if at := called(r); recordID == "" && at.api == objectsAPI && len(at.rest) > 1 {
		recordID = at.rest[1]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.contactByID(recordID); c != nil && c.Properties["email"] != "" {
		return c.Properties["email"]
	}
	return simulators.PersonIn(r, body)
}
