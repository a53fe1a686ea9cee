package inside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	typedv1 "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

// Times of a pod.
const (
	lookEvery    = 150 * time.Millisecond // while it starts
	startPart    = 5 * time.Second        // after which it is told why it has not started
	callPatience = 5 * time.Second        // of one request to the API server
	dialPatience = 10 * time.Second       // of a path to the pod
	// replaceAfter is how long a pod that the API server knows may be out of reach
	// before another one takes its place: what it has measured meanwhile is lost then.
	replaceAfter = 15 * time.Second
	goPatience   = 10 * time.Second // of its removal
)

// pods makes the prober pods of a place, one after the other.
type pods struct {
	cluster          *cluster.Cluster
	run, environment string

	mu      sync.Mutex
	number  int
	current string    // empty: there is none
	node    string    // of the current one
	avoid   []string  // nodes on which one was lost, or on which faults act
	lost    time.Time // since when the current one has been out of reach; zero while it is in
}

func newPods(c *cluster.Cluster, run, environment string) *pods {
	return &pods{cluster: c, run: run, environment: environment}
}

// shun has the next pod rather be on other nodes than those that are targets: to stop a kubelet, say, would cut the path to it.
func (p *pods) shun(targets []providers.Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range targets {
		if t.Kind == string(target.Node) && !slices.Contains(p.avoid, t.Name) {
			p.avoid = append(p.avoid, t.Name)
		}
	}
}

func (p *pods) api() typedv1.PodInterface {
	return p.cluster.Typed.CoreV1().Pods(Namespace(p.cluster.Access))
}

// dial opens a stream to the prober, in a new pod where there is none. It is
// called again until it works, so each call does what can be done soon.
func (p *pods) dial(ctx context.Context) (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == "" {
		if err := p.create(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.running(ctx); err != nil {
		return nil, err
	}
	conn, err := forward(ctx, p.cluster, p.current)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a path to the pod %s: %w", p.current, err), p.judge(ctx))
	}
	if p.lost.IsZero() {
		p.lost = time.Now() // until something is heard
	} else if err := p.judge(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &heard{ReadWriteCloser: conn, first: p.reached}, nil
}

// reached notes that the pod answers.
func (p *pods) reached() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = time.Time{}
}

// heard tells of the first thing that is read.
type heard struct {
	io.ReadWriteCloser

	once  sync.Once
	first func()
}

func (h *heard) Read(b []byte) (int, error) {
	n, err := h.ReadWriteCloser.Read(b)
	if n > 0 {
		h.once.Do(h.first)
	}
	return n, err
}
