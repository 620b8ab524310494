package intake

import (
	_ "embed"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

//go:embed openapi.json
var openAPITemplate string

// openAPI is the OpenAPI 3 document of a gateway at the URL. It follows what is
// carried out here.
func openAPI(at *url.URL) ([]byte, error) {
	offered, err := json.Marshal(dsr.Kinds())
	if err != nil {
		return nil, err
	}
	more, err := json.Marshal(slices.Sorted(maps.Keys(extended)))
	if err != nil {
		return nil, err
	}
	document := strings.NewReplacer(
		`"$KINDS"`, string(offered), `"$EXTENDED"`, string(more), "$URL", at.String(), "$DOMAIN", at.Hostname(),
	).Replace(openAPITemplate)
	if !json.Valid([]byte(document)) {
		return nil, errors.New("the gateway's URL does not fit into its description")
	}
	return []byte(document), nil
}
