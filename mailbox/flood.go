package mailbox

import (
	"context"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

const (
	// floodWindow is the time within which requests are counted.
	floodWindow = 24 * time.Hour
	// maxPerSender bounds the requests of one address within that time: programs that
	// answer each other, or somebody who writes in another's name, keep nobody else's
	// request from being handed in.
	maxPerSender = 10
	// floodRetry is after how long it is tried again to hand in what waits.
	floodRetry = time.Hour
	// unknown says that nobody has counted yet.
	unknown = -1
)

// A flood is what comes by mail in such numbers that it has to wait. What waits stays
// in the folder as it is.
type flood struct {
	// used is how many requests were handed in within the last 24 hours, and sent how many
	// of them are of one sender, as far as Temporal was asked in this pass: both outlive the
	// process there.
	used int
	sent map[string]int
	// handedIn are the requests of the last 24 hours: Temporal's lists lag behind.
	handedIn []handedIn
	// waiting are the messages that wait, which are looked at again at retryAt.
	waiting map[imap.UID]bool
	retryAt time.Time
	// floodToldAt is when people were last told.
	floodToldAt time.Time
}

type handedIn struct {
	at     time.Time
	sender string
}

// dueNow leaves out the messages that wait.
func (f *flood) dueNow(open []imap.UID, now time.Time) []imap.UID {
	if !now.Before(f.retryAt) {
		f.waiting, f.retryAt = map[imap.UID]bool{}, now.Add(floodRetry)
		return open
	}
	return slices.DeleteFunc(slices.Clone(open), func(uid imap.UID) bool { return f.waiting[uid] })
}

// hasRoom reports whether a request may be handed in now. Those whose sender is
// authenticated have room of their own above the others': whoever writes in the names of
// others uses up what is for both, and no more.
func (k *keeper) hasRoom(ctx context.Context, l letter) (bool, error) {
	if k.MaxPerDay == 0 {
		return true, nil
	}
	since := k.Now().Add(-floodWindow)
	k.handedIn = slices.DeleteFunc(k.handedIn, func(h handedIn) bool { return h.at.Before(since) })
	if k.used == unknown {
		count, err := k.Desk.ByMail(ctx, since)
		if err != nil {
			return false, err
		}
		k.used = max(count, len(k.handedIn))
	}
	limit := k.MaxPerDay
	if l.passed() {
		limit *= 2
	}
	if k.used >= limit {
		k.waiting[l.uid] = true
		return false, nil
	}
	same, err := k.sameSender(ctx, l, since)
	if err != nil {
		return false, err
	}
	if same >= maxPerSender {
		k.waiting[l.uid] = true
		return false, nil
	}
	return true, nil
}

// sameSender counts the requests of a letter's sender.
func (k *keeper) sameSender(ctx context.Context, l letter, since time.Time) (int, error) {
	listed, known := k.sent[l.sender()]
	if !known {
		var err error
		if listed, err = k.Desk.ByMailFrom(ctx, since, l.request.Subject); err != nil {
			return 0, err
		}
		k.sent[l.sender()] = listed
	}
	same := 0
	for _, h := range k.handedIn {
		if h.sender == l.sender() {
			same++
		}
	}
	return max(listed, same), nil
}

// count notes that a request was handed in.
func (k *keeper) count(l letter) {
	if k.MaxPerDay > 0 {
		k.used++
		k.sent[l.sender()]++
		k.handedIn = append(k.handedIn, handedIn{at: k.Now(), sender: l.sender()})
	}
}

// sender is whose request it says it is.
func (l letter) sender() string { return l.request.Subject.Identifiers[0].Key() }

// tellFlood tells people of what waits, once a day.
func (k *keeper) tellFlood(ctx context.Context, waiting int) {
	now := k.Now()
	if waiting == 0 || !k.floodToldAt.IsZero() && now.Before(k.floodToldAt.Add(floodWindow)) {
		return
	}
	k.floodToldAt = now
	k.Log.Error().Int("waiting", waiting).Int("max_per_day", k.MaxPerDay).
		Msg("more requests have come by mail than are let in; the others wait in the mailbox, and their time to answer runs: look there")
	if k.Flooded == nil {
		return
	}
	if err := k.Flooded(ctx, waiting); err != nil {
		k.Log.Error().Err(err).Msg("nobody could be told of the requests that wait in the mailbox")
	}
}
