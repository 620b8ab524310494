package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"
	"golang.org/x/net/idna"
	"golang.org/x/time/rate"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/requests"
)

// A Desk is where requests are handed in: a [requests.Desk].
type Desk interface {
	// Submit hands a request in. The same request handed in twice is one request.
	Submit(ctx context.Context, r dsr.Request) (already bool, err error)
	// ByMail counts the requests that came by mail and were handed in since then.
	ByMail(ctx context.Context, since time.Time) (int, error)
}

// Options say what is done with whose mail.
type Options struct {
	Server Server
	Desk   Desk
	// Namer names a message, by what tells it from all others, for good and without
	// naming anybody.
	Namer func(parts ...string) string
	// Acknowledge tells a person that their request has arrived; nil tells nobody.
	// The error is a [*connectors.Error].
	Acknowledge func(ctx context.Context, a mail.Acknowledgement) error
	// Due is until when a request is answered that was received at the time given.
	Due func(received time.Time) (time.Time, error)
	// Ours are the addresses of the mailbox and of whoever writes for it; what comes
	// from them is no request.
	Ours []string
	// Since leaves out what the server received on earlier days.
	Since time.Time
	// MaxPerDay bounds the requests that are handed in within 24 hours; the others
	// wait in the folder. 0 is no bound.
	MaxPerDay int
	// Flooded tells people, at most once in 24 hours, how many requests wait in the
	// folder because of that; nil tells nobody but the log.
	Flooded func(ctx context.Context, waiting int) error
	// Poll is how often the folder is looked through if the server tells nothing.
	Poll time.Duration
	Log  zerolog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	// after is told which step was taken last, for tests that stop there.
	after func(step string)
}

// The steps of a request, in their order.
const (
	stepSubmitted    = "submitted"
	stepAcknowledged = "acknowledged"
	stepMarked       = "marked"
	stepMoved        = "moved"
)

const (
	// shortestWait and longestWait bound the time between two attempts to reach the
	// server.
	shortestWait = time.Second
	longestWait  = 5 * time.Minute
)

// Acknowledgements are sent at this pace at most, so that whoever sends requests in
// the names of others cannot have Lethe write to them all: the rest wait.
const (
	acknowledgementEvery = time.Minute
	acknowledgementBurst = 30
)

// A keeper deals with the messages of a folder. It is used by one goroutine.
type keeper struct {
	Options
	progress
	flood
	pace *rate.Limiter
	// reached says that the server was reached once.
	reached bool
	// unheard says that acknowledgements do not get through at the moment: the others
	// of the same pass are not tried, for each may take until it is given up. spread
	// says that they wait for their turn.
	unheard, spread bool
}

func newKeeper(o Options) *keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.after == nil {
		o.after = func(string) {}
	}
	return &keeper{Options: o, pace: rate.NewLimiter(rate.Every(acknowledgementEvery), acknowledgementBurst)}
}

