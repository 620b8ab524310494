// Package dsr is the vocabulary of data subject requests: who asks, for what,
// which records third-party systems hold, what came of each system, and the
// report that says so.
//
// It holds rules and no I/O: anything that reads a clock, a network or a file
// lives elsewhere, so that workflows can use all of it and stay deterministic.
package dsr
