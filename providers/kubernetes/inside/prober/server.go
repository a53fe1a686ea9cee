package prober

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
)

// Server measures for whoever is connected. One at a time is: a new connection
// takes the place of the one before, which may have broken without a word.
type Server struct {
	set      *providers.Set
	instance string
	began    time.Time

	mu      sync.Mutex
	streams map[string]*stream
	current net.Conn
	left    time.Time // when the last connection ended
	working sync.WaitGroup
}

// New makes a server for the types of a set.
func New(set *providers.Set) *Server {
	return &Server{set: set, instance: rand.Text(), began: time.Now(), streams: map[string]*stream{}, left: time.Now()}
}

// Serve takes connections until ctx ends or nobody has been connected for idle,
// and then ends everything that runs.
func (s *Server) Serve(ctx context.Context, listener net.Listener, idle time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.working.Wait()
	defer s.stopAll()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	s.working.Go(func() { s.watchIdle(ctx, idle, cancel) })
	for {
		conn, err := listener.Accept()
		if err != nil {
			return ended(ctx, err)
		}
		s.working.Go(func() { s.Talk(ctx, conn) })
	}
}

// ended is no error where the end was wanted.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// watchIdle ends the server when it has been alone for too long.
func (s *Server) watchIdle(ctx context.Context, idle time.Duration, end func()) {
	tick := time.NewTicker(max(idle/10, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		alone := s.current == nil && time.Since(s.left) > idle
		s.mu.Unlock()
		if alone {
			end()
			return
		}
	}
}

// Talk serves one connection until it breaks or another one comes.
func (s *Server) Talk(ctx context.Context, conn net.Conn) {
	s.mu.Lock()
	if s.current != nil {
		_ = s.current.Close()
	}
	s.current = conn
	s.mu.Unlock()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	newConversation(s, conn).run(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == conn {
		s.current, s.left = nil, time.Now()
	}
}

// now is the moment in the prober's time.
func (s *Server) now() time.Duration { return time.Since(s.began) }

func (s *Server) stream(id string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[id]
}

// sorted is every stream, in a fixed order.
func (s *Server) sorted() []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*stream
	for _, st := range s.streams {
		all = append(all, st)
	}
	slices.SortFunc(all, func(a, b *stream) int { return compareText(a.id, b.id) })
	return all
}

func (s *Server) stopAll() {
	for _, st := range s.sorted() {
		st.stop()
	}
}

// sweep forgets the streams that have ended and been delivered.
func (s *Server) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, st := range s.streams {
		if st.delivered() {
			delete(s.streams, id)
		}
	}
}
