// Package spelling guesses what was meant by a name that does not exist.
package spelling

import "strings"

// Nearest returns the name that was probably meant, or "" if none is close:
// at most two letters missing, too many or different, and most of it right.
func Nearest(written string, names []string) string {
	best, distance := "", 3
	for _, name := range names {
		if d := edits(strings.ToLower(written), name); d < distance && 2*d < len(name) {
			best, distance = name, d
		}
	}
	return best
}

// edits is the number of letters to insert, delete or replace that make b of
// a. It gives up on texts that differ in length by more than Nearest accepts.
func edits(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
