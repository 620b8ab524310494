package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// TestTheVendorsRequestIDIsKeptIfItNamesNobody sends answers with request ids of
// every sort.
func TestTheVendorsRequestIDIsKeptIfItNamesNobody(t *testing.T) {
	t.Parallel()
	const id = "0af7651916cd43dd8448eb211c80319c"
	for name, test := range map[string]struct {
		header http.Header
		want   []string
	}{
		"none":                    {http.Header{}, nil},
		"the convention":          {http.Header{"X-Request-Id": {id}}, []string{id}},
		"HubSpot":                 {http.Header{"X-Hubspot-Correlation-Id": {"a43683b0-5717-4ceb-80b4-104d02915d8c"}}, []string{"a43683b0-5717-4ceb-80b4-104d02915d8c"}},
		"Cloudflare":              {http.Header{"Cf-Ray": {"230b030023ae2822-SJC"}}, []string{"230b030023ae2822-SJC"}},
		"AWS":                     {http.Header{"X-Amzn-Requestid": {"c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}}, []string{"c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}},
		"the vendor's before":     {http.Header{"Cf-Ray": {"230b030023ae2822-SJC"}, "X-Request-Id": {id}}, []string{id}},
		"as long as may be":       {http.Header{"X-Request-Id": {strings.Repeat("a1", 32)}}, []string{strings.Repeat("a1", 32)}},
		"too long":                {http.Header{"X-Request-Id": {strings.Repeat("a1", 32) + "b"}}, nil},
		"an address":              {http.Header{"X-Request-Id": {"ana.martin1@example.com"}}, nil},
		"an address, escaped":     {http.Header{"X-Request-Id": {"ana.martin1%40example.com"}}, nil},
		"a name":                  {http.Header{"X-Request-Id": {"ana.martin"}}, nil},
		"a phone number":          {http.Header{"X-Request-Id": {"33612345678"}}, nil},
		"words":                   {http.Header{"X-Request-Id": {"request 17 of ana"}}, nil},
		"what was in the path":    {http.Header{"X-Request-Id": {"customer17"}}, nil},
		"what was in the body":    {http.Header{"X-Request-Id": {"secret42"}}, nil},
		"a bad one before a good": {http.Header{"X-Request-Id": {"ana@example.com"}, "Cf-Ray": {"230b030023ae2822-SJC"}}, []string{"230b030023ae2822-SJC"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for key, values := range test.header {
					w.Header()[key] = values
				}
				w.WriteHeader(http.StatusNoContent)
			}))
			t.Cleanup(server.Close)
			c, err := httpapi.New(connectors.Settings{System: "crm", BaseURL: server.URL}, nil)
			require.NoError(t, err)
			var ledger connectors.Ledger
			_, err = c.Do(connectors.WithLedger(t.Context(), &ledger), httpapi.Request{
				Method: http.MethodPut, Path: "/contacts/{id}", Params: map[string]string{"id": "customer17"}, Body: map[string]string{"note": "secret42"},
			})
			require.NoError(t, err)
			require.Equal(t, []dsr.Call{{Method: http.MethodPut, Path: "/contacts/{id}", Status: http.StatusNoContent, Count: 1, RequestIDs: test.want}}, ledger.Calls())
		})
	}
}
