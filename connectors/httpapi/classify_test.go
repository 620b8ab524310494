package httpapi_test

import (
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"none", "", 0},
		{"seconds", "120", 2 * time.Minute},
		{"zero", "0", 0},
		{"negative", "-5", 0},
		{"a fraction", "1.5", 0},
		{"a word", "soon", 0},
		{"more than two days", "999999", 48 * time.Hour},
		{"more seconds than a duration holds", "9223372037", 48 * time.Hour},
		{"more than an integer holds", "99999999999999999999999", 48 * time.Hour},
		{"less than an integer holds", "-99999999999999999999999", 0},
		{"a date", "Fri, 20 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{"a date in an old form", "Friday, 20-Nov-26 12:01:00 GMT", time.Minute},
		{"a date in the past", "Fri, 20 Nov 2026 11:00:00 GMT", 0},
		{"a date far away", "Fri, 20 Nov 2099 11:00:00 GMT", 48 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, httpapi.RetryAfter(http.Header{"Retry-After": {test.value}}, now))
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "-1", "3", "172801", "9223372036854775808", "1e9", "Fri, 20 Nov 2026 12:00:30 GMT", "+5", " 7"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		wait := httpapi.RetryAfter(http.Header{"Retry-After": {value}}, now)
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.LessOrEqual(t, wait, 48*time.Hour)
	})
}

func TestAnUnknownHostIsTransient(t *testing.T) {
	t.Parallel()
	err := &url.Error{Op: "Get", URL: "https://x/" + canary, Err: &net.DNSError{Err: "no such host", Name: canary, IsNotFound: true}}
	class, reason := httpapi.ClassifyFailure(t.Context(), err)
	require.Equal(t, connectors.Transient, class)
	require.NotContains(t, reason, "canary")
}
