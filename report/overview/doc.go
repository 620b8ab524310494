// Package overview counts what came of many requests over a period: how many there
// were, how long they took, what failed where. It reads nothing itself, and keeps
// of a request no more than a few numbers: no identifier of anybody and nothing
// that people wrote, for that may name somebody.
package overview
