package main

import (
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

// impersonal are the flags with a text whose values name no person: what is named is a
// machine, a file, a day, a request whose id must name nobody, or who operates.
var impersonal = []string{
	"address", "archive", "asked", "answered", "build-id", "categories", "config", "format", "from", "ground", "head",
	"id", "key", "kind", "language", "log-format", "log-level", "namespace", "notice-sent", "on", "operator", "output",
	"prefix", "profile", "received", "region", "review-on", "sent", "system", "to",
}

// impersonalArguments are the arguments whose values name no person.
var impersonalArguments = []string{"ID", "SYSTEM", "FILE", "POLICY.yaml"}

// TestWhatMayNameAPersonNeedNotBeOnTheCommandLine goes through all flags. One that is new
// fails until it reads a file as well, or is known to name nobody.
func TestWhatMayNameAPersonNeedNotBeOnTheCommandLine(t *testing.T) {
	t.Parallel()
	personal := 0
	for path, cmd := range commands(t) {
		if strings.HasPrefix(path, "completion ") {
			continue
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Value.Type(), "string") || f.Annotations[inputAnnotation] != nil {
				return
			}
			instead := f.Annotations[insteadAnnotation]
			if len(instead) == 0 {
				require.Contains(t, impersonal, f.Name, "lethe %s --%s", path, f.Name)
				return
			}
			personal++
			require.NotContains(t, impersonal, f.Name)
			file := cmd.Flags().Lookup(instead[0])
			require.NotNil(t, file, "lethe %s --%s", path, f.Name)
			require.NotNil(t, file.Annotations[inputAnnotation])
			require.Contains(t, file.Usage, "which others can see; - is the standard input")
		})
		usage, _, _ := strings.Cut(cmd.Use, " --")
		for _, argument := range regexp.MustCompile(`[A-Z][A-Z]+[.a-z]*`).FindAllString(usage, -1) {
			require.Contains(t, impersonalArguments, argument, cmd.Use)
		}
	}
	for _, name := range []string{"email", "found-phone", "reason", "evidence", "erase"} {
		require.NotContains(t, impersonal, name)
	}
	require.Greater(t, personal, 3*len(dsr.IdentifierTypes()))
}

// TestAFileStandsForTheFlagsItReplaces goes through all of them, from the standard input.
func TestAFileStandsForTheFlagsItReplaces(t *testing.T) {
	t.Parallel()
	for path, cmd := range commands(t) {
		var files []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Annotations[inputAnnotation] != nil {
				files = append(files, f.Name)
			}
		})
		for _, file := range files {
			t.Run(path+" --"+file, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				require.Zero(t, s.lethe("keys", "rotate-subject").code, "the vault is there")
				s.in = "contact/7\n"
				if strings.HasPrefix(cmd.Flags().Lookup(file).Usage, "read identifiers") {
					s.in = `{"identifiers":[{"type":"email","value":"ann@example.com"}]}`
				}
				arguments := without(s.line(path), cmd.Flags(), file)
				if path == "complete-task" && file == "reason-file" { // there is no reason for what was done
					arguments = []string{path, "R-1", "gist", "--not-done"}
				}
				read := s.lethe(append(arguments, "--"+file, "-")...)
				require.Equal(t, exitUnreached, read.code, "as with the flag it gets as far as Temporal: %s", read.err)

				s.in = "\xff"
				broken := s.lethe(append(arguments, "--"+file, "-")...)
				require.Equal(t, exitUsage, broken.code, broken.err)
				missing := s.lethe(append(arguments, "--"+file, s.path("ann.txt"))...)
				require.Equal(t, exitFailed, missing.code, missing.err)
				require.Equal(t, "lethe: --"+file+": the file cannot be read: no such file or directory\n", missing.err)
			})
		}
	}
}

// without leaves out the flags that the file stands for.
func without(arguments []string, flags *pflag.FlagSet, file string) []string {
	flags.VisitAll(func(f *pflag.Flag) {
		at := slices.Index(arguments, "--"+f.Name)
		if at >= 0 && slices.Contains(f.Annotations[insteadAnnotation], file) {
			arguments = slices.Delete(arguments, at, at+2)
		}
	})
	return arguments
}

func TestATextIsGivenOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.in = "closed in March\n"
	both := s.lethe("skip-system", "R-1", "gist", "--reason", "closed", "--reason-file", "-")
	require.Equal(t, exitUsage, both.code)
	require.Equal(t, "lethe: give one of --reason and --reason-file; see 'lethe skip-system --help'\n", both.err)
	s.in = " \n"
	empty := s.lethe("skip-system", "R-1", "gist", "--reason-file", "-")
	require.Equal(t, exitUsage, empty.code)
	require.Contains(t, empty.err, "--reason is needed")
	twice := s.lethe("complete-task", "R-1", "alore", "--nothing-found", "--evidence-file", "-", "--found-file", "-")
	require.Equal(t, exitUsage, twice.code)
	require.Equal(t, "lethe: --evidence-file: the standard input can be read once only; name a file for all but one of --evidence-file, --found-file\n", twice.err)
	s.write("long.txt", strings.Repeat("long ", maxInput/5+1))
	long := s.lethe("skip-system", "R-1", "gist", "--reason-file", s.path("long.txt"))
	require.Equal(t, exitFailed, long.code)
	require.Contains(t, long.err, "is larger than 1048576 bytes")
}

// TestAnInterruptionEndsReading is about what nobody writes: a pipe that has no writer, a
// terminal at which nobody types.
func TestAnInterruptionEndsReading(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"an input file":  {"submit", "--subject-file", "./pipe"},
		"standard input": {"skip-system", "R-1", "gist", "--reason-file", "-"},
		"a report":       {"report", "verify", "--key", "./key.pem", "./pipe"},
		"a key":          {"report", "verify", "--key", "./pipe", "./R-1.json"},
		"confirmation":   {"forget", "E-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			newEngine(t, s, known())
			require.Zero(t, s.lethe("keys", "report-signing").code)
			s.write("key.pem", s.lethe("keys", "export").out)
			require.NoError(t, syscall.Mkfifo(s.path("pipe"), 0o600))
			for i, argument := range arguments {
				if file, ok := strings.CutPrefix(argument, "./"); ok {
					arguments[i] = s.path(file)
				}
			}
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			silent := &hush{asked: interrupt, over: make(chan struct{})}
			t.Cleanup(func() { close(silent.over) })
			s.reader, s.interrupted = silent, ctx
			if slices.Contains(arguments, s.path("pipe")) {
				go func() {
					writer, err := os.OpenFile(s.path("pipe"), os.O_WRONLY, 0) // it waits for who reads
					interrupt()
					<-silent.over
					if err == nil {
						_ = writer.Close() // nothing was written
					}
				}()
			}
			r := s.lethe(arguments...)
			require.Equal(t, exitInterrupted, r.code, r.err)
			require.True(t, strings.HasSuffix(r.err, "lethe: interrupted\n"), r.err)
		})
	}
}

// A hush is an input that says nothing until it is over.
type hush struct {
	// asked is called when somebody wants to read.
	asked func()
	over  chan struct{}
}

// Read implements [io.Reader].
func (s *hush) Read([]byte) (int, error) {
	s.asked()
	<-s.over
	return 0, io.EOF
}

// TestAByteOrderMarkIsNoContent is about what editors put before a text in UTF-8.
func TestAByteOrderMarkIsNoContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.in = "\xEF\xBB\xBF" + `{"identifiers":[{"type":"email","value":"ann@example.com"}]}`
	require.Zero(t, s.lethe("keys", "rotate-subject").code)
	subject := s.lethe("submit", "--subject-file", "-")
	require.Equal(t, exitUnreached, subject.code, subject.err)
	s.in = "\xEF\xBB\xBF\r\n"
	reason := s.lethe("skip-system", "R-1", "gist", "--reason-file", "-")
	require.Equal(t, exitUsage, reason.code, reason.err)
	require.Contains(t, reason.err, "--reason is needed")
}

// TestNoIdentifierOfAFileIsLost is about keys that come twice: of two lists a reader of JSON
// takes one.
func TestNoIdentifierOfAFileIsLost(t *testing.T) {
	t.Parallel()
	const one, other = `[{"type":"email","value":"ann@example.com"}]`, `[{"type":"email","value":"bob@example.com"}]`
	for _, content := range []string{
		`{"identifiers":` + one + `,"identifiers":` + other + `}`,
		`{"identifiers":` + one + `,"Identifiers":` + other + `}`,
		`{"identifiers":` + one + `,"identifier\u017f":` + other + `}`, // a long s
		`{"identifiers":[{"type":"email","value":"ann@example.com","value":"bob@example.com"}]}`,
		`{"identifiers":[{"type":"email","value":"ann@example.com","Value":"bob@example.com"}]}`,
		`{"identifiers":` + one + `} x`,
		`{"identifiers":` + one + `}]`,
	} {
		_, err := parseEntries("subject-file", content)
		require.ErrorContains(t, err, "is not of the form", content)
		require.NotContains(t, err.Error(), "example.com")
		var row jsonRow
		require.ErrorContains(t, row.parse(content), "is not of the form", content)
	}
	entries, err := parseEntries("subject-file", `{"identifiers":[{"type":"email","value":"ann@example.com"},{"type":"email","value":"bob@example.com"}]} `)
	require.NoError(t, err)
	require.Len(t, entries, 2)
}
