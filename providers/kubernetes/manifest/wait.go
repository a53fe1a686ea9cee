package manifest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// lookEvery is how often what is not ready yet is looked at.
const lookEvery = 250 * time.Millisecond

// ErrNotReady says that something was not there in time.
var ErrNotReady = errors.New("not ready in time")

// ErrFailed says that something will not be there any more, however long one waits.
var ErrFailed = errors.New("failed")

func lower(kind string) string { return strings.ToLower(kind) }

// Wait waits until every Deployment, StatefulSet, DaemonSet and Job among the
// objects is there as described, or ctx ends: then the error names each that is
// not, and why its pods do not run.
func (a Applier) Wait(ctx context.Context, objects []Object) error {
	var pending []Object
	for _, o := range objects {
		if _, waited := resourceOf(o); waited {
			pending = append(pending, o)
		}
	}
	total, told := len(pending), map[string]string{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		left, err := a.look(ctx, pending, told)
		if err != nil {
			return err
		}
		if len(left) < len(pending) {
			a.Progress(fmt.Sprintf("%d of %d workloads are ready", total-len(left), total))
		}
		if pending = left; len(pending) == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return a.late(context.WithoutCancel(ctx), pending, told)
		}
	}
}

// look is those that are not ready yet; told remembers how each stood.
func (a Applier) look(ctx context.Context, pending []Object, told map[string]string) ([]Object, error) {
	var left []Object
	for _, o := range pending {
		resource, _ := resourceOf(o)
		now, err := a.Client.Resource(resource).Namespace(o.GetNamespace()).Get(ctx, o.GetName(), metav1.GetOptions{})
		if err != nil {
			if ctx.Err() == nil {
				told[describe(o)] = err.Error() // a server that comes up may miss a beat
			}
			left = append(left, o)
			continue
		}
		state, ready, err := stateOf(now)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", o.File, describe(o), err)
		}
		if !ready {
			told[describe(o)] = state
			left = append(left, o)
		}
	}
	return left, nil
}

// late is the error for what was not ready in time.
func (a Applier) late(ctx context.Context, pending []Object, told map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var all []string
	for _, o := range pending {
		text := describe(o) + " has " + told[describe(o)]
		if why := a.why(ctx, o); why != "" {
			text += " (" + why + ")"
		}
		all = append(all, text)
	}
	return fmt.Errorf("%w: %s", ErrNotReady, strings.Join(all, "; "))
}

// established waits until a new kind can be used.
func (a Applier) established(ctx context.Context, o Object) error {
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		now, err := a.Client.Resource(definitions).Get(ctx, o.GetName(), metav1.GetOptions{})
		if err == nil && hasCondition(now, "Established") {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %s is not established", o.File, ErrNotReady, describe(o))
		}
	}
}

func hasCondition(o *unstructured.Unstructured, name string) bool {
	_, found := condition(o, name)
	return found
}

// condition is the message of a condition that is true.
func condition(o *unstructured.Unstructured, name string) (string, bool) {
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range conditions {
		fields, _ := c.(map[string]any)
		if fields["type"] == name && fields["status"] == "True" {
			message, _ := fields["message"].(string)
			return message, true
		}
	}
	return "", false
}
