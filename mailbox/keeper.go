package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-imap/v2"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"
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
	// ByMail counts the requests that came by mail and were handed in since then, and
	// ByMailFrom those of them that are of this subject.
	ByMail(ctx context.Context, since time.Time) (int, error)
	ByMailFrom(ctx context.Context, since time.Time, s dsr.Subject) (int, error)
	// RecordMessage puts on record at a request that its acknowledgement was answered, by a
	// message of that name, once however often it is called.
	RecordMessage(ctx context.Context, kind dsr.Kind, id, message string, receivedAt time.Time) error
}

// Others says what becomes of messages that are not of the announced form.
type Others string

const (
	// FlagOthers has a person look at those that may be a request: a word of one stands in
	// the subject, or nothing does.
	FlagOthers Others = "flag"
	// LeaveOthers has nobody look at them.
	LeaveOthers Others = "leave"
	// AllOthers has a person look at everything that is no report on something of ours.
	AllOthers Others = "all"
)

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
	// Ours are the addresses of the mailbox and of whoever writes for it, and Domains the
	// company's own: what comes from there may pass on a request and is nobody's own.
	Ours, Domains []string
	// Groups are addresses of the company's own groups that hand mail on to the mailbox:
	// what they distribute is read as if it had come directly.
	Groups []string
	// AuthservID is the id of the company's own mail server in Authentication-Results (RFC
	// 8601); empty if nothing checks who sends.
	AuthservID string
	// ReceivedBy are the names of the company's mail servers in Received lines, by which it
	// is known when the company first had a message.
	ReceivedBy []string
	// Others says what becomes of messages that are not of the announced form; empty is
	// [FlagOthers].
	Others Others
	// NeedsPerson tells people, at most once an hour, how many messages were flagged for a
	// person since the last time; nil tells nobody but the log.
	NeedsPerson func(ctx context.Context, flagged int) error
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

const (
	// flaggedEvery is how often people are told of messages that were flagged for them.
	flaggedEvery = time.Hour
	// maxRecorded bounds the answers that are put on record at one request, by one process:
	// more of them say nothing new.
	maxRecorded = 50
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
	company company
	// pace is how fast acknowledgements are sent, those apart whose sender is
	// authenticated: the others cannot hold them up.
	pace map[bool]*rate.Limiter
	// flagged counts the messages that were flagged since people were last told, at toldAt.
	flagged int
	toldAt  time.Time
	// answers counts what was put on record, by the request.
	answers map[string]int
	// reached says that the server was reached once.
	reached bool
	// unheard says that acknowledgements do not get through at the moment: the others
	// of the same pass are not tried, for each may take until it is given up. spread
	// says that they wait for their turn.
	unheard bool
	spread  map[bool]bool
}

