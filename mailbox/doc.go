// Package mailbox takes requests out of the mailbox that a privacy notice names:
// whoever writes there with the subject "My information [forget]" has asked to be
// forgotten (GDPR Art. 12(2) and (3): a request may come by any way).
//
// Only headers are read. A message that is such a request is handed in, under an
// id that is made of the message, so that to hand it in twice is to hand it in
// once; then it is acknowledged; then it is marked as done. Whatever dies in
// between is taken up where it was left. Everything else is left alone.
//
// A From line proves nothing: requests wait for a person's approval.
package mailbox
