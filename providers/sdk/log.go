package sdk

import (
	"context"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// handler is the same log for package log/slog.
func (l logger) handler() slog.Handler { return handler{log: l.Logger} }

// handler hands what is logged by slog on to hclog.
type handler struct {
	log   hclog.Logger
	group string // before the names of attributes
}

// Enabled reports whether a level is logged.
func (h handler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelDebug
}

// Handle logs a record.
func (h handler) Handle(_ context.Context, record slog.Record) error {
	args := make([]any, 0, 2*record.NumAttrs())
	record.Attrs(func(a slog.Attr) bool {
		args = append(args, h.group+a.Key, a.Value.Resolve().Any())
		return true
	})
	h.log.Log(levelOf(record.Level), record.Message, args...)
	return nil
}

// WithAttrs adds attributes to all that follows.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	args := make([]any, 0, 2*len(attrs))
	for _, a := range attrs {
		args = append(args, h.group+a.Key, a.Value.Resolve().Any())
	}
	return handler{log: h.log.With(args...), group: h.group}
}

// WithGroup puts a name before those of all attributes that follow.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{log: h.log, group: h.group + name + "."}
}

func levelOf(level slog.Level) hclog.Level {
	switch {
	case level >= slog.LevelError:
		return hclog.Error
	case level >= slog.LevelWarn:
		return hclog.Warn
	case level >= slog.LevelInfo:
		return hclog.Info
	default:
		return hclog.Debug
	}
}