func newKeeper(o Options) *keeper {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.after == nil {
		o.after = func(string) {}
	}
	pace := func() *rate.Limiter { return rate.NewLimiter(rate.Every(acknowledgementEvery), acknowledgementBurst) }
	return &keeper{
		Options: o, answers: map[string]int{}, company: company{ours: o.Ours, domains: o.Domains, groups: o.Groups}, pace: map[bool]*rate.Limiter{false: pace(), true: pace()},
	}
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

// ErrUnflagged says that a message needs a person, and that the mail server does not keep
// the flag that would show it to one.
var ErrUnflagged = errors.New("could not be flagged; look into the mailbox, and see that the mail server keeps flags")

// Once deals with what is in the folder now, and says what became of it. The error says
// what is not done: as far as the folder was looked through, the summary holds. It is
// [ErrUnflagged] if somebody has to look into the mailbox and nothing there says so.
func Once(ctx context.Context, o Options) (Summary, error) {
	k := newKeeper(o)
	s, err := k.Server.open(ctx)
	if err != nil {
		return Summary{}, err
	}
	defer s.close()
	seen, err := k.pass(ctx, s)
	switch {
	case err != nil:
		return seen, err
	case seen.Untold > 0:
		return seen, fmt.Errorf("%s a person and %w", count(seen.Untold, "message needs", "messages need"), ErrUnflagged)
	case seen.Waiting > 0:
		return seen, fmt.Errorf("%d requests wait in the mailbox: more have come than max_per_day lets in", seen.Waiting)
	case seen.Unacknowledged > 0:
		return seen, errors.New("some requests are handed in and not acknowledged yet; run it again")
	default:
		return seen, nil
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

// pass looks through the folder once.
func (k *keeper) pass(ctx context.Context, s *session) (seen Summary, err error) {
	defer func() { k.report(seen) }()
	k.unheard, k.spread, k.used, k.sent = false, map[bool]bool{}, unknown, map[string]int{}
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
	seen.Waiting = len(open) - len(due)
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
	k.tellFlood(ctx, seen.Waiting)
	k.tellFlagged(ctx, s)
	return seen, nil
}

// A verdict is what becomes of a message.
type verdict int

const (
	// noRequest: it holds no word of a request.
	noRequest verdict = iota
	// alone: it answers or reports on something of ours.
	alone
	// forPerson: a person has to read it.
	forPerson
	// isRequest: it is handed in.
	isRequest
)

// A judgement is what becomes of a message, and why.
type judgement struct {
	verdict verdict
	// harmless is why it is left alone.
	harmless harmless
	// reason is why a person has to read it, and answers is the acknowledgement that it
	// answers, if it does.
	reason  error
	answers mail.SentID
	// letter is the request.
	letter letter
}

func needsPerson(reason string) judgement {
	return judgement{verdict: forPerson, reason: errors.New(reason)}
}

// settle deals with one message.
func (k *keeper) settle(ctx context.Context, s *session, m message, seen *Summary) error {
	j := k.judge(m)
	switch j.verdict {
	case forPerson:
		return k.leaveToPerson(ctx, s, m, j, seen)
	case isRequest:
		return k.carry(ctx, s, j.letter, seen)
	case alone:
		seen.leftAlone(j.harmless)
	default:
		seen.NoRequest++
	}
	k.settled[m.uid] = true
	return nil
}

// judge says what becomes of a message.
func (k *keeper) judge(m message) judgement {
	if why := k.leftAlone(m); why != notHarmless {
		return judgement{verdict: alone, harmless: why}
	}
	from, err := m.from()
	if sent, ok := k.answered(m); ok {
		j := needsPerson("it answers a message of Lethe's")
		// What the company's own people write is no word of the person, unless they pass one
		// on.
		if err != nil || !k.company.owns(from) || m.forwarded() {
			j.answers = sent
		}
		return j
	}
	if !k.mayAsk(m.reading()) && (err != nil || k.Others == LeaveOthers || !k.company.passesOn(m, from)) {
		return judgement{verdict: noRequest}
	}
	if m.broken {
		return needsPerson("its header is broken or far too long")
	}
	if err != nil {
		return judgement{verdict: forPerson, reason: err}
	}
	by := k.company.distributedBy(m, from)
	if why := k.notByItself(m, from, by); why != "" {
		return needsPerson(why)
	}
	r, err := k.request(m, from, by)
	if err != nil {
		return judgement{verdict: forPerson, reason: err}
	}
	return judgement{verdict: isRequest, letter: letter{
		message: m, request: r, french: m.reading().French, answerable: m.mayBeAnswered(by),
	}}
}

// mayAsk reports whether a message with this subject is looked at.
func (k *keeper) mayAsk(r Reading) bool {
	switch k.Others {
	case LeaveOthers:
		return r.Wish != Nothing
	case AllOthers:
		return true
	default:
		return r.MayAsk()
	}
}

// notByItself says why a message that may ask for something is no request by itself, or
// is empty.
func (k *keeper) notByItself(m message, from string, by distribution) string {
	r := m.reading()
	switch by {
	case rewritten:
		return "a group has written itself into its From line; another line may say who wrote it"
	case otherList:
		return "a mailing list has distributed it that is none of the groups in mailbox.groups"
	case noList, ownGroup:
	}
	if why := k.company.notThePerson(m, from); why != "" {
		return why
	}
	if field := m.programmed(by); field != "" {
		return "a program has written it or passed it on, by its " + field + " line; a person may have asked all the same"
	}
	switch {
	case m.authentication(k.AuthservID, from) == dsr.MailFailed:
		return "its From line has failed DMARC: somebody else may have sent it"
	case r.Wish == Unclear:
		return "its subject begins as a request does, and what it asks for is not understood"
	case r.Wish == Nothing && r.Empty:
		return "its subject says nothing"
	case r.Wish == Nothing && r.Mentions:
		return "its subject holds a word of a request, and is not of the announced form"
	case r.Wish == Nothing:
		return "its subject is not of the announced form"
	default:
		return ""
	}
}

// request makes the request that a message is, or says why a person has to.
func (k *keeper) request(m message, from string, by distribution) (dsr.Request, error) {
	if strings.ContainsFunc(from, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
		// People paste such characters into forms; a mail program writes none into its own address.
		return dsr.Request{}, errors.New("its From line holds characters that cannot be seen")
	}
	id, err := identity.Parser{}.Parse(dsr.Email, from)
	if err != nil {
		return dsr.Request{}, errors.New("its From line holds no address that can be searched")
	}
	received, clock := m.received(k.ReceivedBy, k.Now())
	if clock == dsr.ReceivedClock && dayOf(received).Before(dayOf(k.Since)) {
		return dsr.Request{}, errors.New("it was received before the day in mailbox.since, and moved into the mailbox later")
	}
	origin := &dsr.MailOrigin{
		Via: dsr.MailDirect, Authentication: m.authentication(k.AuthservID, from), ReceivedBy: clock, DatedAt: m.dated(received),
	}
	if by == ownGroup {
		origin.Via = dsr.MailGroup
	}
	r := dsr.Request{
		ID: requests.MailPrefix + k.Namer(m.identity()...), Kind: m.reading().Wish.kind(), Subject: dsr.Subject{Identifiers: []dsr.Identifier{id}},
		ReceivedAt: received, ApprovalRequired: true, Channel: dsr.ChannelMail, Mail: origin,
	}
	return r, r.Validate(k.Now(), identity.Check)
}

// dayOf is the day of the calendar that a time falls on where it was written down: so do
// mail servers compare days (RFC 3501 section 6.4.4).
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// leaveToPerson marks a message that a person has to read, and says so. An answer to an
// acknowledgement is put on record at its request first, so that no flag hides that it was
// not.
func (k *keeper) leaveToPerson(ctx context.Context, s *session, m message, j judgement, seen *Summary) error {
	if m.flagged && !s.keywords {
		// An earlier process flagged it, and no keyword says so. Whoever else did has seen it.
		seen.Person++
		k.settled[m.uid] = true
		return nil
	}
	if !k.missed[m.uid] {
		if err := k.record(ctx, m, j.answers); err != nil {
			return err
		}
	}
	told, err := k.flag(ctx, s, m)
	if err != nil {
		return err
	}
	event := k.Log.Warn().Uint32("uid", uint32(m.uid)).Time("received_at", m.receivedAt).Str("reason", j.reason.Error())
	if j.answers.RequestID != "" {
		event = event.Str("request_id", j.answers.RequestID)
	}
	seen.Person++
	first := !k.missed[m.uid]
	if first {
		k.flagged++
	}
	if told {
		k.settled[m.uid] = true
		event.Msg("a message needs a person; it is flagged in the mailbox")
		return nil
	}
	seen.Untold++
	k.missed[m.uid] = true // it is tried again
	if first {
		event.Msg("a message needs a person, and the mail server keeps no flag on it; look for it in the mailbox")
	}
	return nil
}

// flag marks a message for a person. It reports false if the server does not keep that.
func (k *keeper) flag(ctx context.Context, s *session, m message) (bool, error) {
	flags := []imap.Flag{imap.FlagFlagged}
	if s.keywords {
		flags = append(flags, keywordPerson)
	}
	err := s.mark(ctx, m.uid, flags...)
	var known *connectors.Error
	if errors.As(err, &known) && known.Class == connectors.Rejected {
		return false, nil
	}
	return s.flags || s.keywords, err
}

// record puts an answer to an acknowledgement on record at its request. That the request
// is over keeps nobody from reading the message.
func (k *keeper) record(ctx context.Context, m message, answers mail.SentID) error {
	if answers.RequestID == "" || k.answers[answers.RequestID] >= maxRecorded {
		return nil
	}
	at, _ := m.received(k.ReceivedBy, k.Now())
	err := k.Desk.RecordMessage(ctx, answers.Kind, answers.RequestID, k.Namer(m.identity()...), at)
	switch {
	case err == nil:
		k.answers[answers.RequestID]++
		return nil
	case errors.Is(err, requests.ErrEnded), errors.Is(err, requests.ErrUnknown), errors.Is(err, requests.ErrForgotten):
		k.Log.Info().Str("request_id", answers.RequestID).Msg("an answer has come to a request that is over")
		return nil
	default:
		return err
	}
}

// tellFlagged tells people of what was flagged for them, once an hour.
func (k *keeper) tellFlagged(ctx context.Context, s *session) {
	now := k.Now()
	if k.flagged == 0 || k.NeedsPerson == nil || !k.toldAt.IsZero() && now.Before(k.toldAt.Add(flaggedEvery)) {
		return
	}
	if err := k.NeedsPerson(ctx, k.flagged); err != nil {
		k.Log.Error().Err(err).Bool("flags", s.flags).Msg("nobody could be told of the messages that need a person")
		return
	}
	k.flagged, k.toldAt = 0, now
}

// A letter is a message that is a request.
type letter struct {
	message
	request dsr.Request
	french  bool
	// answerable says that a program may answer it.
	answerable bool
}

// passed reports whether the sender is authenticated.
func (l letter) passed() bool { return l.request.Mail.Authentication.Passed() }

// carry hands a request in, acknowledges it and marks its message, in this order:
// whatever dies in between does the rest another time.
func (k *keeper) carry(ctx context.Context, s *session, l letter, seen *Summary) error {
	if !k.handed[l.uid] {
		if room, err := k.hasRoom(ctx, l); err != nil || !room {
			seen.Waiting++
			return err
		}
		already, err := k.Desk.Submit(ctx, l.request)
		switch {
		case errors.Is(err, requests.ErrTaken):
			return k.leaveToPerson(ctx, s, l.message, needsPerson("another request has its id"), seen)
		case errors.Is(err, requests.ErrForgotten):
			// It was done long ago, and the mark on the message was lost.
			seen.Already++
			return k.finish(ctx, s, l)
		case err != nil:
			return err
		case already:
			seen.Already++
		default:
			seen.Requests++
			k.count(l)
		}
		k.handed[l.uid] = true
		k.after(stepSubmitted)
	}
	if sent, err := k.acknowledge(ctx, l); err != nil || !sent {
		seen.Unacknowledged++
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
	if !l.answerable {
		k.Log.Info().Str("request_id", l.request.ID).Msg("the message asks for no automatic answer; it is not acknowledged")
		return true, nil
	}
	if k.unheard || k.spread[l.passed()] {
		return false, nil
	}
	if !k.pace[l.passed()].AllowN(k.Now(), 1) {
		k.spread[l.passed()] = true
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
		Seal: k.seal(l.request.Kind, l.request.ID),
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
