package requests

import (
	"github.com/rs/zerolog"
	"go.temporal.io/sdk/log"
)

// Logger makes a zerolog logger the logger of Temporal's SDK. Its pairs of
// keys and values become fields.
func Logger(l zerolog.Logger) log.Logger { return sdkLogger{l} }

type sdkLogger struct{ to zerolog.Logger }

var _ log.WithLogger = sdkLogger{}

// Debug implements log.Logger.
func (l sdkLogger) Debug(message string, pairs ...any) { l.write(zerolog.DebugLevel, message, pairs) }

// Info implements log.Logger.
func (l sdkLogger) Info(message string, pairs ...any) { l.write(zerolog.InfoLevel, message, pairs) }

// Warn implements log.Logger.
func (l sdkLogger) Warn(message string, pairs ...any) { l.write(zerolog.WarnLevel, message, pairs) }

// Error implements log.Logger.
func (l sdkLogger) Error(message string, pairs ...any) { l.write(zerolog.ErrorLevel, message, pairs) }

// With implements log.WithLogger.
func (l sdkLogger) With(pairs ...any) log.Logger {
	return sdkLogger{l.to.With().Fields(pairs).Logger()}
}

func (l sdkLogger) write(level zerolog.Level, message string, pairs []any) {
	l.to.WithLevel(level).Fields(pairs).Msg(message)
}
