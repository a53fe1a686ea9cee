package resident

import (
	"context"
	"errors"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// Inject gives a fault to an agent in the pod.
func (k *Keeper) Inject(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, fault wire.Fault) error {
	_, err := k.ask(ctx, c, step, time.Until(fault.Deadline), func() wire.Request {
		fault.For = time.Until(fault.Deadline)
		return wire.Request{Op: wire.Inject, ID: id, Fault: &fault}
	})
	return err
}

// ask asks an agent that runs, or a new one, and returns its name. One that has left a moment ago, of which the kubelet has not said
// so yet, has another in its place, once. The same request twice is fine: the one that has left does nothing any more.
func (k *Keeper) ask(ctx context.Context, c *cluster.Cluster, step claim.PodStep, wait time.Duration, request func() wire.Request) (string, error) {
	for replaced := false; ; replaced = true {
		name, err := k.ensure(ctx, c, step, c.Access.AgentImage, wait)
		if err != nil {
			return "", err
		}
		reply, err := Ask(ctx, c, step, name, request())
		if err == nil {
			return name, nil
		}
		if replaced || hosted(step) || reply.Error != "" {
			return "", err
		}
		if _, left := hasLeft(ctx, c, step, name); !left {
			return "", err
		}
	}
}

// Status says how a fault stands in the pod. Without any agent there is nobody who
// could say more than when the fault ends.
func (k *Keeper) Status(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) (wire.Reply, error) {
	if hosted(step) {
		return hostStatus(ctx, c, step, id, deadline)
	}
	reply, err := podStatus(ctx, c, step, id, deadline)
	if errors.Is(err, ErrGone) {
		return wire.Reply{State: wire.Absent, Detail: ErrGone.Error()}, nil
	}
	return reply, err
}

func podStatus(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) (wire.Reply, error) {
	pod, err := get(ctx, c, step)
	if err != nil {
		return wire.Reply{}, err
	}
	var said []wire.Reply
	for _, a := range agents(pod, step, runs) {
		reply, err := Ask(ctx, c, step, a.Name, wire.Request{Op: wire.Status, ID: id})
		if err == nil {
			said = append(said, reply)
			continue
		}
		now, left := hasLeft(ctx, c, step, a.Name)
		if !left {
			return reply, err
		}
		if now != nil {
			pod = now
		}
	}
	switch {
	case len(said) > 0:
		return gravest(said), nil
	case time.Now().Before(deadline) && len(agents(pod, step, ended)) > 0:
		return wire.Reply{State: wire.Left, Detail: "its agent has ended; what it may have left ends at the deadline"}, nil
	default:
		return wire.Reply{State: wire.Absent}, nil
	}
}

// gravest is what the agent says that has the fault: others in the pod have never heard of it.
func gravest(said []wire.Reply) wire.Reply {
	for _, state := range []wire.State{wire.Active, wire.Partial, wire.Left} {
		if at := slices.IndexFunc(said, func(r wire.Reply) bool { return r.State == state }); at >= 0 {
			return said[at]
		}
	}
	return said[0]
}

// hasLeft reports whether an agent that could not be asked runs no more, and the pod in which that is so; nil where it is gone.
func hasLeft(ctx context.Context, c *cluster.Cluster, step claim.PodStep, name string) (pod *corev1.Pod, left bool) {
	left = becomes(ctx, func() bool {
		now, err := get(ctx, c, step)
		if err != nil {
			return errors.Is(err, ErrGone)
		}
		pod = now
		return !runs(statusOf(pod, name))
	})
	return pod, left
}

// A kubelet says a while after an agent has ended that it has. Until then an agent that
// can't be asked may be one that is not there any more.
const (
	newsDelay = 5 * time.Second
	newsEvery = 200 * time.Millisecond
)

// becomes reports whether something is so before the kubelet should have said it.
func becomes(ctx context.Context, is func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, newsDelay)
	defer cancel()
	for !is() {
		if !pause.For(ctx, newsEvery) {
			return false
		}
	}
	return true
}
