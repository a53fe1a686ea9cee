package world_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// TestPodsOnNodesAreOfAllNamespaces: each of few nodes is asked for by itself, many are one list.
func TestPodsOnNodesAreOfAllNamespaces(t *testing.T) {
	many := []string{"worker-1"}
	for i := range 20 {
		many = append(many, fmt.Sprintf("more-%d", i))
	}
	for name, c := range map[string]struct{ nodes, want []string }{
		"one node":   {[]string{"worker-1"}, []string{"spec.nodeName=worker-1"}},
		"many nodes": {many, []string{""}},
		"no node":    {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			other := pod("shop", "other", corev1.PodRunning)
			other.Spec.NodeName = "worker-2"
			client := fake.NewClientset(pod("shop", "a", corev1.PodRunning), pod("kube-system", "dns", corev1.PodRunning), pod("shop", "done", corev1.PodSucceeded), other)
			pods, err := world.PodsOn(t.Context(), client, c.nodes)
			require.NoError(t, err)
			var asked, found []string
			for _, a := range client.Actions() {
				list, _ := a.(clienttesting.ListActionImpl)
				assert.Empty(t, list.GetNamespace())
				assert.NotZero(t, list.GetListOptions().Limit)
				asked = append(asked, list.GetListOptions().FieldSelector)
			}
			for i := range pods {
				found = append(found, pods[i].Namespace+"/"+pods[i].Name)
			}
			assert.Equal(t, c.want, asked)
			if c.nodes != nil {
				assert.Equal(t, []string{"kube-system/dns", "shop/a"}, found)
			}
		})
	}
}

// TestPodsOnNodesThatMayNotBeListed: what is missing must not be taken for none.
func TestPodsOnNodesThatMayNotBeListed(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(corev1.Resource("pods"), "", nil)
	})
	_, err := world.PodsOn(t.Context(), client, []string{"worker-1", "worker-2"})
	require.ErrorContains(t, err, "list pods in all namespaces")
	assert.True(t, apierrors.IsForbidden(err))
}
