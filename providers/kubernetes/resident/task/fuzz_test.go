package task_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
)

// FuzzTask: whatever comes as the task of an engine is refused or valid, and a valid one is
// the same after another way over the wire.
func FuzzTask(f *testing.F) {
	for _, text := range []string{
		`{"scope":{"direction":"ingress","destination_ports":["80","90-99"]},"rules":[{"id":"r","kind":"http_status","percent":10,"status":503,"match":{"path":"/a/**"}}]}`,
		`{"scope":{"peers":["10.0.0.0/8"]},"hosts":["a.b"],"delay":{"latency":1000000,"jitter":1000},"loss":{"percent":10}}`,
		`{"rules":[{"patterns":["**.example.com"],"rcode":"nxdomain"}],"seed":7}`,
		`{"cpu":{"workers":1,"load":50},"memory":{"bytes":1000000},"disk":{"path":"/tmp","bytes":100},"container":"c"}`,
		`{"pause":true,"kill":{"signal":"KILL"},"match":"a"}`,
		`{"rules":[{"id":"r","kind":"http_body","replacements":{"":""}}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		check[task.Packets](t, text)
		check[task.Streams](t, text)
		check[task.Names](t, text)
		check[task.Stress](t, text)
		check[task.Processes](t, text)
	})
}

func check[T interface{ Validate() error }](t *testing.T, text []byte) {
	t.Helper()
	var asked, again T
	if json.Unmarshal(text, &asked) != nil || asked.Validate() != nil {
		return
	}
	sent, err := json.Marshal(asked)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(sent, &again), "%s", sent)
	require.NoError(t, again.Validate(), "%s", sent)
}
