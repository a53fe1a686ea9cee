//go:build e2e

package kubernetes

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podUsage is what the kubelet says of a pod, in the terms of its summary API
// (k8s.io/kubelet/pkg/apis/stats/v1alpha1).
type podUsage struct {
	CPU struct {
		Time                 time.Time
		UsageCoreNanoSeconds uint64
	}
	Memory struct {
		Time     time.Time
		RSSBytes uint64
	}
}

// usage of the pod that is hit. The kubelet looks every 10 to 15 s.
func (m meters) usage(t *testing.T) podUsage {
	t.Helper()
	pod, err := m.Typed.CoreV1().Pods(m.namespace).Get(t.Context(), hit, metav1.GetOptions{})
	require.NoError(t, err)
	text, err := m.Typed.CoreV1().RESTClient().Get().Resource("nodes").Name(pod.Spec.NodeName).SubResource("proxy").Suffix("stats/summary").DoRaw(t.Context())
	require.NoError(t, err)
	var summary struct {
		Pods []struct {
			podUsage

			PodRef struct{ UID string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &summary))
	for _, p := range summary.Pods {
		if p.PodRef.UID == string(pod.UID) {
			return p.podUsage
		}
	}
	return podUsage{}
}

// after waits for a look of the kubelet that is not older than a moment.
func (m meters) after(t *testing.T, moment time.Time) podUsage {
	t.Helper()
	var seen podUsage
	require.Eventually(t, func() bool {
		seen = m.usage(t)
		return seen.CPU.Time.After(moment) && seen.Memory.Time.After(moment)
	}, apiPatience, time.Second)
	return seen
}

// TestCPUStress: half of two processors in all.
func TestCPUStress(t *testing.T) {
	quietly(t, map[string]func(*testing.T){"in the pod": processorLoad, "from outside": hostedProcessorLoad})
}

// halfAProcessor leaves room for what goes beside it.
const halfAProcessor = "workers = 2\nload = 25"

// processorLoad: the pod's own accounts have the load that was asked for.
func processorLoad(t *testing.T) {
	t.Helper()
	m := newMeters(t)
	m.with(t, "kubernetes_cpu_stress", halfAProcessor, func() { m.assertLoad(t, 50) })
}

// hostedProcessorLoad is the same with the agent in a pod of its own.
func hostedProcessorLoad(t *testing.T) {
	t.Helper()
	m := newHardened(t, true)
	m.outside(t, "kubernetes_cpu_stress", halfAProcessor, func() { m.assertLoad(t, 50) })
}

// assertLoad asserts what the pod that is hit uses of a processor, in percent.
func (m meters) assertLoad(t *testing.T, asked float64) {
	t.Helper()
	first := m.after(t, time.Now().Add(time.Second))
	last := m.after(t, first.CPU.Time.Add(20*time.Second))
	load := 100 * float64(last.CPU.UsageCoreNanoSeconds-first.CPU.UsageCoreNanoSeconds) / float64(last.CPU.Time.Sub(first.CPU.Time))
	t.Logf("asked %v %%, the pod used %.1f %% of a processor", asked, load)
	assert.InDelta(t, asked, load, 5)
}

func TestMemoryStress(t *testing.T) {
	t.Parallel()
	m := newMeters(t)
	for name, c := range map[string]struct {
		config string
		bytes  float64
	}{
		"size":    {"size = \"100Mi\"", 100 << 20},
		"percent": {"percent = 50\nramp = \"2s\"", 128 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			before := m.after(t, time.Now())
			m.with(t, "kubernetes_memory_stress", c.config, func() {
				now := m.after(t, time.Now().Add(5*time.Second))
				taken := float64(now.Memory.RSSBytes) - float64(before.Memory.RSSBytes)
				t.Logf("asked %.0f MiB, the pod has %.1f MiB more", c.bytes/(1<<20), taken/(1<<20))
				assert.InDelta(t, c.bytes, taken, c.bytes/20+float64(10<<20), "the agent itself takes some 10 MiB")
			})
		})
	}
}
