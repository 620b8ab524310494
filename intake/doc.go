// Package intake takes requests in from the company's DSAR system over OpenDSR 2.0
// (https://github.com/opengdpr/opengdpr, specification.md), and its forerunner
// OpenGDPR 1.0: Lethe is the processor there. It tells that system where requests
// stand, when asked and by callbacks, signed.
//
// The package holds no state: a request is confirmed once Temporal has it, and
// everything that is told of it comes from its workflow.
package intake
