package httpapi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors/httpapi"
)

func TestAnyScalarIsText(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]httpapi.Text{
		`"a\"b"`: `a"b`, `12345678901234567890`: "12345678901234567890", `1.50`: "1.50", `true`: "true", `null`: "", `{"a":1}`: "", `[1]`: "", `""`: "",
	} {
		text := httpapi.Text("what was there before")
		require.NoError(t, json.Unmarshal([]byte(raw), &text), raw)
		require.Equal(t, want, text, raw)
	}
}
