// Package population fills the simulated vendors with the same people: subjects who ask for erasure, near-misses who
// must never be touched on their account, and bystanders enough to force paging.
//
// All e-mail addresses are in example.com, or in the reserved .invalid where only a longer domain will do. Telephone
// numbers are 06 39 98 xx xx, which the French numbering plan keeps free for fiction.
package population
