package kubernetes

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// podsIn counts the pods that use a quota: those that have not ended.
func (s *session) podsIn(ctx context.Context, namespace string) (int, error) {
	list, err := s.Typed.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, fmt.Errorf("count the pods in %s: %w", namespace, err)
	}
	count := 0
	for i := range list.Items {
		if world.Alive(&list.Items[i]) {
			count++
		}
	}
	return count, nil
}

// observe takes the quota's own status as evidence: as soon as it says that
// something is used up, the API server refuses more of it.
func (q quotaExhaust) observe(ctx context.Context, l look) ([]finding, error) {
	var out []finding
	for n, t := range l.record.Targets {
		f, err := q.look(ctx, l, l.steps[n], t)
		if err != nil {
			return nil, err
		}
		f.target = t.Name
		out = append(out, f)
	}
	return out, nil
}

func (quotaExhaust) look(ctx context.Context, l look, step undo.Step, t providers.Target) (finding, error) {
	state, err := l.session.API.State(ctx, l.record.ID, step)
	if err != nil || state != undo.Present {
		return finding{state: providers.Absent}, err
	}
	quota, err := l.session.Typed.CoreV1().ResourceQuotas(t.Name).Get(ctx, addedName(l.record.ID), metav1.GetOptions{})
	if apierrors.IsNotFound(err) { // somebody has undone it since the line above
		return finding{state: providers.Absent}, nil
	}
	if err != nil {
		return finding{}, fmt.Errorf("read the quota in %s: %w", t.Name, err)
	}
	f := finding{state: providers.Active, facts: exhausted(t.Name, quota.Status)}
	if len(f.facts) == 0 {
		f.detail = "nothing of the quota is used up so far"
		return f, nil
	}
	refused, err := l.session.refusals(ctx, t.Name, "exceeded quota: "+quota.Name)
	if refused > 0 {
		f.facts = append(f.facts, providers.Fact{
			Name: "creations_refused", Text: fmt.Sprintf("%d creations refused in %s", refused, t.Name), Value: float64(refused), Unit: "requests",
		})
	}
	return f, err
}

// exhausted are the limits of a quota that are reached, as its controller counts.
func exhausted(namespace string, status corev1.ResourceQuotaStatus) []providers.Fact {
	var facts []providers.Fact
	for _, name := range sortedKeys(status.Hard) {
		hard := status.Hard[name]
		used, counted := status.Used[name]
		if !counted || used.Cmp(hard) < 0 {
			continue
		}
		facts = append(facts, providers.Fact{
			Name: "quota_used_up", Text: fmt.Sprintf("%s: %s of %s %s used", namespace, used.String(), hard.String(), name),
			Value: used.AsApproximateFloat64(), Unit: string(name),
		})
	}
	return facts
}

// refusals counts what controllers were refused to create, by their events.
func (s *session) refusals(ctx context.Context, namespace, message string) (int, error) {
	list, err := s.Typed.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "reason=FailedCreate"})
	if err != nil {
		return 0, fmt.Errorf("read the events in %s: %w", namespace, err)
	}
	count := 0
	for i := range list.Items {
		if e := &list.Items[i]; strings.Contains(e.Message, message) {
			count += max(1, int(e.Count))
		}
	}
	return count, nil
}
