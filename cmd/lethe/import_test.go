package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
)

// rowsOf reads all rows of a CSV file.
func rowsOf(t *testing.T, content string) []importRow {
	t.Helper()
	l, err := newLines(strings.NewReader(content))
	require.NoError(t, err)
	reader, err := newCSVRows(l)
	require.NoError(t, err)
	var rows []importRow
	for {
		row, err := reader.next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		require.NoError(t, err)
		rows = append(rows, row)
	}
}

func TestARowThatCannotBeReadSpoilsNoOther(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"a quote that is not closed": `"ann@example.com`,
		"text beside a quote":        `ann"@example.com`,
		"far too long":               strings.Repeat("a", 3*maxRow),
		"not UTF-8":                  "ann\xff@example.com",
		"too many cells":             "a,b,c",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := rowsOf(t, "\xEF\xBB\xBFemail,id\r\n\r\n"+bad+"\r\nbob@example.com,t-1")
			require.Len(t, rows, 2)
			require.Error(t, rows[0].wrong)
			require.NotContains(t, rows[0].wrong.Error(), "ann")
			require.Equal(t, 3, rows[0].line)
			require.NoError(t, rows[1].wrong)
			require.Equal(t, 4, rows[1].line)
			require.Equal(t, "t-1", rows[1].id)
			require.Equal(t, dsr.Identifier{Type: dsr.Email, Value: "bob@example.com"}, rows[1].entries[0].Identifier)
		})
	}
}

func TestAFileInAnotherEncodingIsRefused(t *testing.T) {
	t.Parallel()
	_, err := newLines(strings.NewReader("\xFF\xFEi\x00d\x00"))
	require.EqualError(t, err, "the file is UTF-16; save it as UTF-8, in Excel as CSV UTF-8")
}

// testImporter checks rows as a real import does, without handing them in.
func testImporter(t *testing.T) *importer {
	t.Helper()
	dir := "file://" + t.TempDir()
	keys, err := vault.Open(t.Context(), vault.Options{Store: dir + "/keys", KEK: dir + "/kek"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	namer, err := keys.Namer(t.Context())
	require.NoError(t, err)
	s, _ := testStreams(t)
	return &importer{streams: s, flags: &importation{prefix: "import", region: new(string)}, cfg: &config.Config{}, namer: namer}
}

func TestARowWithoutAnIDIsKnownByWhatItHolds(t *testing.T) {
	t.Parallel()
	i := testImporter(t)
	ids := func(content string) []string {
		var ids []string
		for _, row := range rowsOf(t, content) {
			r, err := i.check(row)
			require.NoError(t, err)
			require.NoError(t, dsr.CheckRequestID(r.ID))
			ids = append(ids, r.ID)
		}
		return ids
	}
	first := ids("email,email,received\nann@example.com,ann2@example.com,2026-03-02\nbob@example.com,,2026-03-02\n")
	require.NotEqual(t, first[0], first[1])
	require.NotContains(t, first[0], "ann")

	require.Equal(t, []string{first[1], first[0]}, ids("received;email;email\n2026-03-02;BOB@example.com;\n2026-03-02;ann2@example.com;Ann@example.com\n"),
		"order, spelling and place in the file do not matter")
	require.NotEqual(t, first[1], ids("email,received\nbob@example.com,2026-03-03\n")[0], "to ask again is another request")
}
