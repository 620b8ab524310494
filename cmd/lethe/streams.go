package main

import (
	"io"
	"os"
	"time"

	"go.temporal.io/sdk/contrib/envconfig"
	"golang.org/x/term"

	"ite.digital/lethe/report"
)

// streams is the world around a command: what it reads from and writes to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      envconfig.EnvLookup
	// terminal says that out is one, so that colours and redrawing make sense.
	terminal bool
	// errTerminal says the same of err.
	errTerminal bool
	// size returns out's width and height in columns and lines.
	size func() (width, height int)
	// now is the clock.
	now func() time.Time
}

// A page is as wide and high as this where no terminal says otherwise.
const pageWidth, pageHeight = 120, 50

func systemStreams() *streams {
	out := int(os.Stdout.Fd())
	return &streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: envconfig.EnvLookupOS,
		terminal: term.IsTerminal(out), errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		size: func() (int, int) {
			if width, height, err := term.GetSize(out); err == nil {
				return width, height
			}
			return pageWidth, pageHeight
		},
		now: time.Now,
	}
}

// width is how many columns a line of out may have.
func (s *streams) width() int {
	width, _ := s.size()
	return width
}

// view describes out to those who draw tables. Colours are left out if the user
// says so, by the convention of https://no-color.org.
func (s *streams) view() report.View {
	never, _ := s.env.LookupEnv("NO_COLOR")
	return report.View{Width: s.width(), Color: s.terminal && never == "", Now: s.now()}
}

// print writes text to out.
func (s *streams) print(content string) error {
	_, err := io.WriteString(s.out, content)
	return err
}
