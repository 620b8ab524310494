package googleanalytics

import (
	"net/http"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // the quota day ends at midnight US Pacific wherever tests run

	"ite.digital/lethe/simulators"
)

// Defaults of Options.
const (
	DefaultToken      = "google-token"
	DefaultProperty   = "123456789"
	DefaultDailyQuota = 500
)

// Options are what differs between projects. The zero value works.
type Options struct {
	// Token is the expected bearer token; DefaultToken where empty.
	Token string
	// NoAuth accepts requests without credentials.
	NoAuth bool
	Clock  simulators.Clock
	// Seed of the faults.
	Seed uint64
	// Properties that the caller may edit; DefaultProperty where empty.
	Properties []string
	// DailyQuota of deletions per property; DefaultDailyQuota where 0.
	DailyQuota int
	// QuotaReason, such as "rateLimitExceeded" or "quotaExceeded", makes a spent quota answer 403 with this reason
	// instead of 429.
	QuotaReason string
}

// Submission is one accepted request to delete a user.
type Submission struct {
	At       time.Time
	Property string
	// Kind is the field that was set: clientId, userId, appInstanceId or userProvidedData.
	Kind  string
	Value string
}

// Sim is a simulated Google Analytics Admin API.
type Sim struct {
	*simulators.Server
	options Options
	pacific *time.Location

	mu          sync.Mutex
	submissions []Submission
	spent       map[string]int
}

// New returns an API to which nothing was submitted yet.
func New(o Options) *Sim {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if len(o.Properties) == 0 {
		o.Properties = []string{DefaultProperty}
	}
	if o.DailyQuota == 0 {
		o.DailyQuota = DefaultDailyQuota
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic("googleanalytics: " + err.Error())
	}
	s := &Sim{options: o, pacific: pacific, spent: map[string]int{}}
	s.Server = simulators.NewServer(simulators.Behaviour{
		Handler:  http.HandlerFunc(s.route),
		AuthOK:   func(r *http.Request, _ []byte) bool { return s.authOK(r) },
		Destroys: s.destroys,
		Failure:  failure,
	}, o.Clock, o.Seed)
	return s
}

// Submissions returns a copy of everything that was accepted, in order.
func (s *Sim) Submissions() []Submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.submissions)
}

// Spend uses up n deletions of today's quota of a property, as other users of the property do.
func (s *Sim) Spend(property string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent[s.quotaDay(property)] += n
}

// QuotaResets returns when the current quota day ends.
func (s *Sim) QuotaResets() time.Time {
	year, month, day := s.Now().In(s.pacific).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, s.pacific)
}

func (s *Sim) quotaDay(property string) string {
	return property + " " + s.Now().In(s.pacific).Format(time.DateOnly)
}

func (s *Sim) authOK(r *http.Request) bool {
	return s.options.NoAuth || r.Header.Get("Authorization") == "Bearer "+s.options.Token
}
