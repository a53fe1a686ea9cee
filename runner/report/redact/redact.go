// Package redact keeps secrets out of every report: it stands between the bus
// and the sinks and blots them out of all text.
package redact

import (
	"github.com/gameday-dev/gameday/providers/secret"
	"github.com/gameday-dev/gameday/runner/event"
)

// Redactor replaces secrets. It is safe for use from several goroutines.
type Redactor struct{ secrets *secret.Collection }

// New makes a redactor for secrets, in all forms in which they may come, and for those
// that join them later.
func New(secrets *secret.Collection) *Redactor { return &Redactor{secrets} }

// Text is text without secrets.
func (r *Redactor) Text(text string) string { return r.secrets.Text(text) }

// Sink passes events on to next without secrets.
func (r *Redactor) Sink(next event.Sink) event.Sink { return sink{r, next} }

type sink struct {
	redactor *Redactor
	next     event.Sink
}

func (s sink) Emit(e event.Event) {
	e.Body = s.redactor.Body(e.Body)
	s.next.Emit(e)
}
