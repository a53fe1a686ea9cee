package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// connection is one stream to the prober, as long as it holds.
type connection struct {
	link   *Link
	reader *wire.Reader
	writer *wire.Writer
	thick  map[string]*wire.Thickener

	arrived chan struct{} // something in acks; capacity 1

	mu    sync.Mutex
	acks  map[string]uint64    // by stream, what has arrived and was not acknowledged
	asked map[uint64]time.Time // pings without an answer
	pings uint64
	heard time.Time
}

func newConnection(l *Link, conn io.ReadWriter) *connection {
	return &connection{
		link: l, reader: wire.NewReader(conn), writer: wire.NewWriter(conn), thick: map[string]*wire.Thickener{},
		arrived: make(chan struct{}, 1), acks: map[string]uint64{}, asked: map[uint64]time.Time{}, heard: time.Now(),
	}
}

var errSilent = fmt.Errorf("nothing was heard of the prober for %s", silence)

// greet says who is there, and finds out how the prober's clock goes.
func (c *connection) greet(ctx context.Context, cancel context.CancelCauseFunc) error {
	late := time.AfterFunc(greetWithin, func() { cancel(fmt.Errorf("the prober did not answer within %s", greetWithin)) })
	defer late.Stop()
	if err := c.writer.Write(wire.Message{Hello: c.link.hello()}); err != nil {
		return err
	}
	m, err := c.reader.Read()
	switch {
	case err != nil:
		return err
	case m.Welcome == nil:
		return errors.New("what answers is no prober")
	case m.Welcome.Version != wire.Version:
		return fmt.Errorf("the prober speaks version %d of the protocol, and this is version %d: its image must be that of this version of gameday",
			m.Welcome.Version, wire.Version)
	}
	c.link.meet(m.Welcome.Instance)
	for range clockSamples {
		if err := c.roundTrip(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// roundTrip asks for the time and takes what comes until the answer.
func (c *connection) roundTrip() error {
	n, err := c.ask()
	for err == nil {
		var m wire.Message
		if m, err = c.reader.Read(); err == nil {
			c.handle(m)
		}
		if m.Pong != nil && m.Pong.N == n {
			return nil
		}
	}
	return err
}

func (c *connection) ask() (uint64, error) {
	c.mu.Lock()
	c.pings++
	n := c.pings
	c.asked[n] = time.Now()
	c.mu.Unlock()
	return n, c.writer.Write(wire.Message{Ping: &wire.Ping{N: n}})
}

// speak asks for the time, and says what has arrived. It is not the reader that
// does: neither end may wait for the other to listen before it listens itself.
func (c *connection) speak(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, err = c.ask()
		case <-c.arrived:
			err = c.acknowledge()
		}
		if err != nil {
			return // the reader finds out too
		}
	}
}

// acknowledge says what has arrived since it was said last.
func (c *connection) acknowledge() error {
	c.mu.Lock()
	acks := c.acks
	c.acks = map[string]uint64{}
	c.mu.Unlock()
	for id, seq := range acks {
		if err := c.writer.Write(wire.Message{Ack: &wire.Ack{ID: id, Seq: seq}}); err != nil {
			return err
		}
	}
	return nil
}

// watch ends the connection when nothing has been heard for too long.
func (c *connection) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c.mu.Lock()
		quiet := time.Since(c.heard)
		c.mu.Unlock()
		if quiet > silence {
			cancel(errSilent)
			return
		}
	}
}

// listen takes what comes until the connection breaks.
func (c *connection) listen() error {
	for {
		m, err := c.reader.Read()
		if err != nil {
			return err
		}
		c.handle(m)
	}
}

func (c *connection) handle(m wire.Message) {
	now := time.Now()
	c.mu.Lock()
	c.heard = now
	c.mu.Unlock()
	switch {
	case m.Pong != nil:
		c.pong(*m.Pong, now)
	case m.Opened != nil:
		if s := c.link.stream(m.Opened.ID); s != nil {
			s.answered(m.Opened.Problems)
		}
	case m.Delivery != nil:
		c.delivery(*m.Delivery)
	}
}

func (c *connection) pong(p wire.Pong, now time.Time) {
	c.mu.Lock()
	sent, known := c.asked[p.N]
	delete(c.asked, p.N)
	c.mu.Unlock()
	if !known {
		return
	}
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.link.clock.add(sent, now, p.Now)
}

// delivery puts back what was left out, and says that it has arrived.
func (c *connection) delivery(d wire.Delivery) {
	thick := c.thick[d.ID]
	if thick == nil {
		thick = &wire.Thickener{}
		c.thick[d.ID] = thick
	}
	for i, s := range d.Samples {
		d.Samples[i], _ = thick.Thicken(s)
	}
	if s := c.link.stream(d.ID); s != nil {
		s.take(d)
	}
	c.mu.Lock()
	c.acks[d.ID] = d.Seq
	c.mu.Unlock()
	select {
	case c.arrived <- struct{}{}:
	default:
	}
}