// Run deals with what is in the folder and with what arrives there, until the
// context ends. That the server or the desk cannot be reached passes. The error,
// a [*connectors.Error], is one that has to be repaired, met before the server was
// reached for the first time.
func Run(ctx context.Context, o Options) error {
	k := newKeeper(o)
	for try := 0; ; try++ {
		looked, err := k.attend(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // to be stopped is no error
		}
		if !k.reached && !passes(err) {
			return err
		}
		if looked {
			try = 0
		}
		wait := retryablehttp.DefaultBackoff(shortestWait, longestWait, try, nil)
		k.Log.Warn().Err(err).Dur("wait_ms", wait).Msg("the mailbox is left alone for a while")
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// Once deals with what is in the folder now.
func Once(ctx context.Context, o Options) error {
	k := newKeeper(o)
	s, err := k.Server.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	seen, err := k.pass(ctx, s)
	switch {
	case err != nil:
		return err
	case seen.waiting > 0:
		return fmt.Errorf("%d requests wait in the mailbox: more have come than max_per_day lets in", seen.waiting)
	case seen.later > 0:
		return errors.New("some requests are handed in and not acknowledged yet; run it again")
	default:
		return nil
	}
}

// passes reports whether an error can go away by itself.
func passes(err error) bool {
	var known *connectors.Error
	return !errors.As(err, &known) || known.Class == connectors.Transient || known.Class == connectors.Malformed
}

// attend looks through the folder and waits for more until something fails. looked
// says that it was looked through at least once.
func (k *keeper) attend(ctx context.Context) (looked bool, err error) {
	s, err := k.Server.open(ctx)
	if err != nil {
		return false, err
	}
	defer s.close()
	if !k.reached {
		k.reached = true
		k.Log.Info().Bool("keywords", s.keywords).Msg("the mailbox is open")
	}
	for {
		if _, err := k.pass(ctx, s); err != nil {
			return looked, err
		}
		looked = true
		if err := s.wait(ctx, k.Poll); err != nil {
			return looked, err
		}
		if ctx.Err() != nil {
			return looked, ctx.Err()
		}
	}
}

// counts is what was found in the folder.
type counts struct{ submitted, already, unrelated, automatic, person, later, waiting int }

// pass looks through the folder once.
func (k *keeper) pass(ctx context.Context, s *session) (seen counts, err error) {
	defer func() { k.report(seen) }()
	k.unheard, k.spread, k.left = false, false, unknown
	k.progress.begin(s.validity)
	open, unmoved, err := s.search(ctx, k.floor, k.Since)
	if err != nil {
		return seen, err
	}
	if len(unmoved) > 0 { // whoever marked them was interrupted
		if err := s.move(ctx, unmoved...); err != nil {
			return seen, err
		}
	}
	open = k.unsettled(open)
	due := k.dueNow(open, k.Now())
	seen.waiting = len(open) - len(due)
	for uids := range slices.Chunk(due, batch) {
		messages, err := s.fetch(ctx, uids)
		if err != nil {
			return seen, err
		}
		for _, m := range messages {
			if err := k.settle(ctx, s, m, &seen); err != nil {
				return seen, err
			}
		}
		k.settleGone(uids, messages)
	}
	k.advance(open)
	k.tellFlood(ctx, seen.waiting)
	return seen, nil
}

// report says what was found, if anything. Nothing in it is of a person.
func (k *keeper) report(seen counts) {
	if seen == (counts{}) {
		return
	}
	k.Log.Info().Int("submitted", seen.submitted).Int("already_submitted", seen.already).Int("unrelated", seen.unrelated).
		Int("automatic", seen.automatic).Int("needs_person", seen.person).Int("acknowledged_later", seen.later).Int("waiting", seen.waiting).Msg("looked through the mailbox")
}

// A verdict is what a message is.
type verdict int

const (
	// unrelated: it is no request.
	unrelated verdict = iota
	// automatic: no person wrote it.
	automatic
	// forPerson: a person has to read it.
	forPerson
	// isRequest: it is handed in.
	isRequest
)

// settle deals with one message.
func (k *keeper) settle(ctx context.Context, s *session, m message, seen *counts) error {
	what, l, problem := k.judge(m)
	switch what {
	case forPerson:
		return k.leaveToPerson(ctx, s, m, problem, seen)
	case isRequest:
		return k.carry(ctx, s, l, seen)
	case automatic:
		seen.automatic++
	default:
		seen.unrelated++
	}
	k.settled[m.uid] = true
	return nil
}

// judge says what a message is, and why a person has to read it if one has.
func (k *keeper) judge(m message) (verdict, letter, error) {
	wish, french := m.wish()
	from, fromErr := m.from()
	switch {
	case wish == Nothing:
		return unrelated, letter{}, nil
	case m.automatic(from, k.Ours):
		return automatic, letter{}, nil
	case fromErr != nil && !m.broken:
		return forPerson, letter{}, fromErr
	}
	r, err := k.request(m, wish, from)
	if err != nil {
		return forPerson, letter{}, err
	}
	return isRequest, letter{message: m, request: r, french: french}, nil
}

// request makes the request that a message is, or says why a person has to.
func (k *keeper) request(m message, wish Wish, from string) (dsr.Request, error) {
	switch {
	case m.broken:
		return dsr.Request{}, errors.New("its header is broken or far too long")
	case unanswered(from):
		return dsr.Request{}, errors.New("its sender is nobody's address; it may pass on what a person has asked")
	case wish == Unclear:
		return dsr.Request{}, errors.New("its subject begins as a request does, and what it asks for is not understood")
	}
	id, err := identity.Parser{}.Parse(dsr.Email, from)
	if err != nil {
		return dsr.Request{}, errors.New("its From line holds no address that can be searched")
	}
	received := m.receivedAt
	if now := k.Now(); received.IsZero() || received.After(now) { // the server's clock is ahead
		received = now
	}
	r := dsr.Request{
		ID: requests.MailPrefix + k.Namer(m.identity()...), Kind: wish.kind(), Subject: dsr.Subject{Identifiers: inBothForms(id)},
		ReceivedAt: received, ApprovalRequired: true, Channel: dsr.ChannelMail,
	}
	return r, r.Validate(k.Now(), identity.Check)
}

// inBothForms is the address, and the same with the other form of an internationalised
// domain (RFC 5890): systems hold what people typed or what programs made of it.
func inBothForms(id dsr.Identifier) []dsr.Identifier {
	at := strings.LastIndexByte(id.Value, '@')
	forms := []dsr.Identifier{id}
	for _, convert := range []func(string) (string, error){idna.Lookup.ToASCII, idna.Lookup.ToUnicode} {
		domain, err := convert(id.Value[at+1:])
		if err != nil {
			continue
		}
		other, err := identity.Parser{}.Parse(dsr.Email, id.Value[:at+1]+domain)
		if err == nil && !other.Same(id) {
			forms = append(forms, other)
		}
	}
	return forms
}

// leaveToPerson marks a message that a person has to read, and says so.
func (k *keeper) leaveToPerson(ctx context.Context, s *session, m message, problem error, seen *counts) error {
	flags := []imap.Flag{imap.FlagFlagged}
	if s.keywords {
		flags = append(flags, keywordPerson)
	}
	if err := s.mark(ctx, m.uid, flags...); err != nil {
		return err
	}
	seen.person++
	k.settled[m.uid] = true
	k.Log.Warn().Uint32("uid", uint32(m.uid)).Time("received_at", m.receivedAt).Str("reason", problem.Error()).
		Msg("a message needs a person; it is flagged in the mailbox")
	return nil
}

// A letter is a message that is a request.
type letter struct {
	message
	request dsr.Request
	french  bool
}

// carry hands a request in, acknowledges it and marks its message, in this order:
// whatever dies in between does the rest another time.
func (k *keeper) carry(ctx context.Context, s *session, l letter, seen *counts) error {
	if !k.handed[l.uid] {
		if room, err := k.hasRoom(ctx, l); err != nil || !room {
			seen.waiting++
			return err
		}
		already, err := k.Desk.Submit(ctx, l.request)
		switch {
		case errors.Is(err, requests.ErrTaken):
			return k.leaveToPerson(ctx, s, l.message, errors.New("another request has its id"), seen)
		case errors.Is(err, requests.ErrForgotten):
			// It was done long ago, and the mark on the message was lost.
			seen.already++
			return k.finish(ctx, s, l)
		case err != nil:
			return err
		case already:
			seen.already++
		default:
			seen.submitted++
			k.count(l)
		}
		k.handed[l.uid] = true
		k.after(stepSubmitted)
	}
	if sent, err := k.acknowledge(ctx, l); err != nil || !sent {
		seen.later++
		return err
	}
	k.after(stepAcknowledged)
	return k.finish(ctx, s, l)
}

// acknowledge tells the person that their request has arrived. It reports false if
// that has to be tried again.
func (k *keeper) acknowledge(ctx context.Context, l letter) (bool, error) {
	if k.Acknowledge == nil || k.told[l.uid] {
		return true, nil
	}
	if k.unheard || k.spread {
		return false, nil
	}
	if !k.pace.AllowN(k.Now(), 1) {
		k.spread = true
		k.Log.Warn().Msg("many requests come at once; their acknowledgements are spread")
		return false, nil
	}
	due, err := k.Due(l.request.ReceivedAt)
	if err != nil {
		return false, err
	}
	err = k.Acknowledge(ctx, mail.Acknowledgement{
		To: l.request.Subject.Identifiers[0].Value, RequestID: l.request.ID, Kind: l.request.Kind,
		ReceivedAt: l.request.ReceivedAt, DueAt: due, InReplyTo: l.header.Get("Message-Id"), French: l.french,
	})
	var known *connectors.Error
	switch {
	case err == nil:
		k.told[l.uid] = true
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.As(err, &known) && known.Class == connectors.Rejected:
		k.Log.Warn().Str("request_id", l.request.ID).Err(known).Msg("the person cannot be written to")
		return true, nil
	default:
		k.unheard = true
		k.Log.Error().Str("request_id", l.request.ID).Err(err).Msg("the request is not acknowledged yet")
		return false, nil
	}
}

// finish marks a message as done, and moves it where that goes.
func (k *keeper) finish(ctx context.Context, s *session, l letter) error {
	uid := l.uid
	if s.keywords {
		if err := s.mark(ctx, uid, keywordDone, imap.FlagSeen); err != nil {
			return err
		}
		k.after(stepMarked)
	}
	if s.server.Done != "" {
		if err := s.move(ctx, uid); err != nil {
			return err
		}
		k.after(stepMoved)
	}
	k.settled[uid] = true
	k.Log.Info().Str("request_id", cmp.Or(l.request.ID, "-")).Msg("a request has come by mail")
	return nil
}
