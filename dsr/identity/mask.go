package identity

import (
	"strings"
	"unicode/utf8"

	"ite.digital/lethe/dsr"
)

// Mask hides an identifier but for what helps to tell it from others:
// "j***@e***.com" for an e-mail address, "+3***00" for a phone number.
func Mask(id dsr.Identifier) string {
	switch id.Type {
	case dsr.Email:
		return MaskEmail(id.Value)
	case dsr.Phone:
		return MaskPhone(id.Value)
	default:
		return first(id.Value) + "***"
	}
}

// MaskEmail hides an e-mail address, or what looks like one.
func MaskEmail(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return first(address) + "***"
	}
	masked := first(local) + "***@" + first(domain) + "***"
	if dot := strings.LastIndexByte(domain, '.'); dot > 0 {
		masked += domain[dot:]
	}
	return masked
}

// MaskPhone hides a phone number, or what looks like one.
func MaskPhone(number string) string {
	if len(number) < 8 {
		return "***"
	}
	return number[:2] + "***" + number[len(number)-2:]
}

func first(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
