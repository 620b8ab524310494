package deadlines

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Extension gives the controller the longer period of the profile, because
// of the complexity or number of requests (GDPR Art. 12(3), UK GDPR Art.
// 12A(3), Cal. Code Regs. tit. 11 §7021(b)).
type Extension struct {
	// Reason is why the answer takes longer, as the subject was told. It must not
	// name a person.
	Reason string `json:"reason"`
	// NoticeSentAt is when the subject was told, with the reason.
	NoticeSentAt time.Time `json:"notice_sent_at"`
	// RecordedAt is when the operator entered the extension. It may come after
	// [Deadlines.NoticeBy], the notice may not.
	RecordedAt time.Time `json:"recorded_at"`
}

// Extend returns the deadlines with the extension: Due becomes ExtendedDue, as
// it was computed before. It refuses an extension without a reason or without a
// notice in time, a second one, one while the time stands still, and any under
// a profile that knows none.
func (d Deadlines) Extend(e Extension) (Deadlines, error) {
	if err := d.extendable(e); err != nil {
		return Deadlines{}, err
	}
	d.Extended = &e
	d.Due = d.ExtendedDue
	d.warn()
	return d, nil
}

func (d Deadlines) extendable(e Extension) error {
	switch {
	case d.ExtendedDue.IsZero():
		return fmt.Errorf("profile %s knows no extension", d.Profile.Ref())
	case d.Extended != nil:
		return errors.New("the request has been extended, which is possible once")
	case d.Waiting():
		return errors.New("the time stands still until the subject's identity is proven; extend the request after that")
	case strings.TrimSpace(e.Reason) == "":
		return errors.New("an extension needs a reason")
	case e.NoticeSentAt.IsZero():
		return errors.New("an extension needs a notice to the subject, with the reason")
	case e.NoticeSentAt.Before(d.ReceivedAt):
		return errors.New("the notice of the extension cannot have been sent before the request was received")
	case e.NoticeSentAt.After(e.RecordedAt):
		return errors.New("the notice of the extension cannot have been sent after the extension was recorded")
	case after(e.NoticeSentAt, d.NoticeBy):
		return fmt.Errorf("the notice of the extension had to be sent by %s", d.NoticeBy.Format(time.RFC3339))
	}
	return nil
}
