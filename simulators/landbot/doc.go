// Package landbot simulates the Platform API of Landbot (api.landbot.io/v1): customers, their transcripts, and the
// states a customer can be put into.
//
// Its author is not the author of the connector and has not read it. Facts come from the vendor's guides as read in
// November 2026 (dev.landbot.io: introduction; guides on errors, pagination and rate limiting) and from an application
// built on the vendor's OpenAPI document of 6 October 2026 with probes of the live API (github.com/segevsh/w6w-apps,
// apps/landbot); testdata/openapi.yaml states them. Known traps that are simulated: every path ends in a slash, a search
// finds everything that starts with the searched text, the default search is by name, archived customers show only to a
// search for archived ones, one person is several customers, ten requests a second are the limit and 429 says nothing of
// when to come back, 412 is no reason to try again.
//
// Silent points, and the unpleasant answers given here: a path without its slash is redirected with 301, as the framework
// behind the API does, or not found; a search for archived customers shows only those; the newest customers come first, so
// that pages move while they are read; values of parameters that make no sense are 422; telephone numbers are compared as
// they were stored, with or without "+"; a customer may not say whether it is blocked; a change of state is answered with an empty body; a customer of another agent can
// refuse deletion too; 404 and 405 have the documented shape of errors, or that of the framework.
package landbot
