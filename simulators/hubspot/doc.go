// Package hubspot simulates the contacts of HubSpot's CRM API v3: search, reading, updating, archiving, and permanent
// deletion; and the e-mail subscriptions of the communication preferences API v4.
//
// Facts come from developers.hubspot.com: the guide on searching the CRM (five requests a second, 200 results a page,
// 10,000 results a query, at most five groups of six filters, delayed index, archived objects left out), gdpr-delete
// ("if the email address is not found, the email address will be added to a blocklist"), the usage guidelines (429
// and its headers, the daily limit ends at midnight in the account's time zone), and the page on error handling.
// Known traps that are simulated: EQ on email also finds contacts that have the address as a secondary one (HubSpot
// community); values for IN must be lower case; telephone numbers are stored as somebody typed them and are found by
// the calculated searchable properties, which lack the country code; archiving is not erasure; reading an e-mail
// address as id finds secondary addresses too.
//
// Silent points, and the unpleasant answers given here: permanent deletion of an unknown id is 404; archiving an
// unknown id is 204; the subscriptions of an address show only the types to which it said something, unless it opted out
// of everything; subscribing such an address to one type takes the opt-out back; reading a contact with a property that
// does not exist is no error; 429 comes without Retry-After, and search answers without any rate-limit header.
package hubspot
