package resident

import (
	"context"
	"errors"
	"time"

	"github.com/gameday-dev/gameday/providers/internal/pause"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// spare is how long an agent that is made for an undo waits for it.
const spare = 30 * time.Second

// Inject gives a fault to an agent in the pod.
func (k *Keeper) Inject(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, fault wire.Fault) error {
	name, err := k.Ensure(ctx, c, step, time.Until(fault.Deadline))
	if err != nil {
		return err
	}
	fault.For = time.Until(fault.Deadline)
	_, err = Ask(ctx, c, step, name, wire.Request{Op: wire.Inject, ID: id, Fault: &fault})
	return err
}

// Status says how a fault stands in the pod. Without any agent there is nobody who
// could say more than when the fault ends.
func (k *Keeper) Status(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) (wire.Reply, error) {
	if hosted(step) {
		return hostStatus(ctx, c, step, id, deadline)
	}
	pod, err := get(ctx, c, step)
	if errors.Is(err, ErrGone) {
		return wire.Reply{State: wire.Absent, Detail: ErrGone.Error()}, nil
	}
	if err != nil {
		return wire.Reply{}, err
	}
	if name := running(pod, step, c.Access.AgentImage); name != "" {
		reply, err := Ask(ctx, c, step, name, wire.Request{Op: wire.Status, ID: id})
		if err == nil {
			return reply, nil
		}
		ended := becomes(ctx, func() bool {
			now, gone := get(ctx, c, step)
			if gone != nil {
				return errors.Is(gone, ErrGone)
			}
			pod = now
			return running(pod, step, c.Access.AgentImage) == ""
		})
		if !ended {
			return reply, err
		}
	}
	if !time.Now().Before(deadline) || !ended(pod, step) {
		return wire.Reply{State: wire.Absent}, nil
	}
	return wire.Reply{State: wire.Left, Detail: "its agent has ended; what it may have left ends at the deadline"}, nil
}

// Revert ends a fault. Where its agent is gone and the deadline has not passed, a new
// one removes what is left.
func (k *Keeper) Revert(ctx context.Context, c *cluster.Cluster, step claim.PodStep, id string, deadline time.Time) error {
	if hosted(step) {
		return k.revertHost(ctx, c, step, id, deadline)
	}
	pod, err := get(ctx, c, step)
	if errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	name := running(pod, step, c.Access.AgentImage)
	if name == "" {
		if !ended(pod, step) && starting(pod, step, c.Access.AgentImage) == "" || !time.Now().Before(deadline) {
			return nil // nothing was ever asked for, or the kernel has ended it
		}
		if name, err = k.Ensure(ctx, c, step, spare); err != nil {
			return err
		}
	}
	_, err = Ask(ctx, c, step, name, wire.Request{Op: wire.Revert, ID: id})
	return err
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
