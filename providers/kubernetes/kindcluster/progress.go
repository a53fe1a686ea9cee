package kindcluster

import (
	"fmt"
	"strings"
	"unicode"

	"sigs.k8s.io/kind/pkg/log"
)

// reporter makes progress of what kind logs for its users. Problems come as
// errors, so that only the beginnings of steps are of interest.
type reporter struct{ progress func(step string) }

var (
	_ log.Logger     = reporter{}
	_ log.InfoLogger = reporter{}
)

// Warn, and the five below it, keep quiet: the terminal is gameday's.
func (reporter) Warn(string) {}

// Warnf keeps quiet.
func (reporter) Warnf(string, ...any) {}

// Error keeps quiet.
func (reporter) Error(string) {}

// Errorf keeps quiet.
func (reporter) Errorf(string, ...any) {}

// V is the reporter itself for what users are meant to see.
func (r reporter) V(level log.Level) log.InfoLogger {
	if level > 0 {
		return log.NoopInfoLogger{}
	}
	return r
}

// Info reports the beginning of a step.
func (r reporter) Info(message string) {
	if step, begins := beginning(message); begins {
		r.progress(step)
	}
}

// Infof reports the beginning of a step.
func (r reporter) Infof(format string, args ...any) { r.Info(fmt.Sprintf(format, args...)) }

// Enabled says that it listens.
func (reporter) Enabled() bool { return true }

// beginning takes a step out of kind's " • Writing configuration 📜  ...".
func beginning(message string) (string, bool) {
	step, found := strings.CutPrefix(message, " • ")
	if !found {
		return "", false
	}
	step = strings.Map(func(r rune) rune {
		if r > unicode.MaxLatin1 { // its pictures
			return -1
		}
		return r
	}, step)
	step = strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimSpace(step), "...")), " ")
	if step == "" {
		return "", false
	}
	return strings.ToLower(step[:1]) + step[1:], true
}
