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
	// left is how many more requests may be handed in now.
	left int
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

// hasRoom reports whether a request may be handed in now.
func (k *keeper) hasRoom(ctx context.Context, l letter) (bool, error) {
	if k.MaxPerDay == 0 {
		return true, nil
	}
	since := k.Now().Add(-floodWindow)
	k.handedIn = slices.DeleteFunc(k.handedIn, func(h handedIn) bool { return h.at.Before(since) })
	if k.left == unknown {
		count, err := k.Desk.ByMail(ctx, since)
		if err != nil {
			return false, err
		}
		k.left = max(k.MaxPerDay-max(count, len(k.handedIn)), 0)
	}
	same := 0
	for _, h := range k.handedIn {
		if h.sender == l.sender() {
			same++
		}
	}
	if k.left > 0 && same < maxPerSender {
		return true, nil
	}
	k.waiting[l.uid] = true
	return false, nil
}

// count notes that a request was handed in.
func (k *keeper) count(l letter) {
	if k.MaxPerDay > 0 {
		k.left--
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
