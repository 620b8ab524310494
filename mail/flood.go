package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Flooded tells the receivers of the settings that so many requests wait in the mailbox,
// because more have come than perDay. On one day it is the same message by its
// Message-ID. The error joins a [*connectors.Error] for each receiver who was not told.
func Flooded(ctx context.Context, s Settings, waiting, perDay int) error {
	senders, err := Senders(s)
	if err != nil {
		return err
	}
	var failed []error
	for _, sender := range senders {
		failed = append(failed, s.deliver(ctx, sender.flooded(waiting, perDay)))
	}
	return errors.Join(failed...)
}

// NeedsPerson tells the receivers of the settings that so many messages were flagged in the
// mailbox for a person. Within one hour it is the same message by its Message-ID. The error
// joins a [*connectors.Error] for each receiver who was not told.
func NeedsPerson(ctx context.Context, s Settings, flagged int) error {
	senders, err := Senders(s)
	if err != nil {
		return err
	}
	var failed []error
	for _, sender := range senders {
		failed = append(failed, s.deliver(ctx, sender.needsPerson(flagged)))
	}
	return errors.Join(failed...)
}

func (s *Sender) needsPerson(flagged int) *gomail.Msg {
	message := s.begin("needs a person", s.settings.now().UTC().Truncate(time.Hour).Format(time.RFC3339))
	messages := fmt.Sprintf("%d messages in the mailbox need a person", flagged)
	if flagged == 1 {
		messages = "a message in the mailbox needs a person"
	}
	message.Subject("Lethe: " + messages)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, strings.ToUpper(messages[:1])+messages[1:]+`. They may ask for
something under data protection law, and Lethe cannot say what, or for whom: a
colleague or a form has passed them on, they answer an acknowledgement, or their
subject is not of the announced form.

What to do:
  Read the messages that are flagged in the mailbox (keyword LethePerson). Hand in
  what is a request: lethe submit --email ... --received ...
  The time to answer runs from the day on which they came.

-- 
Sent by Lethe. Nobody reads answers to this message.
`)
	return message
}

func (s *Sender) flooded(waiting, perDay int) *gomail.Msg {
	message := s.begin("flood", s.settings.now().UTC().Format(time.DateOnly))
	message.Subject(fmt.Sprintf("Lethe: %d requests wait in the mailbox", waiting))
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, fmt.Sprintf(`More requests have come by e-mail than max_per_day of mailbox lets in within
24 hours, or more than a few from one address: %d wait in the mailbox, as
they came. The limit is %d.

Nothing is lost, and those that wait are handed in as the limit allows. Their
time to answer runs from the day on which they came.

What to do:
  Look at them in the mailbox. What is no request can be deleted or moved there.
  If they are real, raise max_per_day in lethe.yaml and start 'lethe mailbox' anew.

You are told again tomorrow if any still wait.

-- 
Sent by Lethe. Nobody reads answers to this message.
`, waiting, perDay))
	return message
}
