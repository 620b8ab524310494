package mailbox

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"ite.digital/lethe/dsr"
)

// An authResult is one result of an Authentication-Results field (RFC 8601 section 2.2).
type authResult struct {
	method, value string
	// properties are those by which a result says whom it is about, such as
	// "header.from".
	properties map[string]string
}

// authentication is what the company's own server found about the From line, by the first
// Authentication-Results that has its id. Others with the same id may be the sender's: a
// server that removes those (RFC 8601 section 5) is not taken for granted. Fields of other
// servers, and those of servers that name none, as Exchange Online's, say nothing.
func (m message) authentication(authservID, from string) dsr.MailAuthentication {
	if authservID == "" {
		return dsr.MailNotChecked
	}
	for _, field := range m.trace.Values("Authentication-Results") {
		id, results := readAuthenticationResults(field)
		if strings.EqualFold(id, authservID) {
			return judgeAuthentication(results, domainOf(from))
		}
	}
	return dsr.MailNotChecked
}

// judgeAuthentication says what the results mean for a sender of the domain.
func judgeAuthentication(results []authResult, domain string) dsr.MailAuthentication {
	found := dsr.MailUnproven
	for _, r := range results {
		about := r.properties["header.d"]
		if about == "" {
			about = r.properties["header.i"]
		}
		switch {
		case r.method == "dmarc" && r.value == "fail":
			return dsr.MailFailed
		case r.method == "dmarc" && r.value == "pass" && aligned(r.properties["header.from"], domain):
			found = dsr.MailDMARC
		case r.method == "dkim" && r.value == "pass" && aligned(about, domain) && found != dsr.MailDMARC:
			found = dsr.MailDKIM
		}
	}
	return found
}

// aligned reports whether a property names an address or a domain of the same
// organisation as the sender (RFC 7489 section 3.1).
func aligned(property, domain string) bool {
	organisation := func(d string) string {
		found, err := publicsuffix.EffectiveTLDPlusOne(d)
		if err != nil {
			return d
		}
		return found
	}
	return property != "" && domain != "" && organisation(domainOf(property)) == organisation(domain)
}

// readAuthenticationResults reads the field: the id of the server, and its results.
// Senders choose parts of what servers quote in it, so that quoted strings and comments
// are taken as such. What is not understood is no result.
func readAuthenticationResults(field string) (id string, results []authResult) {
	parts := splitResults(field)
	if len(parts) == 0 || len(parts[0]) == 0 || len(parts[0]) > 1 && parts[0][1] == "=" {
		return "", nil
	}
	for _, tokens := range parts[1:] {
		if len(tokens) < 3 || tokens[1] != "=" {
			continue
		}
		method, _, _ := strings.Cut(strings.ToLower(tokens[0]), "/")
		r := authResult{method: method, value: strings.ToLower(tokens[2]), properties: map[string]string{}}
		for i := 3; i+2 < len(tokens); {
			if tokens[i+1] != "=" {
				i++
				continue
			}
			if name := strings.ToLower(tokens[i]); r.properties[name] == "" {
				r.properties[name] = tokens[i+2]
			}
			i += 3
		}
		results = append(results, r)
	}
	return parts[0][0], results
}

// splitResults splits the field at its semicolons, and each part into words, quoted
// strings and equals signs. Comments, which may be nested, are left out.
func splitResults(field string) [][]string {
	var parts [][]string
	var tokens []string
	var word strings.Builder
	inWord, quoted, depth := false, false, 0
	end := func() {
		if inWord {
			tokens = append(tokens, word.String())
			word.Reset()
		}
		inWord = false
	}
	for i := 0; i < len(field); i++ {
		c := field[i]
		switch {
		case c == '\\' && (quoted || depth > 0) && i+1 < len(field):
			i++
			if quoted {
				word.WriteByte(field[i])
			}
		case quoted && c == '"':
			quoted = false
		case quoted:
			word.WriteByte(c)
		case c == '(':
			if depth++; depth == 1 {
				end()
			}
		case depth > 0:
			if c == ')' {
				depth--
			}
		case c == '"':
			quoted, inWord = true, true
		case c == ';':
			end()
			parts, tokens = append(parts, tokens), nil
		case c == '=':
			end()
			tokens = append(tokens, "=")
		case c == ' ', c == '\t', c == '\r', c == '\n':
			end()
		default:
			inWord = true
			word.WriteByte(c)
		}
	}
	if quoted || depth > 0 { // it has no end, so that nobody knows what belongs to it
		return parts
	}
	end()
	return append(parts, tokens)
}
