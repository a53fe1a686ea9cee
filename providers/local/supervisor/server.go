//go:build linux

package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// unclaimed is how long a supervisor waits for its runner to take the lease.
const unclaimed = 10 * time.Second

// server is a running supervisor.
type server struct {
	name     names
	prefix   []string // arguments that lead to Main, for workers
	socket   string
	listener net.Listener
	log      *slog.Logger

	life    context.Context // done as soon as the end begins
	endLife context.CancelCauseFunc

	spawner   *spawner
	processes *processes
	links     *links
	faults    *faults

	leaseOnce sync.Once
	leased    chan struct{} // closed when the lease was taken
	endOnce   sync.Once
	ended     chan struct{} // closed when nothing is left
}

// names are by what everything that is started can be found again.
type names struct{ run, environment string }

func (n names) marks(process string) []string { return marksFor(n.run, n.environment, process) }

func newServer(run, environment, socket string, prefix []string, log *slog.Logger) (*server, error) {
	if err := adopt(); err != nil {
		return nil, fmt.Errorf("become the reaper of orphaned children: %w", err)
	}
	listener, err := listen(socket)
	if err != nil {
		return nil, err
	}
	s := &server{
		name: names{run, environment}, prefix: prefix, socket: socket, listener: listener, log: log,
		spawner: newSpawner(), leased: make(chan struct{}), ended: make(chan struct{}),
	}
	s.life, s.endLife = context.WithCancelCause(context.Background())
	s.processes = &processes{spawner: s.spawner, marks: s.name.marks, life: s.life, log: log, byName: map[string]*process{}}
	s.links = &links{byName: map[string]*link{}}
	s.faults = &faults{life: s.life, log: log, build: s.effect, byID: map[string]*fault{}}
	return s, nil
}

// run serves until everything is ended.
func (s *server) run() error {
	defer s.endOnSignals()()
	go s.spawner.reap(s.ended)
	go s.endUnclaimed()
	web := &http.Server{Handler: s.handler(), ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- web.Serve(s.listener) }()
	s.log.Info("supervising", "pid", os.Getpid(), "socket", s.socket)
	select {
	case err := <-served:
		s.end("the socket failed")
		return err
	case <-s.ended:
	}
	// Whoever asked for the end gets an answer before the process exits.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// endUnclaimed ends a supervisor whose runner died before it took the lease.
func (s *server) endUnclaimed() {
	select {
	case <-s.leased:
	case <-s.life.Done():
	case <-time.After(unclaimed):
		s.end("nobody took the lease")
	}
}

// effect makes what a specification asks for.
func (s *server) effect(spec FaultSpec) (effect, error) {
	switch spec.Kind {
	case FaultKill:
		return newKill(s.processes, spec), nil
	case FaultPause:
		return &pause{targets: spec.Processes, owned: s.processes}, nil
	case FaultRestart:
		return newRestart(s.processes, spec), nil
	case FaultLink:
		return newLinkRule(s.links, spec)
	case FaultStress:
		return s.newStress(spec)
	}
	return nil, fmt.Errorf("this supervisor knows no fault of kind %q", spec.Kind)
}
