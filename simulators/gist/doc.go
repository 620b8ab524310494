// Package gist simulates the REST API of Gist (getgist.com): contacts, conversations and tags.
//
// Its author is not the author of the connector and has not read it. Gist publishes no specification that could be found,
// and its reference at developers.getgist.com could not be read, in November 2026 either. Facts come from the vendor's
// Ruby client (github.com/gistplatform/gist-api-ruby, commit 58592ae of 19 May 2022), its help centre (articles 97 and
// 122), and what published connectors send and expect (github.com/airbytehq/airbyte, source-getgist; Pipedream, which
// repeats the reference on creating contacts); testdata/openapi.yaml states them. Known traps that are simulated: the
// official client does not escape "+" in an e-mail address, an upsert brings a deleted contact back, conversations survive
// their contact, DELETE answers 200 with the deleted object, pages are linked by whole addresses, creating a contact takes
// an e-mail address.
//
// Silent points, and the unpleasant answers given here: a search that finds nobody answers 200 with an error inside, or
// 404, and so can a second deletion; a delete without an id deletes everybody; conversations are listed only while open
// unless all states are asked for; a page has at most sixty items, whatever was asked for, and what was changed last comes
// first, so that pages move while they are read; the order that is asked for may be ignored; links can name another host than the one that was asked;
// unsubscribed_from_emails is a text, a boolean or null; of several contacts with one address a search returns the oldest;
// 429 comes without Retry-After.
package gist
