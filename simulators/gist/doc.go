// Package gist simulates the REST API of Gist (getgist.com): contacts, conversations and tags.
//
// Facts come from the vendor's Ruby client (github.com/gistplatform/gist-api-ruby), its help centre (articles 97 and
// 122), and what published connectors send and expect; the reference at developers.getgist.com could not be read in
// full. Known traps that are simulated: the official client does not escape "+" in an e-mail address, an upsert
// brings a deleted contact back, conversations survive their contact, DELETE answers 200 with the deleted object.
//
// Silent points, and the unpleasant answers given here: a search that finds nobody answers 200 with an error inside;
// a delete without an id deletes everybody; conversations are listed only while open unless all states are asked
// for; of several contacts with one address a search returns the oldest; 429 comes without Retry-After.
package gist
