package engine

import (
	"errors"
	"net"
	"sync/atomic"

	"github.com/rs/zerolog"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog passes the warnings and errors of the Temporal server on. Its information is of use to people who work on
// Temporal itself, and is dropped.
type serverLog struct {
	to zerolog.Logger
	// stopping silences it: the parts of a server that goes down complain about each other having gone.
	stopping *atomic.Bool
}

var _ log.WithLogger = serverLog{}

func (l serverLog) With(tags ...tag.Tag) log.Logger {
	return serverLog{to: l.to.With().Fields(fields(tags)).Logger(), stopping: l.stopping}
}

func (l serverLog) Debug(string, ...tag.Tag) {}

func (l serverLog) Info(string, ...tag.Tag) {}

func (l serverLog) Warn(msg string, tags ...tag.Tag) { l.write(zerolog.WarnLevel, msg, tags) }

func (l serverLog) Error(msg string, tags ...tag.Tag) { l.write(zerolog.ErrorLevel, msg, tags) }

// DPanic is what the server reports when it finds itself in a state that "cannot happen" and goes on nevertheless.
func (l serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(zerolog.ErrorLevel, msg, tags) }

func (l serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(zerolog.ErrorLevel, msg, tags)
	panic(msg)
}

// Fatal must not return: its callers go on with half-made objects if it does. While the server is being built,
// buildServer turns the panic into an error; later it ends the process.
func (l serverLog) Fatal(msg string, tags ...tag.Tag) {
	l.write(zerolog.ErrorLevel, msg, tags)
	panic(newFatalError(msg, tags))
}

func (l serverLog) write(level zerolog.Level, msg string, tags []tag.Tag) {
	if l.stopping.Load() {
		return
	}
	l.to.WithLevel(level).Fields(fields(tags)).Msg(msg)
}

// fields are tags as zerolog takes them: names and values in turn.
func fields(tags []tag.Tag) []any {
	pairs := make([]any, 0, 2*len(tags))
	for _, t := range tags {
		pairs = append(pairs, t.Key(), t.Value())
	}
	return pairs
}

// fatalError is why the server gave up.
type fatalError struct {
	msg   string
	cause error
}

func newFatalError(msg string, tags []tag.Tag) fatalError {
	e := fatalError{msg: msg}
	for _, t := range tags {
		zapped, ok := t.(tag.ZapTag)
		if !ok {
			continue
		}
		// The tag's value is but the error's text.
		if cause, ok := zapped.Field().Interface.(error); ok {
			e.cause = cause
		}
	}
	return e
}

func (e fatalError) Error() string {
	if e.cause == nil {
		return e.msg
	}
	return e.msg + ": " + e.cause.Error()
}

func (e fatalError) Unwrap() error { return e.cause }

// isListenError reports whether a port could not be opened.
func isListenError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "listen"
}
