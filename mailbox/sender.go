package mailbox

import (
	"net/mail"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// A company is what the configuration says of the addresses that are the company's own.
type company struct {
	// ours are the addresses of the mailbox and of who writes for it.
	ours []string
	// domains are the company's, in the DNS's letters.
	domains []string
	// groups are the addresses of the company's groups that hand mail on to the mailbox.
	groups []string
}

// owns reports whether an address is the company's: of nobody who asks from outside.
func (c company) owns(address string) bool {
	if contains(c.ours, address) || contains(c.groups, address) {
		return true
	}
	return inDomains(domainOf(address), func(domain string) bool { return slices.Contains(c.domains, domain) })
}

// contains compares addresses without regard to case.
func contains(addresses []string, address string) bool {
	return slices.ContainsFunc(addresses, func(known string) bool { return strings.EqualFold(known, address) })
}

// domainOf is the domain of an address, as it stands in the DNS.
func domainOf(address string) string {
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// inDomains reports whether a domain, or one that it is part of, is known.
func inDomains(domain string, known func(string) bool) bool {
	for ; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
		if known(domain) {
			return true
		}
	}
	return false
}

// OwnDomain is the domain of an address if that makes others in it the company's own
// people: not at a mail provider, where anybody has addresses. Else it is empty.
func OwnDomain(address string) string {
	if !strings.Contains(address, "@") {
		return ""
	}
	domain := domainOf(address)
	if inDomains(domain, func(d string) bool { return mailProviders[d] }) {
		return ""
	}
	return domain
}

// notThePerson says why a sender is not whose request a message is, or is empty.
func (c company) notThePerson(m message, from string) string {
	switch {
	case m.forwarded():
		return "somebody has forwarded it; whoever forwards is not whose request it is"
	case c.owns(from):
		return "its sender is one of the company's own addresses; it may pass on what a person has asked"
	case m.byProgram(from):
		return "its sender is nobody's address; a form or a help desk may pass on what a person has asked"
	case inDomains(domainOf(from), func(domain string) bool { return agents[domain] }):
		return "its sender asks in the name of others"
	case !c.answersGoTo(m, from):
		return "answers to it go to another address than its sender's (Reply-To); either may be the person's"
	default:
		return ""
	}
}

// byProgram reports whether a form, a shop, a help desk or a mail server wrote the
// message.
func (m message) byProgram(from string) bool {
	local := strings.ToLower(from[:strings.LastIndexByte(from, '@')])
	mailer := strings.ToLower(m.header.Get("X-Mailer"))
	return local == "mailer-daemon" || local == "postmaster" || programs[strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)] ||
		m.header.Get("X-PHP-Originating-Script") != "" || m.header.Get("X-PHP-Script") != "" || m.header.Get("X-JIRA-FingerPrint") != "" ||
		slices.ContainsFunc(mailers, func(begin string) bool { return strings.HasPrefix(mailer, begin) }) ||
		inDomains(domainOf(from), func(domain string) bool { return helpDesks[domain] })
}

// passesOn reports whether the message passes on what somebody else wrote, under a subject
// that need not be theirs: a colleague has forwarded it, or it comes from a form, a help
// desk or the company itself and answers go elsewhere.
func (c company) passesOn(m message, from string) bool {
	own := c.owns(from)
	return own && m.forwarded() || (own || m.byProgram(from)) && !c.answersGoTo(m, from)
}

// forwarded reports whether a mail program says that somebody has forwarded the message.
// Resent- fields are no such mark: who redirects a message leaves it as it was (RFC 5322
// section 3.6.6). Thunderbird names what it forwards in X-Forwarded-Message-Id.
func (m message) forwarded() bool {
	return m.reading().Forwarded || m.header.Get("X-Forwarded-Message-Id") != ""
}

// answersGoTo reports whether answers to the message go to its sender, or to a group of
// the company that distributes it.
func (c company) answersGoTo(m message, from string) bool {
	for _, field := range m.header.Values("Reply-To") {
		parser := mail.AddressParser{WordDecoder: wordDecoder()}
		addresses, err := parser.ParseList(utf8Of(field))
		if err != nil && strings.TrimSpace(field) != "" {
			return false
		}
		for _, a := range addresses {
			if !strings.EqualFold(a.Address, from) && !contains(c.groups, a.Address) {
				return false
			}
		}
	}
	return true
}

// A distribution is how a list has distributed a message.
type distribution int

const (
	// noList: no list did.
	noList distribution = iota
	// ownGroup: a group of the company did, and left the sender as it was.
	ownGroup
	// rewritten: a group of the company did, and wrote a new sender.
	rewritten
	// otherList: another list did.
	otherList
)

// distributedBy says how a list has distributed the message, by its List-Id (RFC 2919),
// List-Post (RFC 2369) and what Google Groups, Mailman and ezmlm write. Whoever forges
// them wins nothing: the message is read as if they had written to the mailbox.
func (c company) distributedBy(m message, from string) distribution {
	listed, own := false, false
	for _, field := range []string{"List-Id", "List-Post", "Mailing-List", "X-BeenThere"} {
		for _, value := range m.header.Values(field) {
			if strings.TrimSpace(value) == "" {
				continue
			}
			listed = true
			if !slices.ContainsFunc(c.groups, func(group string) bool { return names(field, value, group) }) {
				return otherList
			}
			own = true
		}
	}
	for _, field := range []string{"List-Unsubscribe", "X-Google-Group-Id"} {
		listed = listed || m.header.Get(field) != ""
	}
	switch {
	case !listed:
		return noList
	case !own:
		return otherList
	case c.rewritten(m, from):
		return rewritten
	default:
		return ownGroup
	}
}

// names reports whether the field of a list names the group.
func names(field, value, group string) bool {
	value, group = strings.ToLower(value), strings.ToLower(group)
	if field == "List-Id" {
		start, end := strings.LastIndexByte(value, '<'), strings.LastIndexByte(value, '>')
		if start >= 0 && end > start {
			value = value[start+1 : end]
		}
		return strings.TrimSpace(value) == strings.Replace(group, "@", ".", 1)
	}
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t,;<>()", r) }) {
		if strings.TrimPrefix(word, "mailto:") == group {
			return true
		}
	}
	return false
}

// rewritten reports whether a group has put itself into the From line.
func (c company) rewritten(m message, from string) bool {
	original := m.header.Get("X-Original-Sender")
	name := ""
	if parsed, err := (&mail.AddressParser{WordDecoder: wordDecoder()}).Parse(utf8Of(m.header.Get("From"))); err == nil {
		name = parsed.Name
	}
	return contains(c.groups, from) || m.header.Get("X-Original-From") != "" || original != "" && !strings.EqualFold(strings.Trim(original, "<> "), from) ||
		strings.Contains(name, " via ")
}
