package link_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/prober"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// kit is a provider whose probe and load do what the test says.
type kit struct {
	sample func(ctx context.Context) providers.Sample
	every  time.Duration // of the load
	answer time.Duration
}

func (kit) Metadata() providers.Metadata { return providers.Metadata{Name: "kit"} }

func (k kit) Types() providers.Types {
	return providers.Types{Probes: []providers.Probe{kitProbe{k}}, Loads: []providers.Load{kitLoad{k}}}
}

type kitProbe struct{ kit }

func (kitProbe) TypeName() string      { return "kit" }
func (kitProbe) Schema() *schema.Block { return &schema.Block{} }
func (kitProbe) SampleType() cty.Type  { return fieldType() }
func (p kitProbe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	if req.Config.String("refuse") != "" {
		return nil, providers.Errorf(nil, "Refused", "%s.", req.Config.String("refuse"))
	}
	return p, nil
}
func (p kitProbe) Sample(ctx context.Context) providers.Sample { return p.sample(ctx) }
func (kitProbe) Close() error                                  { return nil }

func fieldType() cty.Type {
	return cty.Object(map[string]cty.Type{"status": cty.Number, "json": cty.DynamicPseudoType})
}

type kitLoad struct{ kit }

func (kitLoad) TypeName() string      { return "kit" }
func (kitLoad) Schema() *schema.Block { return &schema.Block{} }
func (l kitLoad) Open(context.Context, providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	return &kitGenerator{kit: l.kit}, nil
}

// kitGenerator offers a request each `every`, answered after `answer`.
type kitGenerator struct {
	kit

	announce func(due, next time.Time)
}

func (g *kitGenerator) Announce(announce func(due, next time.Time)) { g.announce = announce }

func (g *kitGenerator) Run(ctx context.Context, report func(providers.LoadSample)) error {
	var group sync.WaitGroup
	defer group.Wait()
	for due := time.Now(); ; due = due.Add(g.every) {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(due)):
		}
		g.announce(due, due.Add(g.every))
		group.Go(func() {
			<-time.After(g.answer)
			report(providers.LoadSample{Due: due, Latency: time.Since(due), OK: true, Sent: true})
		})
	}
}

// world is a prober and the paths to it, which can be cut.
type world struct {
	t   *testing.T
	set *providers.Set

	mu    sync.Mutex
	front *listener
	end   func()
	conns []net.Conn
	paths []*path
	down  error // why nothing can be reached; nil while it can
}

func newWorld(t *testing.T, k kit) *world {
	t.Helper()
	set, err := providers.NewSet(k)
	require.NoError(t, err)
	w := &world{t: t, set: set}
	w.replace()
	return w
}

// replace puts a new prober in the place of the one there is.
func (w *world) replace() {
	w.kill()
	front := &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = prober.New(w.set).Serve(ctx, front, prober.Idle)
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.front, w.end = front, func() { cancel(); <-ended }
}

func (w *world) kill() {
	w.mu.Lock()
	end := w.end
	w.mu.Unlock()
	if end != nil {
		end()
	}
}

func (w *world) dial(context.Context) (io.ReadWriteCloser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down != nil {
		return nil, w.down
	}
	here, there := net.Pipe()
	select {
	case w.front.conns <- there:
		w.conns = append(w.conns, here)
		p := &path{Conn: here, hung: make(chan struct{}), closed: make(chan struct{})}
		w.paths = append(w.paths, p)
		return p, nil
	case <-w.front.closed:
		return nil, errors.New("nobody listens")
	}
}

// cut breaks every path; nothing can be reached until mend.
func (w *world) cut(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = errors.New(why)
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// hang has every path that is open carry nothing any more, and none of its ends
// know.
func (w *world) hang() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.paths {
		close(p.hung)
	}
	w.paths = nil
}

// path is one end of a pipe that may hang.
type path struct {
	net.Conn

	once   sync.Once
	hung   chan struct{}
	closed chan struct{}
}

func (p *path) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	return p.passed(n, err)
}

func (p *path) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	return p.passed(n, err)
}

func (p *path) passed(n int, err error) (int, error) {
	select {
	case <-p.hung:
		<-p.closed
		return 0, net.ErrClosed
	default:
		return n, err
	}
}

func (p *path) Close() error {
	p.once.Do(func() { close(p.closed) })
	return p.Conn.Close()
}

func (w *world) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = nil
}

// listener is a net.Listener of pipes.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// opening is a message that opens the kit's types.
func opening(t *testing.T, attrs map[string]cty.Value) wire.Open {
	t.Helper()
	config, err := ctyjson.Marshal(cty.ObjectVal(attrs), cty.DynamicPseudoType)
	require.NoError(t, err)
	return wire.Open{Type: "kit", Address: "probe.a", Config: config, Timeout: 2 * time.Second}
}

// record is what a stream reported.
type record struct {
	mu       sync.Mutex
	samples  []providers.TimedSample
	complete time.Time
}

func (r *record) request(interval time.Duration) providers.StreamRequest {
	return providers.StreamRequest{
		Interval: interval,
		Report: func(s providers.TimedSample) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.samples = append(r.samples, s)
		},
		Complete: func(before time.Time) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if before.Before(r.complete) {
				panic("what was complete is not any more")
			}
			r.complete = before
		},
	}
}

// all is what was reported, and how many of it was lost.
func (r *record) all() (samples []providers.TimedSample, lost int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.samples {
		if s.Lost {
			lost++
		}
	}
	return append(samples, r.samples...), lost
}

func free() error { return nil }
