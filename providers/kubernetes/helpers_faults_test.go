package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// sessionOn is a session on a cluster of these objects, whose changes go to api.
func sessionOn(api undo.API, objects ...runtime.Object) *session {
	return newSession(&cluster.Cluster{Typed: fake.NewClientset(objects...), API: api})
}

// worldOf is what gameday reads of a cluster of these objects.
func worldOf(t *testing.T, objects ...runtime.Object) *world.World {
	t.Helper()
	w, err := world.Read(t.Context(), fake.NewClientset(objects...), nil)
	require.NoError(t, err)
	return w
}

func aPod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID("uid-" + name)},
		Spec:       corev1.PodSpec{NodeName: "worker", Containers: []corev1.Container{{Name: "app"}}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

func podTarget(name string) providers.Target {
	return providers.Target{Kind: "pod", Name: "shop/" + name, UID: "uid-" + name}
}
