// Package crowd draws a world of people, of the records that vendors keep of them, and of the
// requests that they make. It is the independent test of how Lethe decides who is meant: it knows
// nothing of that decision, and every record carries the truth about whose data it holds.
//
// # Systems
//
//	crm        searched by e-mail, phone       email, additional_emails, phone, mobile,
//	                                           customer_id, ga_client_id, ga_user_id
//	chat       searched by e-mail, customer id email, phone, user_id
//	chatbot    searched by e-mail, phone       email, phone as WhatsApp writes it: digits without a plus
//	analytics  ordered by GA ids               no records; Visitors has the truth
//	site       searched by e-mail, customer id, phone   accounts and orders with email, customer_id, phone
//	forms      searched by e-mail              email, phone
//
// # Kinds
//
// Kinds are given to the people who make requests, by quota: exactly the fixed rate of them,
// rounded. The kinds are drawn independently of each other, so that a person may be of several.
//
//   - shared_phone, 3 %: three groups in five are families of 2 to 4 behind one number, most with one
//     last name; the others are 3 to 8 colleagues behind a switchboard, some of whose records add
//     an extension.
//   - family_address, 2 %: two people of one household use one address: one made for both
//     (familie.weber@), or that of one of them. Less than half have an address of their own
//     besides.
//   - role_address, 1 %: 2 to 6 colleagues use info@, office@ or the like of their company. Seven
//     in ten have an address of their own besides.
//   - merged_contact, 1 %: one CRM record carries the addresses of two people. They are spouses (35
//     %), colleagues (25 %), namesakes whom a clean-up by name took for one person (2 %), or
//     strangers. The main address is mostly that of the first owner; phone, customer id and GA ids
//     are of either.
//   - recycled_number, 0.5 %: a record of the former holder still carries the number of the present
//     one. Both sides make requests.
//   - placeholder, 2 %: a value that stands for none is stored where the person has, or lacks, an
//     identifier; two to four strangers have the same value in fields of the same type.
//   - two_own_addresses, 15 %: see secondAddress for how similar they are. Half are on one CRM
//     record with one main address, half on records of their own that share a customer id or a
//     phone.
//   - ordinary: none of these. Ordinary people also have several ids in one field, letters in any
//     case, invisible characters, foreign national numbers and numbers that lost their plus, at the
//     low rates of real data.
//
// Members of groups who make no request, and bystanders, have indices from the number of requests
// on.
//
// # What cannot be known
//
// Two things in a real population are beyond any rule, and are drawn nevertheless. A stranger's
// record may carry nothing but what the person gives (the spouse's order under the family address):
// Untraceable lists these. And a namesake's address on a merged contact looks like a second own
// address: Name says who has the same name.
//
// No person is real: names are drawn from lists of common first and last names. Addresses are in
// example.com, example.org, example.net, domains below them, and .example. Phone numbers are random
// within the ranges of their countries.
package crowd
