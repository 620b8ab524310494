// Package leads decides whose records are whose: which of the identifiers that vendors'
// records disclose are the subject's, and which records may be acted on without asking a
// person. It is a pure function of what was seen, so that the order in which vendors
// answer decides nothing.
//
// Identifiers have a grade:
//
//   - Sure are those that the request or a person gave, and those that a record discloses
//     which is the subject's and nobody else's. All systems are searched by them.
//   - Doubtful are a second e-mail address on a record that is the subject's, and whatever
//     else that record discloses; and, where the subject gave a phone number, the other
//     numbers of a record. Systems are searched by them, so that a person can be asked, and
//     what nothing else ties to the subject is held.
//   - Other forms ([identity.Alternatives]) of these are searched for where the systems are
//     asked, and what only they lead to is held.
//
// A record is the subject's if a sure identifier on it that is not shared leads to it, and
// nothing on it contradicts. It contradicts if
//
//  1. its main address, customer id or user id is none of the subject's, where those of the
//     subject are known. A record whose main address is somebody else's is always held. An
//     address in the subject's own name ([identity.Likely]) is not somebody else's: the whole
//     name, or an abbreviation of it where a customer id or user id leads to the record;
//  2. it has another mobile number than the subject, and no customer id or user id leads to
//     it; where the subject gave a number, one that was given. A fixed line is no other
//     number: whoever has one has a mobile as well.
//
// Several records are rivals if, by one shared value and nothing else, they come with
// different addresses, customer ids, user ids or mobile numbers of which the subject's are
// not known: nobody knows which are the subject's, and all are held. So is a record on which
// the address of another person stands, who has a record of their own.
//
// A person's word that a record is the subject's counts for all that identifies on it, but
// for another address beside the subject's that is the main one of a record of its own.
//
// A second address stops being a doubt if it is in the subject's own name, or if it is the
// main one of a record to which a customer id or user id leads that was given.
//
// An identifier is shared if it stands on a rival, or on a record that contradicts and of
// which no person has said yet whose it is; if it is a main value of a record that is
// somebody else's by a person's word; if it is the address of a role or a household by its
// name ([identity.Role]), or a fixed line that the subject did not give. It leads to records,
// and what it alone leads to is held. One that a record disclosed leads to no other system
// before a person has said whose that record is, or the record is not shown any more.
package leads
