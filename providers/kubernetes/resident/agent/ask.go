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
// is executed in the agent's container. An agent that has just been started has until start
// to listen.
func Ask(name string, start time.Duration, in io.Reader, out io.Writer) error {
	request, err := wire.Read[wire.Request](in)
	if err != nil {
		return err
	}
	reply, err := exchange(name, start, request)
	if err != nil {
		return err
	}
	return wire.Write(out, reply)
}

func exchange(name string, start time.Duration, request wire.Request) (wire.Reply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := dial(ctx, name, start)
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

// mostStart is how long an agent may take until it listens: where a node is busy, a container that asks
// for no processor time hardly gets any.
const mostStart = 20 * time.Second

func dial(ctx context.Context, name string, start time.Duration) (net.Conn, error) {
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
