package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/register"
)

// coverageOfExamples compares the two examples at the repository's top, at a
// given time.
func coverageOfExamples(t *testing.T, at time.Time, flags ...string) (exit int, output string) {
	t.Helper()
	s, out := testStreams(t)
	s.now = func() time.Time { return at }
	top := filepath.Join("..", "..")
	exit = run(s, append([]string{
		"systems", "coverage", filepath.Join(top, "recipients.example.yaml"), "--config", filepath.Join(top, "lethe.example.yaml"),
	}, flags...))
	return exit, out.String()
}

var written = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestTheExampleRegisterIsCoveredByTheExampleConfiguration(t *testing.T) {
	t.Parallel()
	exit, output := coverageOfExamples(t, written)
	golden(t, "coverage.txt", output)
	require.Zero(t, exit)
}

// TestTheExampleLeavesOneSystemOut keeps the example honest: the policy that it
// follows does not name the CRM that shows every key.
func TestTheExampleLeavesOneSystemOut(t *testing.T) {
	t.Parallel()
	exit, output := coverageOfExamples(t, written, "--strict")
	require.Equal(t, exitFailed, exit)
	require.Contains(t, output, "\nlethe: the register does not match the configuration: hubspot is in no recipient\n")
}

func TestAnExemptionEndsByTheClock(t *testing.T) {
	t.Parallel()
	last := time.Date(2027, 11, 1, 23, 59, 59, 0, time.UTC)
	exit, _ := coverageOfExamples(t, last)
	require.Zero(t, exit)
	exit, output := coverageOfExamples(t, last.Add(time.Second))
	require.Equal(t, exitFailed, exit)
	require.Contains(t, output, "\nlethe: 1 of 16 recipients is not covered: tweet-button\n")
}

func TestTheSentenceCountsWhoIsReachedAndHow(t *testing.T) {
	t.Parallel()
	covered, exempt := register.Entry{State: register.Covered}, register.Entry{State: register.Exempt}
	for want, entries := range map[string][]register.Entry{
		"nobody is missing: 1 recipient covered by systems":                           {covered},
		"nobody is missing: 2 recipients covered by systems":                          {covered, covered},
		"nobody is missing: 3 recipients, of which 1 covered by systems and 2 exempt": {exempt, covered, exempt},
		"nobody is missing: 1 recipient, of which 0 covered by systems and 1 exempt":  {exempt},
	} {
		require.Equal(t, want, coverageSentence(register.Coverage{Recipients: entries}))
	}
}
