package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// session is this process's hold on a supervisor that it started. As long as
// the lease lives, so does the environment.
type session struct {
	client *supervisor.Client
	lease  *supervisor.Lease
	exited <-chan struct{}
}

// open starts a supervisor and takes its lease.
func (p *Provider) open(ctx context.Context, h handle) (*session, error) {
	agent, err := p.findAgent()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(h.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for logs: %w", err)
	}
	exited, err := supervisor.Supervisor{
		Agent: agent, Run: h.Run, Environment: h.Environment, Socket: h.Socket, Log: filepath.Join(h.Dir, "supervisor.log"),
	}.Start()
	if err != nil {
		return nil, err
	}
	s := &session{client: supervisor.NewClient(h.Socket), exited: exited}
	if s.lease, err = s.client.Lease(ctx); err != nil {
		_ = s.client.Stop(context.WithoutCancel(ctx))
		s.client.Close()
		<-exited
		return nil, fmt.Errorf("take the supervisor's lease: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[h.Socket] = s
	return s, nil
}

// close ends a session's supervisor with all that it owns, and waits until it
// has exited. A supervisor that does not answer is left to Sweep.
func (s *session) close(ctx context.Context, patience time.Duration) error {
	err := stop(ctx, s.client, patience)
	s.lease.Release()
	s.client.Close()
	select {
	case <-s.exited:
		return nil
	case <-ctx.Done():
		return errFirst(err, ctx.Err())
	case <-time.After(time.Second):
		return err // nil if it answered: it is exiting
	}
}

// stop asks a supervisor to end everything in order, for which it may need long.
// One that hangs would never answer, so it is asked meanwhile whether it is there.
func stop(ctx context.Context, client *supervisor.Client, patience time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- client.Stop(ctx) }()
	tick := time.NewTicker(patience / 2)
	defer tick.Stop()
	for {
		select {
		case err := <-stopped:
			return err
		case <-tick.C:
			if hangs(ctx, client, patience/2) {
				cancel()
				return errors.Join(errHung, <-stopped)
			}
		}
	}
}

// errHung says that a supervisor is there and does not answer.
var errHung = errors.New("the supervisor does not answer")

func hangs(ctx context.Context, client *supervisor.Client, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := client.Hello(ctx)
	return errors.Is(err, context.DeadlineExceeded)
}

// take removes the session from those that this process holds; nil if it holds
// none.
func (p *Provider) take(h handle) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sessions[h.Socket]
	delete(p.sessions, h.Socket)
	return s
}

func errFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
