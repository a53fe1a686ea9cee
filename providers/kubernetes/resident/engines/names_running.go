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

// flow is longer than the kernel remembers where a client's questions over UDP were
// led to (nf_conntrack_udp_timeout): until then it leads them to the engine, which
// only forwards them any more.
const flow = 35 * time.Second

const dnsPort = 53

type namesRunning struct {
	neverFails

	engine  *dnsfault.Running
	tables  []*firewall.Table
	once    sync.Once
	closed  error
	drained chan struct{}
}

func (r *namesRunning) Close() error {
	r.once.Do(func() {
		for _, table := range r.tables {
			r.closed = errors.Join(r.closed, table.Retire())
		}
		r.engine.Lift()
		time.AfterFunc(flow, func() {
			_ = r.engine.Close() // there is nobody left whom it would tell
			close(r.drained)
		})
	})
	return r.closed
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
