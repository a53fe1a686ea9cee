package kubernetes

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// TestKillNeedsItsPods: pods that somebody else took are no evidence of a kill.
func TestKillNeedsItsPods(t *testing.T) {
	s := sessionOn(undo.API{}, aPod("a"))
	_, err := podKill{}.intend(t.Context(), preparation{session: s, targets: []providers.Target{podTarget("a"), podTarget("b")}})
	require.ErrorContains(t, err, "expected 2 pods and found 1: shop/b ended before")
	_, err = podKill{}.intend(t.Context(), preparation{session: s, targets: []providers.Target{podTarget("a")}})
	require.NoError(t, err)
}

// TestFailureNeedsWhatRan: a container that did not run before is no evidence.
func TestFailureNeedsWhatRan(t *testing.T) {
	pod := aPod("a")
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}}}
	for name, c := range map[string]struct {
		before map[string]string
		facts  int
	}{
		"it ran":         {map[string]string{"app": "containerd://1"}, 1},
		"it did not run": {map[string]string{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(failed{Before: map[string]map[string]string{"uid-a": c.before}})
			require.NoError(t, err)
			server, api := apitest.New(t)
			targets := []providers.Target{podTarget("a")}
			steps, err := restoring(targets)
			require.NoError(t, err)
			server.Put(steps[0].Path, map[string]any{"metadata": map[string]any{"uid": "uid-a"}, "spec": map[string]any{"image": "theirs"}})
			require.NoError(t, api.Change(t.Context(), "id", steps[0], []undo.Edit{{Pointer: "/spec/image", To: "pause"}}))
			l := look{session: sessionOn(api, pod), record: providers.Record{ID: "id", Targets: targets}, steps: steps, data: data}
			found, err := podFailure{}.observe(t.Context(), l)
			require.NoError(t, err)
			require.Len(t, found, 1)
			assert.Len(t, found[0].facts, c.facts)
		})
	}
}

// TestDrainNeedsPods: that a node without pods is cordoned is no evidence of a drain.
func TestDrainNeedsPods(t *testing.T) {
	cordoned := finding{facts: []providers.Fact{{Name: "unschedulable"}}}
	empty := look{}.emptied(t.Context(), cordoned, nil, nil)
	assert.Empty(t, empty.facts)
	assert.Contains(t, empty.detail, "no pod was on it")
	assert.Len(t, look{}.emptied(t.Context(), cordoned, []guest{{UID: "gone"}}, nil).facts, 2)
}
