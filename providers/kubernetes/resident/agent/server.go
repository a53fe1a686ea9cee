package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// patience bounds one conversation: the asking side is a command in the same
// container.
const patience = 30 * time.Second

// crowdedPause is how long the agent rests when it has no file descriptor for a request.
const crowdedPause = 50 * time.Millisecond

// server answers requests on a socket.
type server struct {
	faults *faults
	listen *net.UnixListener

	conversations sync.WaitGroup
}

// serve answers until ctx ends, and returns when every conversation is over.
func (s *server) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.listen.Close() }) // it is only there to wake Accept
	defer stop()
	defer s.conversations.Wait()
	for {
		conn, err := s.listen.AcceptUnix()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) { // connections have them; some will end
			pause.For(ctx, crowdedPause)
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for requests: %w", err)
		}
		s.conversations.Go(func() { s.converse(ctx, conn) })
	}
}

// converse reads one request and answers it.
func (s *server) converse(ctx context.Context, conn *net.UnixConn) {
	defer func() { _ = conn.Close() }() // the answer was written, or nobody waits for it
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := isOurs(conn); err != nil {
		return // whoever that is gets no answer
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := wire.Read[wire.Request](conn)
	var reply wire.Reply
	if err == nil {
		reply, err = s.answer(ctx, request)
	}
	if errors.Is(err, errLeaving) {
		return
	}
	if err != nil {
		reply = wire.Reply{Error: err.Error()}
	}
	reply.Version = wire.Version
	_ = wire.Write(conn, reply) // who does not listen any more asks again
}

func (s *server) answer(ctx context.Context, r wire.Request) (wire.Reply, error) {
	if err := r.Check(); err != nil {
		return wire.Reply{}, err
	}
	var err error
	switch r.Op {
	case wire.Inject:
		err = s.faults.inject(ctx, r.ID, *r.Fault)
	case wire.Revert:
		err = s.faults.revert(r.ID)
	case wire.Status:
		if r.Stay > 0 {
			err = s.faults.stay(r.Stay)
		}
	}
	if err != nil {
		return wire.Reply{}, err
	}
	return s.faults.status(r.ID)
}

// errStranger says that a request came from outside the agent's container.
var errStranger = errors.New("the request came from outside the agent's container")
