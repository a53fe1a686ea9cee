package kubernetes

import (
	"context"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// freshFor is how long what was read of a cluster counts as now: long enough for the
// faults of one experiment to share it, and for a plan that is applied at once to
// be read once. Targets are named by UID and every change carries it, so what has
// changed since is met by a refusal, never by a change of something else.
const freshFor = time.Second

// planFor is how long one plan may share a reading; a new plan of its environment
// begins with a new one.
const planFor = time.Minute

// sessions keeps one connection to each cluster, and what was last read of it.
type sessions struct {
	mu  sync.Mutex
	all map[string]*session
}

// session is a connection and a world.
type session struct {
	*cluster.Cluster

	pursuits  *pursuits        // of faults that were injected through this connection
	residents *resident.Keeper // agents inside pods
	addresses addresses        // of faults that were given to these

	mu    sync.Mutex // held while the world is read: the faults of a plan share one reading
	world *world.World

	plans readings

	greeting  greeting
	ephemeral ephemeral
	catalogue catalogue
}

// greeting is what a cluster said of itself, and which namespaces of the fence it
// had not.
type greeting struct {
	sync.Mutex // held while it is asked

	at      time.Time
	version string
	missing []string
}

// open connects, or finds the connection that there is.
func (s *sessions) open(access cluster.Access) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.all[access.Key()]; found != nil {
		return found, nil
	}
	c, err := s.connect(access)
	if err != nil {
		return nil, err
	}
	if s.all == nil {
		s.all = map[string]*session{}
	}
	made := newSession(c)
	s.all[access.Key()] = made
	return made, nil
}

func (s *sessions) connect(access cluster.Access) (*cluster.Cluster, error) {
	for _, other := range s.all {
		if other.IsOf(access) {
			return other.Again(access)
		}
	}
	return cluster.Connect(access)
}

func newSession(c *cluster.Cluster) *session {
	return &session{Cluster: c, pursuits: &pursuits{}, residents: &resident.Keeper{}}
}

// read is the world as it is now: not older than a moment.
func (s *session) read(ctx context.Context, notOlder time.Duration) (*world.World, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world != nil && time.Since(s.world.Read) < notOlder {
		return s.world, nil
	}
	w, err := world.Read(ctx, s.Typed, s.Access.Namespaces)
	if err != nil {
		return nil, err
	}
	s.world = w
	return w, nil
}

// drop forgets the connections to a kind cluster: one of the same name has other
// certificates.
func (s *sessions) drop(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, found := range s.all {
		if found.Access.Kind == kind {
			delete(s.all, key)
		}
	}
}

// forget makes the next reading a new one.
func (s *session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = nil
	s.plans.forget()
}

// Types of the environments whose clusters the provider's faults act on.
const (
	typeKind       = "kind"
	typeKubernetes = "kubernetes"
)

func isOurs(env providers.EnvironmentState) bool {
	return env.Type == typeKind || env.Type == typeKubernetes
}
