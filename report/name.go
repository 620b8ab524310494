package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"ite.digital/lethe/dsr"
)

// A reportName is the name of a report's object in the archive, taken apart:
// "<kind>/<request id>/<number>.json".
type reportName struct {
	kind   dsr.Kind
	id     string
	number int
}

// String is the name as the archive writes it.
func (n reportName) String() string {
	return fmt.Sprintf("%s%03d%s", requestPrefix(n.kind, n.id), n.number, nameSuffix)
}

// request names the request that the report is on.
func (n reportName) request() string { return dsr.WorkflowID(n.kind, n.id) }

const nameSuffix = ".json"

// requestPrefix begins the names of all reports on the request.
func requestPrefix(kind dsr.Kind, id string) string { return dsr.WorkflowID(kind, id) + "/" }

var nameForm = regexp.MustCompile(`^([a-z]+)/([A-Za-z0-9._-]+)/(\d{3,4})\.json$`)

// parseName reads a report's name as [reportName.String] writes it. Every other name
// in the archive is one that Lethe gives no report.
func parseName(text string) (reportName, bool) {
	match := nameForm.FindStringSubmatch(text)
	if match == nil {
		return reportName{}, false
	}
	number, err := strconv.Atoi(match[3])
	n := reportName{kind: dsr.Kind(match[1]), id: match[2], number: number}
	if err != nil || !n.given() || n.String() != text {
		return reportName{}, false
	}
	return n, true
}

// given reports whether Lethe gives reports such a name.
func (n reportName) given() bool {
	return dsr.CheckKind(n.kind) == nil && dsr.CheckRequestID(n.id) == nil && n.number >= 1 && n.number <= maxVersions
}

// parsePending reads the name of the note that a report waits for its entry.
func parsePending(text string) (reportName, bool) {
	name, ok := strings.CutPrefix(text, pendingPrefix)
	if !ok {
		return reportName{}, false
	}
	return parseName(name)
}
