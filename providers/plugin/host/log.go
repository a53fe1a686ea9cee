package host

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// remembered is how many lines of a program's log errors show, and longest how much of each.
const (
	remembered = 10
	longest    = 400
)

// tail keeps the last lines that a program has written.
type tail struct {
	mu    sync.Mutex
	lines []string
	begun string // of a line that has not ended
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	parts := strings.Split(t.begun+string(p), "\n")
	t.begun = cut(parts[len(parts)-1])
	for _, line := range parts[:len(parts)-1] {
		if line = readable(strings.TrimSpace(line)); line != "" {
			t.lines = append(t.lines, cut(line))
		}
	}
	if over := len(t.lines) - remembered; over > 0 {
		t.lines = t.lines[over:]
	}
	return len(p), nil
}

// readable is a line that hclog wrote as JSON as a text for people, and nothing when it is for developers; any
// other line is as it was.
func readable(line string) string {
	var fields map[string]any
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &fields) != nil {
		return line
	}
	level, message := fields["@level"], fields["@message"]
	if level == "debug" || level == "trace" || message == nil {
		return ""
	}
	text := fmt.Sprintf("%v: %v", level, message)
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !strings.HasPrefix(key, "@") {
			text += fmt.Sprintf(" %s=%v", key, fields[key])
		}
	}
	return text
}

func cut(line string) string {
	if len(line) > longest {
		return strings.ToValidUTF8(line[:longest], "") + "…"
	}
	return line
}

// String is empty, or an addition to a message.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == 0 {
		return ""
	}
	return "\nThe last lines of its log:\n  " + strings.Join(t.lines, "\n  ")
}

// bridge is what go-plugin and programs log, in gameday's log.
func bridge(name string, log *slog.Logger) hclog.Logger {
	logger := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: name, Level: hclog.Trace, Output: io.Discard})
	logger.RegisterSink(sink{log.With("provider", name)})
	return logger
}

// sink hands on what hclog logs.
type sink struct{ log *slog.Logger }

// Accept logs a line.
func (s sink) Accept(_ string, level hclog.Level, text string, args ...any) {
	s.log.Log(context.Background(), levelOf(level), text, args...)
}

func levelOf(level hclog.Level) slog.Level {
	switch level {
	case hclog.Error:
		return slog.LevelError
	case hclog.Warn:
		return slog.LevelWarn
	case hclog.Info:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}
