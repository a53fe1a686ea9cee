package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// podKill is kubernetes_pod_kill.
type podKill struct {
	settlesAtOnce
	noChecks
}

// killed is what observe and settling need to know of a kill.
type killed struct {
	Owners []owner `json:"owners"`
}

func (podKill) typeName() string  { return "kubernetes_pod_kill" }
func (podKill) kind() target.Kind { return target.Pod }

func (podKill) schema() *schema.Block {
	return &schema.Block{
		Description: "Deletes pods. Their controllers replace them.",
		Attributes: []schema.Attribute{
			{Name: "grace_period", Type: duration(), Example: `"0s"`, Description: "How long the containers may take to end, in whole seconds. The pod's own time without it; 0s kills at once."},
			dynamicTargets(),
		},
		Blocks: []schema.NestedBlock{target.Block(target.Pod)},
	}
}

func (podKill) rules() []providers.AccessRule {
	return []providers.AccessRule{{Resource: "pods", Verbs: []string{"delete"}, Why: "delete them"}}
}

func (podKill) plan(_ context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "deletes each pod"
	if p.config.Known("grace_period") {
		p.plan.Effect += fmt.Sprintf(" with a grace period of %s", p.config.Duration("grace_period"))
	}
	p.plan.Undo = "their controllers replace them; the revert waits until each has as many pods as it wants"
	p.plan.Guard = "their controllers"
	return p.bare("so that killing it could not be undone")
}

// bare refuses pods that nothing would replace.
func (p planning) bare(why string) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, t := range p.choice.Targets {
		if t.Owner == "" {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Nothing would replace the pod",
				"The pod %s has no controller, %s. Choose pods of a workload.", t.Name, why)...)
		}
	}
	return diags
}

// intend changes nothing that could be put back: what undoes it are controllers.
func (podKill) intend(ctx context.Context, p preparation) (intent, error) {
	w, err := p.session.read(ctx, freshFor)
	if err != nil {
		return intent{}, err
	}
	pods := podsNamed(w, uidsOf(p.targets))
	if err := allThere(p.targets, pods); err != nil {
		return intent{}, err
	}
	return intent{data: killed{ownersOf(w, pods)}}, nil
}

// allThere refuses targets that are gone or ending already, by a rollout or an
// earlier fault: that they are gone later would be no evidence of this one.
func allThere(targets []providers.Target, pods []*corev1.Pod) error {
	alive := map[string]bool{}
	for _, pod := range pods {
		alive[string(pod.UID)] = true
	}
	var missing []string
	for _, t := range targets {
		if !alive[t.UID] {
			missing = append(missing, t.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("expected %d pods and found %d: %s ended before the fault began, so that what is seen of them would prove nothing; "+
		"plan again, or let faults that end the same pods be in experiments of their own", len(targets), len(pods), strings.Join(missing, ", "))
}

func uidsOf(targets []providers.Target) []string {
	uids := make([]string, len(targets))
	for i, t := range targets {
		uids[i] = t.UID
	}
	return uids
}

func (podKill) inject(ctx context.Context, i injection) error {
	return i.deletePods(ctx, i.record.Targets)
}

// isPrey leaves pods alone that nothing would replace.
func (podKill) isPrey(_ schema.Values, pod *corev1.Pod) bool {
	return metav1.GetControllerOfNoCopy(pod) != nil
}

// grace is the grace period in seconds; nil for the pod's own.
func (i injection) grace() *int64 {
	if !i.config.Known("grace_period") {
		return nil
	}
	seconds := int64(i.config.Duration("grace_period").Seconds())
	return &seconds
}

// deletePods deletes those with the UIDs of targets, and no replacements of the
// same name.
func (i injection) deletePods(ctx context.Context, targets []providers.Target) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, t := range targets {
		group.Go(func() error {
			path, err := pathOf(t)
			if err != nil {
				return err
			}
			if err = i.session.API.DeleteThere(ctx, path, t.UID, i.grace()); !isGone(err) {
				return err
			}
			return i.missed("the pod "+t.Name, err)
		})
	}
	return group.Wait()
}

// isGone reports whether a deletion failed as the object does not exist, or another one
// has its name.
func isGone(err error) bool { return undo.IsNotFound(err) || undo.IsConflict(err) }

// missed is the error of an act whose target was gone before, with what a server has said:
// that it is gone later would be no evidence of the fault. Where the fault is injected
// again, it may have been the first injection that hit, and there is none.
func (i injection) missed(what string, said error) error {
	if i.again {
		return nil
	}
	missed := fmt.Errorf("%s had ended by itself before it could be hit, so that what is seen of it would prove nothing: plan again", what)
	return errors.Join(missed, said)
}
