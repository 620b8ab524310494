// Package leads decides whose records are whose: which of the identifiers that vendors'
// records disclose are the subject's, and which records may be acted on without asking a
// person. It is a pure function of what was seen, so that the order in which vendors
// answer decides nothing.
//
// Identifiers have a grade:
//
//   - Sure are those that the request or a person gave, and those that a record discloses
//     which is the subject's and nobody else's. All systems are searched by them.
//   - Doubtful are those on a record that is the subject's and also holds another value of
//     a type that identifies one person: a second e-mail address, customer id or user id.
//     So are, where the subject gave a phone number, the other numbers of a record. Systems
//     are searched by them, so that a person can be asked, and what nothing else ties to
//     the subject is held.
//   - Other forms ([identity.Alternatives]) of a sure identifier are searched for and what
//     only they lead to is held.
//
// A record is the subject's if a sure identifier on it that is not shared leads to it, and
// nothing on it contradicts:
//
//  1. Its main address, customer id or user id is none of the subject's, where those of the
//     subject are known. An address in the subject's own name ([identity.Likely]) does not
//     contradict if the whole name is the same, or the initial of one part where a customer id
//     or user id ties the record to the subject. Neither does a doubtful address that a
//     customer id or user id confirms.
//  2. Found by a phone number or a browser's client id alone, or where the subject gave a phone
//     number, it has other phone numbers than the subject's. A customer id or user id that was
//     given is enough all the same. Fixed lines contradict nothing.
//  3. Several records that nothing but a shared value ties together have different addresses,
//     customer ids, user ids or phone numbers, and none of the type is known: nobody knows
//     which is the subject's. Records that a given customer id or user id ties to the subject
//     are theirs.
//  4. It holds another person's address, as a record shows that contradicts.
//
// A second value stops being a doubt if it is an address in the subject's own name, or if a
// second record that a customer id or user id ties to the subject has it. A record of which
// nobody knows in the end whose its main address is, is held.
//
// An identifier is shared if it is a main value of a record that contradicts, holds another
// person's address or is one of several that may be the subject's, or of one that a person
// has said is somebody else's; or if it is the address of a role, or a fixed line that was
// not given. It leads to records, and what it alone leads to is held. One that a record
// disclosed is not searched for elsewhere before a person has said whose that record is, or
// the record is not shown any more.
package leads
