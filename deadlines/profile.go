package deadlines

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Period is a length of time in calendar months, calendar days or both.
type Period struct {
	Months int `json:"months,omitempty"`
	Days   int `json:"days,omitempty"`
}

// from is the last day of the period whose first event fell on start: the day
// of the same number, or the month's last day if it has none (Regulation
// 1182/71 Art. 3(2)(c)); the day of the event itself is not counted (Art. 3(1)).
func (p Period) from(start time.Time) time.Time {
	year, month, day := start.Date()
	last := date(year, month+time.Month(p.Months)+1, 0).Day()
	return date(year, month+time.Month(p.Months), min(day, last)+p.Days)
}

// IdentityRule says what becomes of the time while the controller waits for the
// subject to prove who they are.
type IdentityRule string

const (
	// RunsOn: the time runs on whatever the verification takes.
	RunsOn IdentityRule = "runs_on"
	// Pauses: the days of waiting are added.
	Pauses IdentityRule = "pauses"
	// Restarts: the period begins when the proof is received.
	Restarts IdentityRule = "restarts"
)

// A Profile holds a regulation's rules on time. Get one with [Lookup].
type Profile struct {
	Name string `json:"name"`
	// Version grows when the rules change. Requests keep the profile with which
	// they began.
	Version string `json:"version"`
	// Basis names the provisions that the rules come from.
	Basis string `json:"basis"`
	// Answer is the period within which the request must be answered.
	Answer Period `json:"answer"`
	// DaysConfigurable says that the law leaves the number of days open: see
	// [Profile.WithDays].
	DaysConfigurable bool `json:"days_configurable,omitempty"`
	// Extended is the whole period, from receipt, of an extended request. Zero:
	// the profile knows no extension.
	Extended Period `json:"extended,omitzero"`
	// NextWorkingDay says that a period that ends on a weekend or public holiday
	// ends with the next working day instead, and that two days or more include
	// two working days at least (Regulation 1182/71 Art. 3(4) and (5)).
	NextWorkingDay bool `json:"next_working_day,omitempty"`
	// ConfirmWorkingDays is within how many working days receipt must be
	// confirmed to the subject. Zero: not at all.
	ConfirmWorkingDays int `json:"confirm_working_days,omitempty"`
	// Identity says what becomes of the time while identity is in doubt.
	Identity IdentityRule `json:"identity"`
	// AskWithinDays is how many calendar days after receipt the subject must have
	// been asked for proof, for the time to stand still. The EDPB demands that
	// the controller asks "without undue delay" (Guidelines 01/2022, section
	// 5.3) and gives no number; seven days are ours.
	AskWithinDays int `json:"ask_within_days,omitempty"`
}

// promptly is the default of [Profile.AskWithinDays].
const promptly = 7

// profiles holds every version ever released, older ones first. What was
// released stays as it is: a change is a new version.
var profiles = []Profile{
	{
		Name: "ccpa", Version: "1",
		Basis:  "Cal. Civ. Code §1798.130(a)(2); Cal. Code Regs. tit. 11 §7021",
		Answer: Period{Days: 45}, Extended: Period{Days: 90},
		ConfirmWorkingDays: 10,
		Identity:           RunsOn,
	},
	{
		Name: "gdpr", Version: "1",
		Basis:  "Regulation (EU) 2016/679 Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3; EDPB Guidelines 01/2022 section 5.3",
		Answer: Period{Months: 1}, Extended: Period{Months: 3},
		NextWorkingDay: true,
		Identity:       Pauses, AskWithinDays: promptly,
	},
	{
		Name: "lgpd", Version: "1",
		Basis:  "Lei 13.709/2018 Art. 19(II), applied to every right: Art. 18 §5 leaves the other periods to regulation",
		Answer: Period{Days: 15}, DaysConfigurable: true,
		Identity: RunsOn,
	},
	{
		Name: "uk", Version: "1",
		Basis:  "UK GDPR Art. 12(3) and 12A (Data (Use and Access) Act 2025 s. 76); ICO guidance on time limits",
		Answer: Period{Months: 1}, Extended: Period{Months: 3},
		NextWorkingDay: true,
		Identity:       Restarts, AskWithinDays: promptly,
	},
}

// Names lists the profiles, each once.
func Names() []string {
	var names []string
	for _, p := range profiles {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Lookup returns the newest profile of a name, as in "gdpr", or a certain
// version of it, as in "gdpr@1". The error lists what there is.
func Lookup(name string) (Profile, error) { return find(profiles, name) }

func find(all []Profile, name string) (Profile, error) {
	refs := make([]string, len(all))
	for i, p := range slices.Backward(all) {
		if name == p.Name || name == p.Ref() {
			return p, nil
		}
		refs[i] = p.Ref()
	}
	return Profile{}, fmt.Errorf("there is no deadline profile %q; use one of %s", name, strings.Join(refs, ", "))
}

// Ref is the name and version under which [Lookup] finds the profile.
func (p Profile) Ref() string { return p.Name + "@" + p.Version }

// WithDays is the profile with another number of calendar days for the answer,
// 1 to 365. Only a profile whose law leaves the number open takes one: the LGPD
// sets 15 days for a declaration of what is held (Art. 19(II)) and none for a
// deletion.
func (p Profile) WithDays(days int) (Profile, error) {
	switch {
	case !p.DaysConfigurable:
		return Profile{}, fmt.Errorf("the law of profile %s sets the period; it takes no number of days", p.Ref())
	case days < 1 || days > 365:
		return Profile{}, errors.New("the number of days must be 1 to 365")
	}
	p.Answer = Period{Days: days}
	return p, nil
}
