// Package follow keeps a copy of some objects of a cluster: one list, then a
// watch. It never polls them, and it knows how old what it says may be.
package follow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// Times of a follower.
const (
	retryFirst  = 100 * time.Millisecond
	retryAtMost = 2 * time.Second
	pageSize    = 500
	watchFor    = 5 * time.Minute // then the server ends the watch, and the next one begins
	believeFrom = time.Second     // a watch that has stood for so long shows what is: one on a history that is gone ends at once
	aliveEvery  = time.Second     // after such a silence a watch is doubted
	aliveFor    = 2 * time.Second // how long the server may take to answer
)

// errSilent is the doubt in a server that has been asked and has not answered yet.
var errSilent = errors.New("the API server does not answer")

// Object is an object as it was read. It is shared, and must not be changed.
type Object = *unstructured.Unstructured

// Config says what to follow.
type Config struct {
	Resource dynamic.ResourceInterface // in its namespace
	Labels   string                    // selector; empty for all
	Fields   string                    // selector; empty for all

	// Trim removes what nobody needs, before an object is kept. Nil for nothing.
	Trim func(Object)

	// Changed is told of every change after the first list, one at a time: old is nil
	// for a new object, now is nil for one that is gone. Nil for nobody.
	Changed func(old, now Object)

	// Alive asks the server whether it is there: a watch that says nothing may be one
	// on which nothing happens, or one whose server hangs. Nil: it is believed.
	Alive func(ctx context.Context) error
}

// Follower follows objects until it is closed.
type Follower struct {
	config Config
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu      sync.Mutex
	objects map[types.UID]Object
	version uint64 // of the copy; grows with each change
	watch   outage
	server  outage
	heard   time.Time
}

// outage is since when something does not work, and why. The zero outage is none.
type outage struct {
	since time.Time
	err   error
}

// Start reads the objects and begins to follow them. An error is that of the first
// list. Ctx bounds the start only.
func Start(ctx context.Context, config Config) (*Follower, error) {
	f := &Follower{config: config}
	at, err := f.list(ctx, false)
	if err != nil {
		return nil, err
	}
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	f.group.Go(func() { f.keep(ctx, at) })
	if config.Alive != nil {
		f.group.Go(func() { f.doubt(ctx) })
	}
	return f, nil
}

// Close ends the watch and waits until it has ended.
func (f *Follower) Close() {
	f.cancel()
	f.group.Wait()
}

// Version grows with each change of what Objects returns.
func (f *Follower) Version() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version
}

// Objects is the copy, sorted by namespace and name, with its version.
func (f *Follower) Objects() ([]Object, uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Object, 0, len(f.objects))
	for _, o := range f.objects {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Object) int {
		return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
	})
	return out, f.version
}

// Behind says since when the copy may be behind the cluster, and why; the zero
// time while it is not.
func (f *Follower) Behind() (since time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.watch
	if s := f.server; !s.since.IsZero() && (first.since.IsZero() || s.since.Before(first.since)) {
		first = s
	}
	return first.since, first.err
}

func (f *Follower) broke(what *outage, since time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if what.since.IsZero() {
		what.since = since
	}
	what.err = err
}

// mended notes that the watch shows what is.
func (f *Follower) mended() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watch = outage{}
}

// answered notes that the server said something.
func (f *Follower) answered() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.server, f.heard = outage{}, time.Now()
}

// suspect notes that the server was asked something. Until it answers, the copy may
// be as old as what was heard of it last: a server that hangs is known by its
// silence, long before the question times out.
func (f *Follower) suspect() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.server.since.IsZero() {
		f.server = outage{f.heard, errSilent}
	}
}

func (f *Follower) lastHeard() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard
}

// doubt asks the server whether it is there while the watch is silent.
func (f *Follower) doubt(ctx context.Context) {
	for wait := aliveEvery; ; {
		if !pause.For(ctx, wait) {
			return
		}
		if wait = aliveEvery - time.Since(f.lastHeard()); wait <= 0 {
			f.ask(ctx)
			wait = aliveEvery
		}
	}
}

func (f *Follower) ask(ctx context.Context) {
	f.suspect()
	limited, cancel := context.WithTimeout(ctx, aliveFor)
	defer cancel()
	if err := f.config.Alive(limited); err == nil {
		f.answered()
	} else if ctx.Err() == nil {
		f.broke(&f.server, f.lastHeard(), err)
	}
}
