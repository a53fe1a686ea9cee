package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// usePatience is how long the metrics API may take. Others than the API server answer for it, which may hang, and an injection
// must not wait for them.
const usePatience = 3 * time.Second

// podMetrics are a pod's, in the terms of the Kubernetes Metrics API (k8s.io/metrics/pkg/apis/metrics/v1beta1).
type podMetrics struct {
	Containers []struct {
		Name  string
		Usage corev1.ResourceList // of memory it is the working set
	}
}

// memoryUsed is what a pod uses of its memory limit, in bytes: as it was some seconds ago, up to a minute. The right to ask for
// that is in no role that gameday writes, as nothing depends on it.
func (s *session) memoryUsed(ctx context.Context, pod *corev1.Pod) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, usePatience)
	defer cancel()
	o, err := s.API.Get(ctx, "/apis/metrics.k8s.io/v1beta1/namespaces/"+pod.Namespace+"/pods/"+pod.Name)
	if undo.IsNotFound(err) || undo.IsForbidden(err) { // who has no right is not told which of these it is
		return 0, errors.New("there is no metrics API (metrics.k8s.io), it has no figures of the pod yet, or this user has no right to them")
	}
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return 0, fmt.Errorf("read the metrics of the pod: %w", err)
	}
	var found podMetrics
	if err := json.Unmarshal(text, &found); err != nil {
		return 0, fmt.Errorf("read the metrics of the pod: %w", err)
	}
	return found.memory(pod)
}

// memory is the sum of those containers that count against what memoryLimit takes for the limit: each of the pod's, and agents.
// Those that initialize, and stay as sidecars, have limits of their own that are not in it.
func (m podMetrics) memory(pod *corev1.Pod) (int64, error) {
	var sum int64
	seen := map[string]bool{}
	for _, c := range m.Containers {
		if use, known := c.Usage[corev1.ResourceMemory]; known && !initializes(pod, c.Name) {
			seen[c.Name] = true
			sum += use.Value()
		}
	}
	for i := range pod.Spec.Containers {
		if name := pod.Spec.Containers[i].Name; !seen[name] {
			return 0, fmt.Errorf("the metrics API (metrics.k8s.io) has no figure of the container %s", name)
		}
	}
	return sum, nil
}

func initializes(pod *corev1.Pod, container string) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == container })
}
