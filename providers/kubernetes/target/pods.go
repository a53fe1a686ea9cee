package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// ofPods adds the conditions that only blocks of pods can have.
func (s *selection) ofPods() {
	if s.kind != Pod {
		return
	}
	s.owner()
	s.nodes()
	s.nodeLabels()
	if name := s.body.String("container"); name != "" {
		s.add("container "+name, func(c candidate) bool { return hasContainer(c.pod, name) }, func(all []candidate) string {
			return instead("container", name, flatten(all, containerNames))
		})
	}
	if phase := s.body.String("phase"); phase != "" {
		s.add("phase "+phase, func(c candidate) bool { return string(c.pod.Status.Phase) == phase }, nil)
	}
}

func (s *selection) owner() {
	wanted := strings.ToLower(s.body.String("owner"))
	if wanted == "" {
		return
	}
	s.add("owner "+wanted, func(c candidate) bool { return ownerOf(s.world, c.pod) == wanted }, func(all []candidate) string {
		return instead("owner", wanted, flatten(all, func(c candidate) []string {
			if owner := ownerOf(s.world, c.pod); owner != "" {
				return []string{owner}
			}
			return nil
		}))
	})
}

// ownerOf is "deployment/payments", empty for a bare pod. Of a ReplicaSet that was
// made after the world was read, as by a rollout, the Deployment is told from its
// name.
func ownerOf(w *world.World, pod *corev1.Pod) string {
	owner, ok := w.OwnerOf(pod)
	if !ok {
		return ""
	}
	hash := pod.Labels["pod-template-hash"]
	if name, cut := strings.CutSuffix(owner.Name, "-"+hash); cut && hash != "" && owner.Kind == "ReplicaSet" {
		return "deployment/" + name
	}
	return owner.String()
}

func (s *selection) nodes() {
	if !s.body.Known("nodes") {
		return
	}
	names := s.body.Strings("nodes")
	s.add("node "+some(names), func(c candidate) bool { return slices.Contains(names, c.pod.Spec.NodeName) }, func(all []candidate) string {
		return instead("node", strings.Join(names, ", "), flatten(all, func(c candidate) []string { return []string{c.pod.Spec.NodeName} }))
	})
}

func (s *selection) nodeLabels() {
	asked := s.body.StringMap("node_labels")
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		s.add(fmt.Sprintf("node label %s = %s", key, asked[key]), func(c candidate) bool {
			value, ok := s.nodeLabel(c, key)
			return ok && value == asked[key]
		}, func(all []candidate) string { return valuesOf(all, "node label "+key, asked[key], key, s.nodeLabel) })
	}
}

func (s *selection) nodeLabel(c candidate, key string) (string, bool) {
	node, ok := s.world.Node(c.pod.Spec.NodeName)
	if !ok {
		return "", false
	}
	value, ok := node.Labels[key]
	return value, ok
}

func (s *selection) ready() {
	if !s.body.Known("ready") {
		return
	}
	asked, text := s.body.Bool("ready"), "ready"
	if !asked {
		text = "not ready"
	}
	s.add(text, func(c candidate) bool { return c.ready() == asked }, nil)
}

func (c candidate) ready() bool {
	if c.pod != nil {
		return world.Ready(c.pod)
	}
	return slices.ContainsFunc(c.node.Status.Conditions, func(condition corev1.NodeCondition) bool {
		return condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue
	})
}

func hasContainer(pod *corev1.Pod, name string) bool {
	return slices.ContainsFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == name })
}

func containerNames(c candidate) []string {
	var names []string
	for _, container := range c.pod.Spec.Containers {
		names = append(names, container.Name)
	}
	return names
}
