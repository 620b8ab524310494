package hubspot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// TestASearchThatCountsMoreThanItShowsIsNoAbsence has a search contradict itself: results that are
// not shown may be the person.
func TestASearchThatCountsMoreThanItShowsIsNoAbsence(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/search") {
			_, _ = io.WriteString(w, `{"total":3,"results":[]}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"status":"error","message":"Object not found.  objectId are usually numeric.","category":"OBJECT_NOT_FOUND"}`)
	}))
	t.Cleanup(server.Close)
	_, err := connect(t, settings(server.URL)).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	var failed *connectors.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, connectors.Transient, failed.Class)
}
