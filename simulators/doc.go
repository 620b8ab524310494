// Package simulators holds what all simulated vendors share: the ledger of what a client did, the faults that can be
// switched on while a simulator runs, and the server that puts both around a vendor's own behaviour.
//
// Each vendor lives in a folder of its own and is a real HTTP server that behaves as the vendor's documentation says.
// Where the documentation is silent, it gives the unpleasant answer: what holds against that holds against the vendor.
// The package population fills all of them with the same people; its example shows how a test uses a simulator.
//
// Simulators are written from the vendors' documentation alone. They share no code with the connectors, so that what
// one side misreads the other does not repeat.
package simulators
