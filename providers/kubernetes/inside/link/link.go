// Package link is the runner's end of what it says to a prober: it keeps one
// connection, opens it again when it breaks, takes up where it was, and tells the
// samples that come late from those that nobody will ever know.
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

// Times of the connection. A connection that says nothing for silence is broken,
// whatever the network says: paths through an API server may die without a word.
const (
	pingEvery    = time.Second
	silence      = 5 * time.Second
	greetWithin  = 10 * time.Second
	retryFirst   = 100 * time.Millisecond
	retryAtMost  = 2 * time.Second
	expireEvery  = time.Second
	clockSamples = 4 // of the clock, before anything else is said
)

// Keep is how long after its time-out a sample may still be delivered. What has not
// come by then is lost. It is longer than an API server is away when it is
// restarted, and shorter than what the engine waits for.
const Keep = 25 * time.Second

// A Dial opens the stream to the prober, wherever that is by then. It is called
// again when the stream has broken.
type Dial func(ctx context.Context) (io.ReadWriteCloser, error)

// Link is a prober that is somewhere else.
type Link struct {
	dial   Dial
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu       sync.Mutex
	streams  map[string]*stream
	next     int // number of the next stream
	instance string
	clock    clock
	writer   *wire.Writer // nil while there is no connection
	trouble  error        // of the last connection
}

// New makes a link and begins to connect.
func New(dial Dial) *Link {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Link{dial: dial, cancel: cancel, streams: map[string]*stream{}}
	l.group.Go(func() { l.keep(ctx) })
	l.group.Go(func() { l.expire(ctx) })
	return l
}

// Close ends the link and everything that runs on it.
func (l *Link) Close() {
	l.cancel()
	l.group.Wait()
}

// keep connects again and again.
func (l *Link) keep(ctx context.Context) {
	wait := retryFirst
	for ctx.Err() == nil {
		began := time.Now()
		l.broke(l.once(ctx))
		if time.Since(began) > retryAtMost {
			wait = retryFirst
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		wait = min(2*wait, retryAtMost)
	}
}

// broke notes that there is no connection, and why.
func (l *Link) broke(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writer, l.trouble = nil, err
}

// Trouble says why there is no connection; nil while there is one.
func (l *Link) Trouble() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writer != nil {
		return nil
	}
	return l.trouble
}

// once connects and listens until the connection breaks.
func (l *Link) once(ctx context.Context) error {
	conn, err := l.dial(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	c := newConnection(l, conn)
	if err := c.greet(ctx, cancel); err != nil {
		return because(ctx, err)
	}
	l.connected(c.writer)
	l.group.Go(func() { l.reopen(); c.speak(ctx) })
	l.group.Go(func() { c.watch(ctx, cancel) })
	return because(ctx, c.listen())
}

// because is why a connection was closed here, where it was.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the prober closed the connection")
	}
	return err
}

// send says something if there is somebody to hear it. What was missed is said
// again when there is.
func (l *Link) send(m wire.Message) {
	l.mu.Lock()
	writer := l.writer
	l.mu.Unlock()
	if writer != nil {
		_ = writer.Write(m) // a broken connection shows when it is read
	}
}

// all is every stream there is.
func (l *Link) all() []*stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]*stream, 0, len(l.streams))
	for _, s := range l.streams {
		out = append(out, s)
	}
	return out
}

func (l *Link) stream(id string) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streams[id]
}

// local is a moment of the prober in this machine's time.
func (l *Link) local(at time.Duration) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock.local(at)
}

// expire gives up what has not come in good time.
func (l *Link) expire(ctx context.Context) {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		why := "the prober has not delivered it"
		if err := l.Trouble(); err != nil {
			why = fmt.Sprintf("the prober could not be reached: %s", err)
		}
		for _, s := range l.all() {
			s.giveUp(time.Now(), why)
		}
	}
}
