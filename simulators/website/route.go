package website

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

// The headers of a request.
const (
	timestampHeader = "Lethe-Timestamp"
	signatureHeader = "Lethe-Signature"
	requestHeader   = "Lethe-Request"
)

// complaint is what is wrong with the signature of a request; empty where nothing is.
func (s *Sim) complaint(r *http.Request, body []byte) string {
	timestamp := r.Header.Get(timestampHeader)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return "timestamp missing or unreadable"
	}
	if s.Now().Sub(time.Unix(seconds, 0)).Abs() > maxAge {
		return "timestamp more than five minutes off"
	}
	given, ok := strings.CutPrefix(r.Header.Get(signatureHeader), "v1=")
	signature, err := hex.DecodeString(given)
	if !ok || err != nil || !hmac.Equal(signature, sign(s.options.Secret, timestamp, body)) {
		return "signature missing or wrong"
	}
	return ""
}

func sign(secret, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if complaint := s.complaint(r, body); complaint != "" {
		simulators.WriteJSON(w, http.StatusUnauthorized, problem("unauthorized", complaint))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := r.Header.Get(requestHeader); key != "" {
		s.keys = append(s.keys, key)
	}
	endpoint, ok := strings.CutPrefix(r.URL.Path, s.options.Base)
	switch {
	case !ok || !slices.Contains(s.endpoints(), endpoint):
		simulators.WriteJSON(w, http.StatusNotFound, problem("not_found", "no such endpoint"))
	case r.Method != http.MethodPost:
		simulators.WriteJSON(w, http.StatusMethodNotAllowed, problem("method_not_allowed", "use POST"))
	case endpoint == "/check":
		simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"status": "ok"})
	case endpoint == "/locate":
		s.locate(w, r, body)
	case endpoint == "/settings":
		s.settings(w, body)
	case endpoint == "/apply":
		s.apply(w, body)
	default:
		s.erase(w, r, body)
	}
}

func (s *Sim) endpoints() []string {
	if s.options.EraseOnly {
		return []string{"/check", "/locate", "/erase"}
	}
	return []string{"/check", "/locate", "/erase", "/settings", "/apply"}
}

// locate finds records by any of the identifiers. E-mail addresses are compared whatever the case, unless the
// options say otherwise, all else exactly.
func (s *Sim) locate(w http.ResponseWriter, r *http.Request, body []byte) {
	var request struct {
		Identifiers []Identifier `json:"identifiers"`
	}
	if json.Unmarshal(body, &request) != nil || len(request.Identifiers) == 0 {
		simulators.WriteJSON(w, http.StatusBadRequest, problem("bad_request", "no identifiers"))
		return
	}
	records := []any{}
	for _, held := range s.records {
		if !s.gone(held, simulators.Staleness(r)) && held.known(request.Identifiers, s.options.Exact) {
			records = append(records, held.json())
		}
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"records": records})
}

func (r *Record) known(by []Identifier, exact bool) bool {
	return slices.ContainsFunc(r.Identifiers, func(has Identifier) bool {
		return slices.ContainsFunc(by, func(wanted Identifier) bool {
			if has.Type == Email && wanted.Type == EmailSHA256 {
				return wanted.Value == sha256Of(strings.ToLower(has.Value))
			}
			same := has.Value == wanted.Value || !exact && has.Type == Email && strings.EqualFold(has.Value, wanted.Value)
			return same && has.Type == wanted.Type
		})
	})
}

func sha256Of(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

func (s *Sim) erase(w http.ResponseWriter, r *http.Request, body []byte) {
	wanted := namedRecords(body)
	if len(wanted) == 0 {
		simulators.WriteJSON(w, http.StatusBadRequest, problem("bad_request", "no records"))
		return
	}
	results := []simulators.JSON{}
	for _, n := range wanted {
		results = append(results, s.eraseOne(r, n))
	}
	slices.Reverse(results)
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"results": results})
}

func (s *Sim) eraseOne(r *http.Request, n named) simulators.JSON {
	target := simulators.Target{Kind: n.Kind, RecordID: n.ID}
	held := s.find(n.Kind, n.ID)
	if held == nil {
		simulators.Gone(r, target)
		return simulators.JSON{"id": n.ID, "status": NotFound}
	}
	switch held.OnErase {
	case Retained, Failed:
		return simulators.JSON{"id": n.ID, "status": held.OnErase, "reason": held.Reason}
	case Accepted:
		if held.accepted.IsZero() {
			held.accepted = s.Now()
			simulators.Applied(r, target)
		} else {
			simulators.Gone(r, target)
		}
		due := held.accepted.Add(held.Takes).UTC().Format(time.RFC3339)
		return simulators.JSON{"id": n.ID, "status": Accepted, "expected_by": due}
	}
	held.erased = s.Now()
	simulators.Applied(r, target)
	return simulators.JSON{"id": n.ID, "status": Erased}
}
