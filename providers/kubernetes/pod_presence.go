package kubernetes

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
)

// observe asks whether the pods with those UIDs are gone; their replacements have
// others.
func (podKill) observe(ctx context.Context, l look) ([]finding, error) {
	there, err := l.there(ctx, namespacesOf(l.record.Targets, nil))
	if err != nil {
		return nil, err
	}
	var out []finding
	for _, t := range l.record.Targets {
		f := finding{target: t.Name, state: providers.Active}
		switch there[t.UID] {
		case staying:
			f.state, f.detail = providers.Absent, "the pod is there"
		case ending:
			f.detail = "the pod is ending"
		case gone:
			f.facts = []providers.Fact{{Name: "pod_gone", Text: fmt.Sprintf("pod %s (UID %s) is gone", t.Name, t.UID), Value: 1, Unit: "pods"}}
		}
		out = append(out, f)
	}
	return out, nil
}

// presence says how much of a pod is there.
type presence int

const (
	gone    presence = iota
	ending           // deleted, and its containers have their grace period
	staying          //
)

// there are the pods of namespaces by UID.
func (l look) there(ctx context.Context, namespaces []string) (map[string]presence, error) {
	found := map[string]presence{}
	for _, ns := range namespaces {
		list, err := l.session.Typed.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("look for the pods in %s: %w", ns, err)
		}
		for i := range list.Items {
			pod := &list.Items[i]
			found[string(pod.UID)] = staying
			if pod.DeletionTimestamp != nil {
				found[string(pod.UID)] = ending
			}
		}
	}
	return found, nil
}

// settling waits for the controllers: as many pods as each wants.
func (podKill) settling(ctx context.Context, l look) (string, error) {
	var data killed
	if err := decode(l.data, &data); err != nil {
		return "", err
	}
	return l.short(ctx, data.Owners)
}
