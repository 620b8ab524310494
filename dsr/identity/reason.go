package identity

// A Reason is why a value identifies nobody. The codes are stored; [Error] has words for
// the person who typed the value.
type Reason string

// The reasons.
const (
	// Empty: there is nothing.
	Empty Reason = "empty"
	// TooLong: the value is longer than any identifier.
	TooLong Reason = "too_long"
	// Unreadable: control characters, or not UTF-8.
	Unreadable Reason = "unreadable"
	// Malformed: the value has not the shape of its type.
	Malformed Reason = "malformed"
	// Placeholder: the value stands for "none".
	Placeholder Reason = "placeholder"
	// OwnAddress: the address is the company's own.
	OwnAddress Reason = "own_address"
	// NotPersonal: the value names a property, a session or a click, not a person.
	NotPersonal Reason = "not_personal"
	// Spreadsheet: a spreadsheet has shortened the value or failed to compute it.
	Spreadsheet Reason = "spreadsheet"
	// Several: one field holds several values, where one is due.
	Several Reason = "several_values"
	// Extension: a number with an extension belongs to many.
	Extension Reason = "extension"
	// TwoReadings: a number can be read with its country code and without.
	TwoReadings Reason = "two_readings"
	// NoCountry: digits without a plus sign are no number of the region, and may be one of
	// another country.
	NoCountry Reason = "no_country"
	// NoRegion: a national number, and no region says of which country.
	NoRegion Reason = "no_region"
)

// An Error says why a value identifies nobody, and what to do. It never repeats the value.
type Error struct {
	Reason Reason
	text   string
}

// Error implements error.
func (e *Error) Error() string { return e.text }

func rejected(reason Reason, text string) error { return &Error{Reason: reason, text: text} }
