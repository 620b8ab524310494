// Package mail tells people by e-mail what their requests need: it writes the
// messages and hands them to the company's mail server by SMTP (RFC 5321), as
// submission (RFC 6409).
//
// Messages name requests and systems, and never a data subject.
package mail
