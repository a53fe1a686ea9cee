package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
)

// observe takes pods as evidence that wait for the image.
func (imagePullFailure) observe(ctx context.Context, l look) ([]finding, error) {
	var broken containers
	if err := json.Unmarshal(l.data, &broken); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		w, err := l.session.workload(ctx, t)
		if err != nil {
			return finding{}, err
		}
		name := broken[t.Name]
		if !usesImage(w.Spec.Template.Spec, name) {
			return finding{state: providers.Absent, detail: "something else has set the image of container " + name}, nil
		}
		pods, err := l.session.podsOf(ctx, w)
		return waiting(w, pods, name), err
	})
}

func usesImage(spec corev1.PodSpec, container string) bool {
	return slices.ContainsFunc(spec.Containers, func(c corev1.Container) bool {
		return c.Name == container && c.Image == missingImage(container)
	})
}

// waiting is the finding on a workload whose pods may wait for the image.
func waiting(w workload, pods []corev1.Pod, container string) finding {
	count, reason := 0, ""
	for i := range pods {
		if !usesImage(pods[i].Spec, container) {
			continue
		}
		if r := pullFailure(&pods[i], container); r != "" {
			count, reason = count+1, r
		}
	}
	if count == 0 {
		return finding{detail: "no pod waits for the image so far"}
	}
	return finding{facts: []providers.Fact{{
		Name: "image_pull_failed", Text: fmt.Sprintf("%s/%s: container %s of %d pods waits with %s", w.target.Kind, w.target.Name, container, count, reason),
		Value: float64(count), Unit: "pods",
	}}}
}

// pullFailure is why a container waits for its image; empty when it does not.
func pullFailure(pod *corev1.Pod, container string) string {
	reasons := []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable"}
	for _, status := range pod.Status.ContainerStatuses {
		if w := status.State.Waiting; status.Name == container && w != nil && slices.Contains(reasons, w.Reason) {
			return w.Reason
		}
	}
	return ""
}

// settled waits until no pod asks for the missing image any more.
func (imagePullFailure) settled(ctx context.Context, l look) (string, error) {
	var broken containers
	if err := json.Unmarshal(l.data, &broken); err != nil {
		return "", fmt.Errorf("read the record: %w", err)
	}
	return l.unsettled(ctx, func(ctx context.Context, w workload) (string, error) {
		name := broken[w.target.Name]
		if usesImage(w.Spec.Template.Spec, name) {
			return fmt.Sprintf("%s/%s still asks for the missing image", w.target.Kind, w.target.Name), nil
		}
		pods, err := l.session.podsOf(ctx, w)
		for i := range pods {
			if usesImage(pods[i].Spec, name) {
				return fmt.Sprintf("pod %s/%s with the missing image is left", pods[i].Namespace, pods[i].Name), nil
			}
		}
		return "", err
	})
}
