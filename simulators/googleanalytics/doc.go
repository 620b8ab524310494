// Package googleanalytics simulates the part of the Google Analytics Admin API that deletes users:
// properties.submitUserDeletion, which exists only in v1alpha, and reading a property as a check of credentials.
//
// Its author is not the author of the connector and has not read it. Facts come from developers.google.com
// (analytics/devguides/config/admin/v1: rest/v1alpha/properties/submitUserDeletion and quotas, as read in November 2026)
// and from the discovery document of revision 20260908, which lies with the generated client
// google.golang.org/api/analyticsadmin; testdata/openapi.yaml states them.
// Known traps that are simulated: identifiers that nobody has are accepted, so that an answer proves submission and no
// more; 500 deletions a day and property; one identifier a request.
//
// Silent points, and the answers given here: the quota day ends at midnight US Pacific time; a spent quota is 429
// RESOURCE_EXHAUSTED, or on request 403 with a reason, as older documents and the page on rate limits say; badly
// normalised e-mail addresses are accepted too.
package googleanalytics
