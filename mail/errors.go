package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"

	"ite.digital/lethe/connectors"
)

// failed is an error of the way by e-mail. What the server says is for nobody's
// eyes: it may quote what it was sent.
func failed(class connectors.Class, reason string) *connectors.Error {
	return &connectors.Error{Class: class, System: Name, Reason: reason}
}

func misconfigured(reason string) *connectors.Error { return failed(connectors.Misconfigured, reason) }

// classify says what an error of the library means.
func classify(ctx context.Context, err error) *connectors.Error {
	var sending *gomail.SendError
	var answer *textproto.Error
	switch {
	case ctx.Err() != nil:
		return failed(connectors.Transient, "the mail server did not answer in time")
	case errors.As(err, &sending) && sending.ErrorCode() != 0:
		return refusal(sending.ErrorCode(), commandOf(sending.Reason))
	case errors.As(err, &sending):
		return failed(connectors.Transient, "the connection to the mail server broke off")
	case errors.As(err, &answer):
		return refusal(answer.Code, "connect")
	default:
		return unreached(err)
	}
}

// commandOf names the command that the server refused.
func commandOf(reason gomail.SendErrReason) string {
	switch reason {
	case gomail.ErrSMTPMailFrom:
		return "MAIL FROM"
	case gomail.ErrSMTPRcptTo:
		return "RCPT TO"
	default:
		return "DATA"
	}
}

// refusal says what the server's reply code means (RFC 5321 section 4.2, RFC
// 4954 section 6). Codes below 500 pass, as do those of the 400s.
func refusal(code int, command string) *connectors.Error {
	e := &connectors.Error{Class: connectors.Rejected, System: Name, Method: "SMTP", Path: command, Status: code}
	switch {
	case code < 400 || code > 599:
		e.Class, e.Reason = connectors.Malformed, "the mail server's answer makes no sense; check that server is a mail server's address"
	case code < 500:
		e.Class, e.Reason = connectors.Transient, "the mail server asks to try again later"
	case code == 530:
		e.Class, e.Reason = connectors.CredentialsRejected, "the mail server wants to know who sends; set username and password"
	case code == 534, code == 535, code == 538, code == 525:
		e.Class, e.Reason = connectors.CredentialsRejected, "the mail server does not accept username and password"
	case command == "RCPT TO":
		e.Reason = "the mail server refuses a receiver; check to, and whether the server lets this user send there"
	case command == "MAIL FROM":
		e.Reason = "the mail server refuses the sender; check from"
	default:
		e.Reason = "the mail server refuses"
	}
	return e
}

// unreached says why there was no conversation with the server.
func unreached(err error) *connectors.Error {
	var (
		record   tls.RecordHeaderError
		protocol textproto.ProtocolError
		dns      *net.DNSError
		network  net.Error
	)
	if reason, ok := CertificateProblem(err); ok {
		return misconfigured(reason)
	}
	switch {
	case errors.As(err, &record):
		return misconfigured("the mail server does not answer by TLS; check server and tls")
	case errors.Is(err, errTooLarge), errors.As(err, &protocol):
		return failed(connectors.Malformed, "the answer is not that of a mail server; check server and tls")
	case errors.As(err, &dns) && dns.IsNotFound:
		return failed(connectors.Transient, "the mail server's host name is not known")
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failed(connectors.Transient, "the connection to the mail server failed")
	default: // the server lacks what is asked for
		return misconfigured("the mail server offers no STARTTLS, or no login that is understood; check server and tls")
	}
}
