package mail

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// An Acknowledgement tells a person that their request has arrived.
type Acknowledgement struct {
	// To is the person's address, alone.
	To        string
	RequestID string
	Kind      dsr.Kind
	// ReceivedAt is when the request came, and DueAt until when it is answered.
	ReceivedAt, DueAt time.Time
	// Seal is what proves of an answer that it names this message; see [SentID]. Empty
	// leaves it out.
	Seal string
	// InReplyTo is the Message-ID of what the person wrote, in its angle brackets;
	// what is none is left out.
	InReplyTo string
	// French has it written in French, else it is English.
	French bool
}

// Acknowledge sends the acknowledgement from the sender of the settings; their
// receivers get nothing. Sent twice, it is the same message by its Message-ID. The
// error is a [*connectors.Error].
func Acknowledge(ctx context.Context, s Settings, a Acknowledgement) error {
	to, err := personsAddress(a.To)
	if err != nil {
		return failed(connectors.Rejected, "the address cannot be written to")
	}
	message := s.acknowledgement(&mail.Address{Address: to}, a)
	s.beyondASCII = !ascii(to)
	return s.deliver(ctx, message)
}

// personsAddress reads an address alone, and writes its domain in ASCII, as it stands
// in the DNS (RFC 5890): then only what is before it asks for more of mail servers.
func personsAddress(text string) (string, error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errAddress
	}
	at := strings.LastIndexByte(text, '@')
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	return text[:at+1] + domain, err
}

// messageIDs matches a Message-ID without folding space or comments (RFC 5322
// section 3.6.4); whatever else stands there is not repeated in a header.
var messageIDs = regexp.MustCompile(`^<[!-;=?-~]{1,250}>$`)

func (s Settings) acknowledgement(to *mail.Address, a Acknowledgement) *gomail.Msg {
	sender := &Sender{settings: s, to: to}
	message := sender.begin("acknowledgement", a.RequestID, string(a.Kind))
	if a.Seal != "" {
		_, domain, _ := strings.Cut(s.From.Address, "@")
		message.SetMessageIDWithValue(SentID{Kind: a.Kind, RequestID: a.RequestID, Seal: a.Seal, Domain: domain}.String())
	}
	if messageIDs.MatchString(a.InReplyTo) {
		message.SetGenHeader("In-Reply-To", a.InReplyTo)
		message.SetGenHeader("References", a.InReplyTo)
	}
	// Nobody's absence answers it (RFC 3834 section 5; Exchange has a word of its own).
	message.SetGenHeader("Auto-Submitted", "auto-replied")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	subject, text := a.english(s.From.Address)
	if a.French {
		subject, text = a.french(s.From.Address)
	}
	message.Subject(subject)
	message.SetBodyString(gomail.TypeTextPlain, text)
	return message
}

// received is when the request came, by the clock of whoever answers it: the mail
// server's may be another.
func (a Acknowledgement) received() time.Time { return a.ReceivedAt.In(a.DueAt.Location()) }

func (a Acknowledgement) english(from string) (subject, text string) {
	what, question := "to erase your personal data", ""
	if a.Kind != dsr.Erasure {
		what, question = "to restrict the use of your personal data", englishQuestion
	}
	return "We have received your request " + line(a.RequestID), fmt.Sprintf(`Hello,

your request %s arrived on %s.
Its number is %s.

We will answer it by %s. Before that we may ask you to
show that it comes from you.
%s
If you did not send this request, please tell us: %s
`, what, a.received().Format("2 January 2006"), line(a.RequestID), a.DueAt.Format("2 January 2006"), question, from)
}

func (a Acknowledgement) french(from string) (subject, text string) {
	what, question := "d'effacement de vos données personnelles", ""
	if a.Kind != dsr.Erasure {
		what, question = "de limitation de l'utilisation de vos données personnelles", frenchQuestion
	}
	return "Nous avons reçu votre demande " + line(a.RequestID), fmt.Sprintf(`Bonjour,

votre demande %s nous est parvenue le %s.
Elle porte le numéro %s.

Nous y répondrons au plus tard le %s. D'ici là, nous pourrons
vous demander de montrer qu'elle vient bien de vous.
%s
Si vous n'avez pas envoyé cette demande, dites-le-nous : %s
`, what, frenchDate(a.received()), line(a.RequestID), frenchDate(a.DueAt), question, from)
}

// Why the use of data is to be restricted has to be known before it is (GDPR Art.
// 18(1)), and a subject line does not say it.
const (
	englishQuestion = `
Please answer this message and tell us why, for the law knows four reasons:
- the data are wrong;
- we use them unlawfully, and you want them kept rather than erased;
- you need them for a legal claim;
- you have objected to our using them.
`
	frenchQuestion = `
Merci de répondre à ce message en nous disant pourquoi, car la loi connaît
quatre raisons :
- les données sont inexactes ;
- nous les utilisons illégalement, et vous voulez qu'elles soient conservées
  plutôt qu'effacées ;
- vous en avez besoin pour faire valoir un droit en justice ;
- vous vous êtes opposé(e) à ce que nous les utilisions.
`
)

// frenchDate writes a date as French does: "1er mars 2026".
func frenchDate(t time.Time) string {
	months := strings.Fields("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return fmt.Sprintf("%s %s %d", day, months[t.Month()-1], t.Year())
}
