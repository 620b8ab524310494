// Package render shows completion reports to people: as an HTML page, as a PDF, as
// a letter to the data subject and as a record of destruction, in English, French
// and Arabic. It is given reports as they are archived; what it writes proves
// nothing by itself and says so.
package render
