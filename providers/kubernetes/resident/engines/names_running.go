package engines

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// answers is longer than any answer is under way to a client that asked before the end (dnsfault.Spec.Timeout).
const answers = 6 * time.Second

const dnsPort = 53

type namesRunning struct {
	neverFails

	engine  *dnsfault.Running
	tables  []*firewall.Table
	once    sync.Once
	closed  error
	drained chan struct{}
}

// Close has questions go to the resolvers again, and answers to those that were asked before pass. Then nothing leads to the
// engine any more, and it ends.
func (r *namesRunning) Close() error {
	r.once.Do(func() {
		for _, table := range r.tables {
			r.closed = errors.Join(r.closed, table.Disarm())
		}
		r.engine.Lift()
		time.AfterFunc(answers, r.settle)
	})
	return r.closed
}

// settle is too late for errors: there is nobody left whom it would tell.
func (r *namesRunning) settle() {
	defer close(r.drained)
	for _, table := range r.tables {
		_ = table.Settle()
	}
	_ = r.engine.Close()
	_ = firewall.Tidy()
}

// Drained is closed when no question is led to the engine any more.
func (r *namesRunning) Drained() <-chan struct{} { return r.drained }

func (r *namesRunning) Facts() []wire.Fact {
	s := r.engine.Stats()
	if s.Answered == 0 {
		return nil
	}
	return []wire.Fact{{
		Name: "questions_answered", Text: fmt.Sprintf("%d of %d questions for names answered by the fault", s.Answered, s.Queries),
		Value: float64(s.Answered), Unit: "questions",
	}}
}

// loopback is where questions are led to that go to a resolver of a family.
func loopback(six bool) string {
	if six {
		return "::1"
	}
	return "127.0.0.1"
}
