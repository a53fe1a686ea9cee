package kubernetes

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers"
)

// has is what a node says that it has, an image a list of names.
func has(images ...[]string) []corev1.ContainerImage {
	var out []corev1.ContainerImage
	for _, names := range images {
		out = append(out, corev1.ContainerImage{Names: names})
	}
	return out
}

func TestPauseAmong(t *testing.T) {
	for name, c := range map[string]struct {
		images []corev1.ContainerImage
		want   string
	}{
		"nothing":               {nil, ""},
		"no pause":              {has([]string{"docker.io/library/shop:dev"}, []string{"example.com/pauses:1", "example.com/no-pause:1"}), ""},
		"by tag and digest":     {has([]string{"registry.k8s.io/pause@sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097", "registry.k8s.io/pause:3.9"}), "registry.k8s.io/pause:3.9"},
		"by digest alone":       {has([]string{"registry.k8s.io/pause@sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097"}), ""},
		"the newest":            {has([]string{"registry.k8s.io/pause:3.9"}, []string{"registry.k8s.io/pause:3.10.1"}, []string{"registry.k8s.io/pause:latest"}), "registry.k8s.io/pause:3.10.1"},
		"a mirror":              {has([]string{"docker.io/rancher/mirrored-pause:3.6"}), "docker.io/rancher/mirrored-pause:3.6"},
		"a cloud's":             {has([]string{"602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5"}), "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5"},
		"Kubernetes' own first": {has([]string{"mcr.microsoft.com/oss/kubernetes/pause:3.11"}, []string{"registry.k8s.io/pause:3.9"}), "registry.k8s.io/pause:3.9"},
		"not a name":            {has([]string{"<none>:<none>"}, []string{"pause"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, pauseAmong(c.images))
		})
	}
}

// listed answers for nodes, and counts how often it is asked.
type listed struct {
	images []corev1.ContainerImage
	err    error
	asked  []string
}

func (l *listed) List(_ context.Context, options metav1.ListOptions) (*corev1.NodeList, error) {
	l.asked = append(l.asked, options.FieldSelector)
	return &corev1.NodeList{Items: []corev1.Node{{Status: corev1.NodeStatus{Images: l.images}}}}, l.err
}

func TestPauseOnANode(t *testing.T) {
	nodes := &listed{images: has([]string{"registry.k8s.io/pause:3.9"})}
	pauses := nodePauses{list: nodes}
	for range 2 {
		image, err := pauses.on(t.Context(), "worker")
		require.NoError(t, err)
		assert.Equal(t, "registry.k8s.io/pause:3.9", image)
	}
	assert.Equal(t, []string{"metadata.name=worker"}, nodes.asked, "each node once")
}

func TestPauseOnANodeThatCannotTell(t *testing.T) {
	forbidden := errors.New("nodes is forbidden")
	for name, c := range map[string]struct {
		nodes listed
		want  error
	}{
		"lists none":        {listed{}, errNoPause},
		"may not be listed": {listed{err: forbidden}, forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			pauses := nodePauses{list: &c.nodes}
			image, err := pauses.on(t.Context(), "worker")
			assert.ErrorIs(t, err, c.want)
			assert.Equal(t, pauseImage, image, "there is one to go on with")
		})
	}
}

func TestNodesOf(t *testing.T) {
	pod := func(uid, node string) corev1.Pod {
		return corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)}, Spec: corev1.PodSpec{NodeName: node}}
	}
	pods := []corev1.Pod{pod("1", "b"), pod("2", "a"), pod("3", "b"), pod("4", "c"), pod("5", "")}
	assert.Equal(t, []string{"a", "b"}, nodesOf(pods, []providers.Target{{UID: "1"}, {UID: "2"}, {UID: "3"}, {UID: "5"}}))
}
