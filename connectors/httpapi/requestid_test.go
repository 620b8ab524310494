package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
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

// TestARequestIDThatHoldsPartOfAnIdentifierIsLeftOut has the request id half of case E5: a
// receiver answers with an id that it has made of the person's name or number.
func TestARequestIDThatHoldsPartOfAnIdentifierIsLeftOut(t *testing.T) {
	t.Parallel()
	search := func(values ...any) httpapi.Request {
		return httpapi.Request{Method: http.MethodPost, Path: "/search", Body: map[string]any{"filters": []any{map[string]any{"property": "email", "values": values}}}}
	}
	const uuid = "a43683b0-5717-4ceb-80b4-104d02915d8c"
	for name, test := range map[string]struct {
		call httpapi.Request
		id   string
		kept bool
	}{
		"the local part":              {search("jo.smith@example.com"), "req-josmith-1", false},
		"the last name":               {search("jo.smith@example.com"), "req-SMITH-00042", false},
		"three letters of it":         {search("jo.smith@example.com"), "7-smi-0042", false},
		"the name with separators":    {search("jo.smith@example.com"), "s.m.i.t.h-0042", false},
		"letters before digits":       {search("josmith77@example.com"), "smith-00042", false},
		"digits of the local part":    {search("jo123@example.com"), "req-00123x", false},
		"a domain of one's own":       {search("jo@smith-family.example"), "family-0042", false},
		"a name with accents":         {search("zo\u00e9.lef\u00e8vre@example.com"), "lefevre-0042", false},
		"a name in capitals":          {search("JO.SMITH@EXAMPLE.COM"), "smith-00042", false},
		"a phone number":              {search("+33612345678"), "req-33612345678", false},
		"without the country":         {search("+33612345678"), "req-0612345678", false},
		"the last four digits":        {search("+33612345678"), "req-5678-x", false},
		"with separators":             {search("+33612345678"), "req-56.78-x", false},
		"a number in pairs":           {search("06 39 98 00 17"), "req-0639980017", false},
		"a number that is no text":    {search(33612345678), "req-612345678", false},
		"a parameter of the path":     {httpapi.Request{Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": "jo.smith@example.com"}}, "smith-00042", false},
		"a parameter of the query":    {httpapi.Request{Method: http.MethodGet, Path: "/contacts", Query: url.Values{"email": {"jo.smith@example.com"}}}, "smith-00042", false},
		"a UUID":                      {search("jo.smith@example.com", "+33612349876"), uuid, true},
		"a ray":                       {search("jo.smith@example.com"), "230b030023ae2822-SJC", true},
		"words of the path":           {httpapi.Request{Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": "17"}}, "contacts-0042", true},
		"names of properties":         {search("jo@example.org"), "property-0042", true},
		"a record's id of few digits": {httpapi.Request{Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": "17"}}, "req-1742-x", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", test.id)
				w.WriteHeader(http.StatusNoContent)
			}))
			t.Cleanup(server.Close)
			c, err := httpapi.New(connectors.Settings{System: "crm", BaseURL: server.URL + "/smith"}, nil)
			require.NoError(t, err)
			var ledger connectors.Ledger
			_, err = c.Do(connectors.WithLedger(t.Context(), &ledger), test.call)
			require.NoError(t, err)
			calls := ledger.Calls()
			require.Len(t, calls, 1)
			if test.kept {
				require.Equal(t, []string{test.id}, calls[0].RequestIDs)
			} else {
				require.Empty(t, calls[0].RequestIDs)
			}
		})
	}
}
