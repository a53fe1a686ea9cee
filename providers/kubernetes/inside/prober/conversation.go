package prober

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

// flushEvery is how long what was measured may be gathered before it is sent.
const flushEvery = 50 * time.Millisecond

// writePatience is how long the other end may take to read a frame.
const writePatience = 10 * time.Second

// conversation is one connection.
type conversation struct {
	*Server

	conn   net.Conn
	reader *wire.Reader
	writer *wire.Writer
	sent   map[string]uint64        // by stream, the last delivery written here
	thin   map[string]*wire.Thinner // by stream
	wake   chan struct{}            // something is worth writing at once; capacity 1
}

func newConversation(s *Server, conn net.Conn) *conversation {
	return &conversation{
		Server: s, conn: conn, reader: wire.NewReader(conn), writer: wire.NewWriter(conn),
		thin: map[string]*wire.Thinner{}, wake: make(chan struct{}, 1),
	}
}

// run answers and delivers until the connection breaks.
func (c *conversation) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() { _ = c.conn.Close() }()
	hello, err := c.reader.Read()
	if err != nil || hello.Hello == nil || c.greet(hello.Hello) != nil {
		return
	}
	c.working.Go(func() { c.deliver(ctx) })
	for {
		m, err := c.reader.Read()
		if err != nil || c.answer(ctx, m) != nil {
			return
		}
	}
}

// greet answers the first frame, and takes up where the runner stopped hearing.
func (c *conversation) greet(h *wire.Hello) error {
	c.sent = map[string]uint64{}
	if h.Instance == c.instance {
		for id, seq := range h.Got {
			c.sent[id] = seq
			c.acknowledge(wire.Ack{ID: id, Seq: seq})
		}
	}
	return c.write(wire.Message{Welcome: &wire.Welcome{Version: wire.Version, Instance: c.instance}})
}

func (c *conversation) answer(ctx context.Context, m wire.Message) error {
	switch {
	case m.Ping != nil:
		return c.write(wire.Message{Pong: &wire.Pong{N: m.Ping.N, Now: c.now()}})
	case m.Open != nil:
		return c.write(wire.Message{Opened: &wire.Opened{ID: m.Open.ID, Problems: c.open(ctx, *m.Open)}})
	case m.Ack != nil:
		c.acknowledge(*m.Ack)
	case m.Start != nil:
		c.start(*m.Start)
	case m.Stop != nil:
		c.stopOne(m.Stop.ID)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return nil
}

func (c *conversation) start(m wire.Start) {
	if st := c.stream(m.ID); st != nil {
		st.start(&c.working, m)
	}
}

func (c *conversation) stopOne(id string) {
	if st := c.stream(id); st != nil {
		st.stop()
	}
}

func (c *conversation) acknowledge(a wire.Ack) {
	if st := c.stream(a.ID); st != nil {
		st.acknowledge(a.Seq)
	}
	c.sweep()
}

// deliver writes what the streams have measured, as it comes.
func (c *conversation) deliver(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-c.wake:
		}
		if c.flush() != nil {
			_ = c.conn.Close() // ends the reader too
			return
		}
	}
}

func (c *conversation) flush() error {
	for _, st := range c.sorted() {
		for _, d := range st.after(c.lastSent(st.id)) {
			if err := c.write(wire.Message{Delivery: c.thinned(d)}); err != nil {
				return err
			}
			c.sent[st.id] = d.Seq
		}
	}
	return nil
}

func (c *conversation) lastSent(id string) uint64 { return c.sent[id] }

// thinned is a copy: the delivery itself may have to be sent again.
func (c *conversation) thinned(d wire.Delivery) *wire.Delivery {
	thinner := c.thin[d.ID]
	if thinner == nil {
		thinner = &wire.Thinner{}
		c.thin[d.ID] = thinner
	}
	samples := make([]wire.Sample, 0, len(d.Samples))
	for _, s := range d.Samples {
		samples = append(samples, thinner.Thin(s))
	}
	d.Samples = samples
	return &d
}

func (c *conversation) write(m wire.Message) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
		return err
	}
	return c.writer.Write(m)
}

func compareText(a, b string) int { return cmp.Compare(a, b) }
