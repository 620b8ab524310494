// Package vault keeps what Temporal stores of requests unreadable to everybody
// else, and makes it unreadable for good once a request is over.
//
// Every request has a data key of its own, wrapped by the key-encryption key and
// kept in object storage, apart from Temporal and its backups. The payload codec
// encrypts all that a workflow gives to Temporal under that key; the codec server
// lets operators read it in the Web UI, with identifiers masked. Destroying a
// data key forgets the request everywhere at once: in Temporal's database, in
// its backups, and in histories that were downloaded.
//
// The key store holds, by workflow id (which names no person):
//
//	keys/erasure/R-1.json       the wrapped data key
//	due/erasure/R-1.json        when it is to be destroyed
//	destroyed/erasure/R-1.json  that it was, and when: it is never made again
//	claims/a7551968-….json      of which kind the request is that a gateway took in
//	keys/operator/2026-11.json  the wrapped key of what belongs to no request
//	keys/subject/1.json         the wrapped key under which subjects are looked up
//	keys/signing/1.json         the wrapped key that signs reports
//
// Each object is written once or replaced whole, so that a process which dies
// between two steps leaves nothing that another one cannot finish.
package vault
