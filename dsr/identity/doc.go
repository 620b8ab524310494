// Package identity answers one question in one place: do two values mean the same
// person's identifier? Every way in, every connector, the guard and the tokens by which
// requests are listed use it.
//
//   - A [Parser] brings values into their normal form, or says why they identify nobody:
//     placeholders, session cookies, measurement ids, what a spreadsheet has spoilt,
//     addresses of our own. A person's input that can be read in two ways is refused.
//   - [Parser.Field] reads a vendor's field, which may hold several values. What can be
//     read in two ways is a doubt, and what is left out is named.
//   - Normal forms compare by [dsr.Identifier.Key]. A subscriber line that has several
//     numbers under a renumbering that is one to one has one normal form; [Renumberings]
//     is the table.
//   - [Spellings] are the texts to ask vendors for: each reads back as the identifier.
//   - [Alternatives] are identifiers that may mean the same and need not. They are asked
//     for; what only they lead to is for a person to decide.
//   - [Hash], [Means], [Recognises] and [Carries] compare plain and hashed identifiers.
//
// It holds rules and no I/O. What belongs to whom once records disclose more than one
// person's identifiers is decided in package leads.
package identity
