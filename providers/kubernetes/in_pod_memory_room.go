package kubernetes

import (
	"cmp"
	"context"
	"errors"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/stress"
)

// memoryRoom refuses pods that could not keep the reserve, as the injection would, and warns of those of which that can't be
// told.
func memoryRoom(ctx context.Context, p planning) providers.Diagnostics {
	pods := podsNamed(p.world, uidsOf(p.choice.Targets))
	var diags providers.Diagnostics
	var unknown []string // pods of which it is not known what they use
	var why error        // of the first: they hardly differ
	for n, err := range p.memoryFits(ctx, pods) {
		name := pods[n].Namespace + "/" + pods[n].Name
		switch {
		case errors.Is(err, stress.ErrReserve):
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Not enough memory", "The pod %s: %s.", name, err)...)
		case err != nil:
			unknown, why = append(unknown, name), cmp.Or(why, err)
		}
	}
	return append(diags, unknownUse(unknown, why)...)
}

// memoryFits says of each pod whether what is asked for fits: stress.ErrReserve where it does not, and another error where what
// the pod uses is not known.
func (p planning) memoryFits(ctx context.Context, pods []*corev1.Pod) []error {
	out := make([]error, len(pods))
	var group errgroup.Group
	group.SetLimit(podsAtOnce)
	for n, pod := range pods {
		group.Go(func() error {
			at := p.site()
			at.pod, at.hosted = pod, p.seats.in[pod.Namespace].host != ""
			asked, unknown := memoryIn(ctx, at)
			out[n] = cmp.Or(asked.Fits(), unknown) // too much is too much, whatever the pod uses
			return nil
		})
	}
	_ = group.Wait() // each pod has its own error
	return out
}

// unknownUse warns rather than refuses: most pods are far from their limit, and many clusters have no metrics API.
func unknownUse(pods []string, why error) providers.Diagnostics {
	if len(pods) == 0 {
		return nil
	}
	summary := "How much the pod uses is not known"
	if len(pods) > 1 {
		summary = "How much the pods use is not known"
	}
	return providers.Warningf(nil, summary,
		"What is used of the memory limit of %s could not be read: %s. An agent in a pod sees its own container alone, so the reserve cannot be kept there: where the limit is reached, a process of the pod is killed for lack of memory. Take less, or let this user get pods in metrics.k8s.io.",
		thoseIn("pod", pods)[0], why)
}
