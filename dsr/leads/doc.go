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
//     subject are known. A record whose main address is somebody else's is always held. An
//     address in the subject's own name ([identity.Likely]) does not contradict if more than
//     a phone number ties the record to the subject, or if the whole name is the same.
//  2. Found by a phone number or a browser's client id alone, it has another phone number or
//     address than the subject's.
//  3. Several records that nothing but a shared value ties together have different
//     addresses, customer ids or user ids: nobody knows which is the subject's.
//
// A second value stops being a doubt if it is an address in the subject's own name, or if a
// second record has it to which a customer id or user id leads that was given.
//
// An identifier is shared if it is a main value of a record that contradicts, or of one that
// a person has said is somebody else's, or the address of a role. It leads to records, and
// what it alone leads to is held.
package leads
