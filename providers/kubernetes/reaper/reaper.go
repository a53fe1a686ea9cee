// Package reaper puts a small pod beside the targets that reverts what claims say
// when their deadline has passed and nobody else did: the agent's binary with
// just the rights that the undo needs.
//
// There is one in each namespace in which a run has faults. It acts in that
// namespace, and on things of the cluster as a whole only where a fault does. Its
// ServiceAccount owns everything else of it in the namespace, its ClusterRole
// what there is outside, so that it removes itself by deleting these two, and
// Kubernetes the rest. It goes when it finds no claim of its run and the time is over
// for which it was last wanted: after a SIGKILL of the runner, it reverts and then
// leaves the cluster as it was. Its times are measured by its own clock: it is told
// durations, not moments.
package reaper

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Request asks for reapers.
type Request struct {
	Run        string
	Rules      []providers.AccessRule // of the fault; what its undo needs follows from them
	Steps      []undo.Step            // of the undo; a fault that comes to have more asks again
	Namespaces []string               // in which claims of the fault will stand
	For        time.Duration          // until its deadline
}

// linger is how long after the last deadline a reaper stays, for the next fault of
// its run.
const linger = 45 * time.Second

// readyWithin is how long a reaper may take to start: its image may have to be pulled.
const readyWithin = 60 * time.Second

// Keeper makes sure that a run has its reapers. The zero value is ready; it is safe
// for use from several goroutines.
type Keeper struct{ mu sync.Mutex }

// Ensure makes sure that a reaper works in each namespace and may undo what the
// rules do, and keeps it there for the time that is asked for. It returns when each
// has said that it watches. A reaper that is there already is used.
func (k *Keeper) Ensure(ctx context.Context, c *cluster.Cluster, req Request) error {
	k.mu.Lock() // two faults of a run may want the same one
	defer k.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	var made []post
	for _, ns := range req.Namespaces {
		p := post{Cluster: c, run: req.Run, namespace: ns}
		if err := p.ensure(ctx, req); err != nil {
			return fmt.Errorf("reaper in namespace %s: %w", ns, err)
		}
		made = append(made, p)
	}
	for _, p := range made {
		if err := p.awaitWatching(ctx); err != nil {
			return fmt.Errorf("reaper in namespace %s: %w", p.namespace, err)
		}
	}
	return nil
}

// post is a reaper's place.
type post struct {
	*cluster.Cluster
	run, namespace string
	account        *corev1.ServiceAccount // its name is the reaper's
}

// ensure finds a reaper or makes one, and says how long it is wanted.
func (p *post) ensure(ctx context.Context, req Request) error {
	wanted := mark.Wanted(time.Now(), req.For+linger)
	found, err := p.find(ctx, wanted)
	if err != nil {
		return err
	}
	if !found {
		if err := p.makeAccount(ctx, wanted); err != nil {
			return err
		}
	}
	if err := p.allow(ctx, req); err != nil {
		return err
	}
	if found {
		return nil
	}
	return p.makePod(ctx)
}
