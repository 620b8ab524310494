package activities

import (
	"cmp"
	"slices"
	"time"

	"ite.digital/lethe/dsr"
)

// SignalRecordMessage carries a [RecordMessage]. It is a signal and no update: the message
// must be on record even if no worker answers at the moment.
const SignalRecordMessage = "record-message"

// RecordMessage says that the person has answered the acknowledgement of their request. It
// holds nothing of what they wrote.
type RecordMessage struct {
	// Message tells the message from all others and names nobody; the same message
	// recorded twice counts once.
	Message string `json:"message"`
	// ReceivedAt is when a server of the company received it.
	ReceivedAt time.Time `json:"received_at"`
}

// An EarlierMessage is a message that an earlier run was told of, at the time At.
type EarlierMessage struct {
	RecordMessage
	At time.Time
}

// maxRecorded bounds the names of messages that a request keeps, by which it knows one
// that is recorded twice.
const maxRecorded = 100

// A Correspondence is what a request knows of the person's answers to its acknowledgement.
type Correspondence struct {
	// FollowUps counts them; nil if there is none.
	FollowUps *dsr.FollowUps `json:"follow_ups,omitempty"`
	// Recorded are the names of the newest, oldest first.
	Recorded []string `json:"recorded,omitempty"`
}

// Record returns the correspondence with one more message, unless it is known.
func (c Correspondence) Record(m RecordMessage) Correspondence {
	if slices.Contains(c.Recorded, m.Message) {
		return c
	}
	c.Recorded = append(slices.Clone(c.Recorded), m.Message)
	if len(c.Recorded) > maxRecorded {
		c.Recorded = c.Recorded[1:]
	}
	var now dsr.FollowUps
	if c.FollowUps != nil {
		now = *c.FollowUps
	}
	now.Messages++
	now.Unread++
	if m.ReceivedAt.After(now.LastAt) {
		now.LastAt = m.ReceivedAt
	}
	c.FollowUps = &now
	return c
}

// Read returns the correspondence after the operator has read all of it.
func (c Correspondence) Read(operator string) Correspondence {
	if c.FollowUps == nil || c.FollowUps.Unread == 0 {
		return c
	}
	read := *c.FollowUps
	read.Unread, read.ReadBy = 0, operator
	c.FollowUps = &read
	return c
}

// correspondenceOf is what earlier runs knew: what was unread then is unread still.
func correspondenceOf(runs []EarlierRun) Correspondence {
	type event struct {
		at    time.Time
		apply func(Correspondence) Correspondence
	}
	var events []event
	for _, run := range runs {
		for _, m := range run.Messages {
			events = append(events, event{m.At, func(c Correspondence) Correspondence { return c.Record(m.RecordMessage) }})
		}
		for _, d := range run.Decisions {
			if d.MessagesRead > 0 {
				events = append(events, event{d.At, func(c Correspondence) Correspondence { return c.Read(d.Operator) }})
			}
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	var c Correspondence
	for _, e := range events {
		c = e.apply(c)
	}
	return c
}
