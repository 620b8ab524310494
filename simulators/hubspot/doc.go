// Package hubspot simulates HubSpot: the contacts of the CRM (search, reading, updating, archiving, permanent
// deletion), their properties, and the e-mail subscriptions of the communication preferences, in the versions that
// are dates, such as /crm/objects/2026-09/contacts.
//
// Its author is not the author of the connector and has not read it. Facts come from HubSpot's public API
// specification (github.com/HubSpot/HubSpot-public-api-spec-collection, commit 9989379 of 21 August 2026: contacts,
// properties, subscriptions and account information in versions 2026-03 and 2026-09), of which testdata/openapi.json
// states the parts that are simulated, and from developers.hubspot.com as read in November 2026: the guide on
// searching the CRM (200 results a page, 10,000 results a query, at most six filters a group, delayed index, archived
// objects left out), gdpr-delete ("if the email address is not found, the email address will be added to a
// blocklist"), account service keys, the usage guidelines (429 and its headers, the daily limit ends at midnight in
// the account's time zone), error handling, and the enforcement of required properties from version 2026-09 on.
//
// Known traps that are simulated: EQ on email also finds contacts that have the address as a secondary one (HubSpot
// community); values for IN must be lower case; telephone numbers are stored as somebody typed them and are found by
// the calculated searchable properties, which lack the country code; archiving is not erasure; reading an e-mail
// address as id finds secondary addresses too; a batch of which some inputs failed is 207 with results and errors
// (github.com/HubSpot/hubspot-api-php, issue 619); a missing scope is named in the body of the 403.
//
// Silent points, and the unpleasant answers given here. A version after its end, and every numbered version, does not
// exist: its paths are 404 in the shape of an object that was not found. A token of a kind that is no longer accepted
// is an unknown token. All fields that the specification requires of a request are required. Permanent deletion of an
// unknown id is 404; archiving an unknown id is 204. The subscriptions of an address show only the types to which it
// said something, unless it opted out of everything; opting out answers with an empty list unless "verbose" is asked
// for; subscribing such an address to one type takes the opt-out back. Results of batches come in another order than
// their inputs, with addresses in lower case; reading a batch by e-mail finds primary addresses alone; a batch has at
// most a hundred inputs. A "+" in a path is a space. A write is refused for a required property that it does not
// touch. Reading a contact with a property that does not exist is no error. 429 comes without Retry-After, and search
// answers without any rate-limit header.
package hubspot
