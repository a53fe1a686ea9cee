package manifest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func parsed(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	text2, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	o := &unstructured.Unstructured{}
	require.NoError(t, o.UnmarshalJSON(text2))
	return o
}

func TestStateOf(t *testing.T) {
	tests := map[string]struct {
		text  string
		state string
		ready bool
	}{
		"not seen yet":       {"kind: Deployment\nmetadata: {generation: 2}\nstatus: {observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1}", "not been seen by its controller", false},
		"some are available": {"kind: Deployment\nspec: {replicas: 3}\nstatus: {updatedReplicas: 3, availableReplicas: 1}", "1 of 3 pods available", false},
		"old ones are":       {"kind: Deployment\nspec: {replicas: 2}\nstatus: {updatedReplicas: 1, availableReplicas: 2}", "1 of 2 pods available", false},
		"all are":            {"kind: Deployment\nspec: {replicas: 2}\nstatus: {updatedReplicas: 2, availableReplicas: 2}", "2 of 2 pods available", true},
		"one by default":     {"kind: Deployment\nspec: {}\nstatus: {}", "0 of 1 pods available", false},
		"none are wanted":    {"kind: Deployment\nspec: {replicas: 0}\nstatus: {}", "0 of 0 pods available", true},
		"replaced by hand":   {"kind: StatefulSet\nspec: {replicas: 1, updateStrategy: {type: OnDelete}}\nstatus: {availableReplicas: 1}", "1 of 1 pods available", true},
		"on every node":      {"kind: DaemonSet\nstatus: {desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1}", "1 of 2 pods available", false},
		"a job at work":      {"kind: Job\nstatus: {succeeded: 1}", "1 pods succeeded", false},
		"a job that is done": {"kind: Job\nstatus: {succeeded: 2, conditions: [{type: Complete, status: 'True'}]}", "2 pods succeeded", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			state, ready, err := stateOf(parsed(t, test.text))
			require.NoError(t, err)
			assert.Equal(t, test.state, state)
			assert.Equal(t, test.ready, ready)
		})
	}
}

func TestJobThatFailedIsNotWaitedFor(t *testing.T) {
	_, _, err := stateOf(parsed(t, "kind: Job\nstatus: {conditions: [{type: Failed, status: 'True', message: BackoffLimitExceeded}]}"))
	require.ErrorIs(t, err, ErrFailed)
	assert.ErrorContains(t, err, "BackoffLimitExceeded")
}

func TestWaitingSaysWhyPodsDoNotRun(t *testing.T) {
	pulling := parsed(t, "kind: Pod\nstatus: {containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}, {name: ok, state: {running: {}}}]}")
	assert.Equal(t, []string{"container web: ImagePullBackOff: no such image"}, waiting(pulling))
	pending := parsed(t, "kind: Pod\nstatus: {conditions: [{type: PodScheduled, status: 'False', message: 0/1 nodes are available}]}")
	assert.Equal(t, []string{"0/1 nodes are available"}, waiting(pending))
	assert.Empty(t, waiting(parsed(t, "kind: Pod\nstatus: {}")))
}
