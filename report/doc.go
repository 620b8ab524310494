// Package report renders what came of a request for people, and archives it.
// The JSON form of [dsr.Report] is the source; everything else is a rendering.
package report
