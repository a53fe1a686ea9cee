package agent

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// Ask carries one request from in to the agent of a name and its reply to out: what
// is executed in the agent's container.
func Ask(name string, in io.Reader, out io.Writer) error {
	request, err := wire.Read[wire.Request](in)
	if err != nil {
		return err
	}
	reply, err := exchange(name, request)
	if err != nil {
		return err
	}
	return wire.Write(out, reply)
}

// exchange waits a moment for an agent that has just been started.
func exchange(name string, request wire.Request) (wire.Reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := dial(ctx, name)
	if err != nil {
		return wire.Reply{}, fmt.Errorf("reach the agent %s: %w", name, err)
	}
	defer func() { _ = conn.Close() }() // all was read
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if err := wire.Write(conn, request); err != nil {
		return wire.Reply{}, err
	}
	return wire.Read[wire.Reply](conn)
}

// start is how long an agent may take until it listens.
const start = 5 * time.Second

func dial(ctx context.Context, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, start)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", address(name).Name)
		if err == nil {
			return conn, nil
		}
		timer := time.NewTimer(5 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		}
	}
}
