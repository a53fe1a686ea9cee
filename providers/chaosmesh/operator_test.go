package chaosmesh

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes"
)

// resourceWith is a resource with a status.
func resourceWith(t *testing.T, status string) map[string]any {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{"kind":"PodChaos","status":`+status+`}`), &o))
	return o
}

func TestRecords(t *testing.T) {
	const injected = `{"id":"shop/web-1","selectorKey":".","phase":"Injected","injectedCount":1,"recoveredCount":0}`
	const failing = `{"id":"shop/web-2/app","phase":"Not Injected","events":[
		{"type":"Succeeded","operation":"Apply"},{"type":"Failed","operation":"Apply","message":"cannot find daemonIP on node a"}]}`
	yes := func(pod string) kubernetes.OperatedRecord {
		return kubernetes.OperatedRecord{Namespace: "shop", Pod: pod, Injected: true}
	}
	no := func(pod, why string) kubernetes.OperatedRecord {
		return kubernetes.OperatedRecord{Namespace: "shop", Pod: pod, Problem: why}
	}
	cases := map[string]struct {
		status string
		want   []kubernetes.OperatedRecord
		known  bool
	}{
		"nobody has looked at it": {`{}`, nil, false},
		"nothing was chosen":      {`{"conditions":[{"type":"Selected","status":"False"}],"experiment":{"desiredPhase":"Run"}}`, nil, false},
		"done": {
			`{"conditions":[{"type":"AllInjected","status":"True"}],"experiment":{"desiredPhase":"Run","containerRecords":[` + injected + `]}}`,
			[]kubernetes.OperatedRecord{yes("web-1")},
			true,
		},
		"done, and not yet said": {
			`{"conditions":[{"type":"AllInjected","status":"False"}],"experiment":{"desiredPhase":"Run","containerRecords":[` + injected + `]}}`,
			[]kubernetes.OperatedRecord{no("web-1", "")},
			true,
		},
		"half done": {
			`{"conditions":[{"type":"AllInjected","status":"False"}],"experiment":{"desiredPhase":"Run","containerRecords":[` + injected + `,` + failing + `]}}`,
			[]kubernetes.OperatedRecord{yes("web-1"), no("web-2", "cannot find daemonIP on node a")},
			true,
		},
		"paused": {
			`{"conditions":[{"type":"AllInjected","status":"True"},{"type":"Paused","status":"True"}],"experiment":{"desiredPhase":"Run","containerRecords":[` + injected + `]}}`,
			[]kubernetes.OperatedRecord{no("web-1", "")},
			true,
		},
		"its time is over": {
			`{"conditions":[{"type":"AllInjected","status":"True"}],"experiment":{"desiredPhase":"Stop","containerRecords":[` + injected + `]}}`,
			[]kubernetes.OperatedRecord{no("web-1", "")},
			true,
		},
		"an id of something else": {`{"experiment":{"containerRecords":[{"id":"machine"}]}}`, nil, false},
		"not a status":            {`"text"`, nil, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, known := records(resourceWith(t, c.status))
			assert.Empty(t, cmp.Diff(c.want, got))
			assert.Equal(t, c.known, known)
		})
	}
}

// FuzzRecords: whatever an operator writes, nothing is taken for injected that it does not say of itself.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"status":{"conditions":[{"type":"AllInjected","status":"True"}],"experiment":{"desiredPhase":"Run","containerRecords":[{"id":"a/b","phase":"Injected"}]}}}`))
	f.Add([]byte(`{"status":{"experiment":{"containerRecords":[{"id":"a/b/c","events":[{}]},{"id":"/"}]}}}`))
	f.Add([]byte(`{"status":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var o map[string]any
		if json.Unmarshal(text, &o) != nil {
			return
		}
		found, known := records(o)
		assert.Equal(t, len(found) > 0, known)
		var s status
		if json.Unmarshal(text, &s) != nil {
			assert.Empty(t, found)
			return
		}
		for _, r := range found {
			assert.False(t, r.Injected && s.Status.Experiment.DesiredPhase != wantsToRun)
		}
	})
}
