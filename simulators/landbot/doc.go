// Package landbot simulates the Platform API of Landbot (api.landbot.io/v1): customers, their transcripts, and the
// states a customer can be put into.
//
// Facts come from the vendor's error guide (dev.landbot.io/guides/errors) and from an application built on the
// vendor's OpenAPI document with probes of the live API (github.com/segevsh/w6w-apps, apps/landbot). Known traps that
// are simulated: every path ends in a slash and is redirected otherwise, a search finds everything that starts with
// the searched text, the default search is by name, archived customers show only to a search for archived ones, one
// person is several customers, 412 is no reason to try again.
//
// Silent points, and the unpleasant answers given here: a search for archived customers shows only those; telephone
// numbers are compared as they were stored, with or without "+"; a customer of another agent can refuse deletion too;
// 429 comes without Retry-After.
package landbot
