// Package activities holds the steps of a request that have side effects:
// asking and changing third-party systems, reading the configuration, writing
// the archive. The activities are methods of structs that hold what they need;
// workflows refer to them through nil pointers.
package activities
