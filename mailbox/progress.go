package mailbox

import (
	"slices"

	"github.com/emersion/go-imap/v2"
)

// progress is how far the folder was looked through, as long as its numbers mean the
// same.
type progress struct {
	validity uint32
	// floor is the number below which no message needs a look. The server is asked for
	// the others by it: a list of all that were settled can be longer than what servers
	// take in one command.
	floor imap.UID
	// settled are the messages above the floor that need no second look, handed those
	// whose request is handed in, and told those of them that are acknowledged.
	settled, handed, told map[imap.UID]bool
	// missed are those that need a person and could not be flagged.
	missed map[imap.UID]bool
}

// begin forgets everything if the folder's numbers mean others than before.
func (p *progress) begin(validity uint32) {
	if p.settled == nil || p.validity != validity {
		*p = progress{validity: validity, floor: 1, settled: map[imap.UID]bool{}, handed: map[imap.UID]bool{}, told: map[imap.UID]bool{}, missed: map[imap.UID]bool{}}
	}
}

// unsettled are those of the messages that need a look, in the order of their numbers.
func (p *progress) unsettled(uids []imap.UID) []imap.UID {
	uids = slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool { return uid < p.floor || p.settled[uid] })
	slices.Sort(uids)
	return uids
}

// settleGone settles the messages that were asked for and are not there any more.
func (p *progress) settleGone(asked []imap.UID, found []message) {
	for _, uid := range asked {
		if !slices.ContainsFunc(found, func(m message) bool { return m.uid == uid }) {
			p.settled[uid] = true
		}
	}
}

// advance raises the floor after all messages were looked at that were open.
func (p *progress) advance(open []imap.UID) {
	for _, uid := range open {
		if !p.settled[uid] {
			p.floor = uid
			break
		}
		p.floor = uid + 1
	}
	for _, known := range []map[imap.UID]bool{p.settled, p.handed, p.told, p.missed} {
		for uid := range known {
			if uid < p.floor {
				delete(known, uid)
			}
		}
	}
}
