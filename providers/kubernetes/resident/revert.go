package resident

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// spare is how long an agent that is made for an undo waits for it.
const spare = 30 * time.Second

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
	names, err := k.reverters(ctx, c, pod, step, deadline)
	for _, name := range names {
		err = errors.Join(err, revert(ctx, c, step, name, id))
	}
	return err
}

// reverters are the agents that a fault may have been given to: all that run, as nobody knows from outside which one has
// it, or else one that starts, or another in the place of one that has ended.
func (k *Keeper) reverters(ctx context.Context, c *cluster.Cluster, pod *corev1.Pod, step claim.PodStep, deadline time.Time) ([]string, error) {
	var names []string
	for _, a := range agents(pod, step, runs) {
		names = append(names, a.Name)
	}
	known := agents(pod, step, anyState)
	if len(names) > 0 || len(known) == 0 || !time.Now().Before(deadline) {
		return names, nil // where none runs, nothing was ever asked for, or the kernel has ended it
	}
	imageName := cmp.Or(imageToCopy(known[0], step), c.Access.AgentImage) // a fault may be on its way to one that starts
	if ended(statusOf(pod, known[0].Name)) {
		imageName = cmp.Or(c.Access.AgentImage, imageToCopy(known[0], step))
	}
	name, err := k.ensure(ctx, c, step, imageName, spare)
	if err != nil {
		return nil, err
	}
	return []string{name}, nil
}

// imageToCopy is the image of an agent before, for one that takes its place. It counts only of one that could do all that
// the next one can: otherwise who may add containers could have us add a mightier one of their image.
func imageToCopy(before corev1.EphemeralContainer, step claim.PodStep) string {
	var had []corev1.Capability
	if s := before.SecurityContext; s != nil && s.Capabilities != nil {
		had = s.Capabilities.Add
	}
	for _, needed := range Profile(step.Profile).capabilities() {
		if !slices.Contains(had, needed) {
			return ""
		}
	}
	return before.Image
}

// revert has one agent end a fault. Only "absent" says that it has: the agent ends what it drives, removes what one before
// it has left, and then looks at the kernel. What it finds as "left" after that is in effect until the deadline, which is no
// undo: whoever asked keeps the claim, and tries again.
func revert(ctx context.Context, c *cluster.Cluster, step claim.PodStep, name, id string) error {
	reply, err := Ask(ctx, c, step, name, wire.Request{Op: wire.Revert, ID: id})
	if err != nil || reply.State == wire.Absent {
		return err
	}
	at := placeOf(step, name)
	return fmt.Errorf("the agent in pod %s/%s (container %s) was told to end the fault: expected that it is %q, found %q (%s): try again, or wait for the deadline",
		at.namespace, at.pod, at.container, wire.Absent, reply.State, reply.Detail)
}
