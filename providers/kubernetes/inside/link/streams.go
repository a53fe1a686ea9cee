package link

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// hello is the first thing to say.
func (l *Link) hello() *wire.Hello {
	h := &wire.Hello{Version: wire.Version, Got: map[string]uint64{}}
	for _, s := range l.all() {
		h.Got[s.open.ID] = s.lastGot()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h.Instance = l.instance
	return h
}

// meet notes who answered. Another one than before knows nothing.
func (l *Link) meet(instance string) {
	l.mu.Lock()
	another := l.instance != instance
	if another {
		l.instance, l.clock = instance, clock{}
	}
	l.mu.Unlock()
	if another {
		for _, s := range l.all() {
			s.restart()
		}
	}
}

// connected has everything said on this connection from now on.
func (l *Link) connected(writer *wire.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writer, l.trouble = writer, nil
}

// reopen opens and starts what should run: what runs already goes on as it is.
func (l *Link) reopen() {
	for _, s := range l.all() {
		if s.isOver() {
			continue
		}
		l.send(wire.Message{Open: &s.open})
		if start := s.starting(); start != nil {
			l.send(wire.Message{Start: start})
		}
	}
}

// add opens a stream and waits until the prober has taken it.
func (l *Link) add(ctx context.Context, open wire.Open) (*stream, providers.Diagnostics) {
	s := l.register(open)
	l.send(wire.Message{Open: &s.open})
	select {
	case <-s.opened:
	case <-ctx.Done():
		l.remove(s)
		return nil, providers.Errorf(nil, "Cannot run inside the cluster", "%s.", l.unreached(ctx))
	}
	diags := s.diagnostics()
	if diags.HasErrors() {
		l.remove(s)
		return nil, diags
	}
	return s, diags
}

func (l *Link) register(open wire.Open) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	open.ID = strconv.Itoa(l.next)
	s := newStream(l, open)
	l.streams[open.ID] = s
	return s
}

func (l *Link) unreached(ctx context.Context) error {
	if err := l.Trouble(); err != nil {
		return fmt.Errorf("the prober pod could not be reached: %w", err)
	}
	return errors.Join(errors.New("the prober pod did not answer"), context.Cause(ctx))
}

func (l *Link) remove(s *stream) {
	l.mu.Lock()
	delete(l.streams, s.open.ID)
	l.mu.Unlock()
	l.send(wire.Message{Stop: &wire.Stop{ID: s.open.ID}})
}

// diagnostics are what the prober said to an Open.
func (s *stream) diagnostics() (diags providers.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.problems {
		d := providers.Diagnostic{Summary: p.Summary, Detail: p.Detail}
		if p.Warning {
			d.Severity = providers.Warning
		}
		diags = append(diags, d)
	}
	return diags
}
