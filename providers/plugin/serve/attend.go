package serve

import (
	"sync"

	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// attendance counts who is there.
type attendance struct {
	mu    sync.Mutex
	there int
	over  bool
	again bool // the last one that leaves is not the end
	first func()
	come  sync.Once
}

// OnAttend says what to do when the first gameday has come, before it asks for anything. It is called before serving.
func (s *Server) OnAttend(do func()) { s.attended.first = do }

// Again has the server wait for another gameday when one has left: for debugging. It is called before serving.
func (s *Server) Again() { s.attended.again = true }

// Attend lasts as long as gameday does. With the last that leaves, everything ends.
func (s *Server) Attend(_ *wire.AttendRequest, stream grpc.ServerStreamingServer[wire.AttendResponse]) error {
	s.attended.come.Do(func() {
		if s.attended.first != nil {
			s.attended.first()
		}
	})
	s.attended.change(1)
	defer func() {
		if s.attended.change(-1) {
			s.end(!s.attended.again)
		}
	}()
	if err := stream.Send(&wire.AttendResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

// change reports whether nobody is left, once.
func (a *attendance) change(by int) (last bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.there += by
	if a.there > 0 || a.over {
		return false
	}
	a.over = !a.again
	return true
}

// End undoes what is in place and ends, whoever is there. Nothing else ends a server that waits for another gameday.
func (s *Server) End() {
	if s.attended.finish() {
		s.end(true)
	}
}

// finish reports whether this is the end, once.
func (a *attendance) finish() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	was := a.over
	a.over = true
	return !was
}

// end undoes what is in place and says so. What cannot be undone ends by what stands beside it.
func (s *Server) end(forGood bool) {
	if forGood {
		defer close(s.ended)
	}
	s.opened.closeAll()
	if err := s.ledger.close(forGood); err != nil {
		s.log.Error("not everything could be undone", "error", err)
	}
}

// Attended reports whether a gameday has come.
func (s *Server) Attended() bool {
	s.attended.mu.Lock()
	defer s.attended.mu.Unlock()
	return s.attended.there > 0 || s.attended.over
}
