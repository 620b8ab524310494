// Package connectortest is the conformance suite of connectors: what every
// connector that speaks HTTP has to do right, tried against its simulated
// vendor over real connections.
package connectortest
