// Package config reads what people write: lethe.yaml, which says what
// third-party systems there are, how each is reached and where reports are
// archived, and the register of recipients that is compared with it.
//
// A file is checked as a whole before anything else happens. Whatever is
// wrong with it is said at once, a line a problem, with the line of the file,
// what is wrong and what to do. Secrets are never in the file, only references
// to them, and no message repeats one.
//
// What a kind of connector understands is the kind's own business
// ([connectors.Kind]); this package knows what all systems have in common. It
// opens no connection and makes no connector: that is package worker's part.
package config
