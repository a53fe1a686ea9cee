//go:build e2e

package kubernetes

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// meters are pods that measure each other: faults hit the server, the client
// measures, and the bystander is measured beside it.
type meters struct {
	apiFixture
	address map[string]string // of a pod, by its name
}

const (
	hit       = "server"
	measuring = "client"
	bystander = "bystander"
)

// newMeters makes a namespace with the three, on one node, so that no other network
// lies between them.
func newMeters(t *testing.T) meters {
	t.Helper()
	return newMetersAt(t, "privileged", "")
}

// restricted is what a container says that the Pod Security level of that name admits.
const restricted = `"securityContext":{"runAsNonRoot":true,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}},`

// newMetersAt makes them in a namespace that enforces a Pod Security level.
func newMetersAt(t *testing.T, level, security string) meters {
	t.Helper()
	kubeconfig := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, kubeconfig, "KUBECONFIG must name a kubeconfig of a cluster for tests")
	namespace := "in-pod-" + strings.ToLower(ulid.Make().String())
	access := cluster.Access{Kubeconfig: kubeconfig, Namespaces: []string{namespace}, AgentImage: apiAgentImage()}
	c, err := cluster.Connect(access)
	require.NoError(t, err)
	m := meters{apiFixture: apiFixture{
		Cluster: c, namespace: namespace, taker: snapshot.NewTaker(c.Typed.Discovery(), c.Dynamic),
		env: providers.EnvironmentState{Address: "environment.kubernetes.test", Type: typeKubernetes, Up: true, Outputs: outputs(access)},
	}, address: map[string]string{}}
	_, err = c.Typed.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: namespace, Labels: map[string]string{labelEnforce: level},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = c.Typed.CoreV1().Namespaces().Delete(context.WithoutCancel(t.Context()), namespace, metav1.DeleteOptions{})
	})
	for _, name := range []string{hit, measuring, bystander} {
		m.post(t, "/api/v1/namespaces/"+namespace+"/pods", meterManifest(name, security))
	}
	for name := range map[string]bool{hit: true, measuring: true, bystander: true} {
		m.address[name] = m.ready(t, name)
	}
	return m
}

// meterManifest is a pod with the meter as its only container, and a volume.
func meterManifest(name, security string) string {
	return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"` + name + `","labels":{"app":"` + name + `"}},"spec":{
		"terminationGracePeriodSeconds":0,"volumes":[{"name":"data","emptyDir":{}}],
		"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname",
			"labelSelector":{"matchLabels":{"app":"` + hit + `"}}}]}},
		"containers":[{"name":"meter",` + security + `"image":"gameday/meter:dev","imagePullPolicy":"IfNotPresent","volumeMounts":[{"name":"data","mountPath":"/data"}],
		"readinessProbe":{"tcpSocket":{"port":8080},"periodSeconds":1},"resources":{"requests":{"cpu":"50m","memory":"16Mi"},"limits":{"memory":"256Mi"}}}]}}`
}

func (m meters) ready(t *testing.T, name string) string {
	t.Helper()
	var ip string
	require.Eventually(t, func() bool {
		pod, err := m.Typed.CoreV1().Pods(m.namespace).Get(t.Context(), name, metav1.GetOptions{})
		if err == nil && podIsReady(pod) {
			ip = pod.Status.PodIP
		}
		return ip != ""
	}, apiPatience, apiTick, "the pod %s is not ready", name)
	return ip
}

// measure runs the meter in a pod and reads what it saw.
func measure[T any](t *testing.T, m meters, pod string, args ...string) T {
	t.Helper()
	var seen T
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := m.run(ctx, pod, args...)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &seen), "%s", out)
	return seen
}

// run is the meter's output, as a process of its own in the pod's container.
func (m meters) run(ctx context.Context, pod string, args ...string) ([]byte, error) {
	out, _, err := m.Exec(ctx, cluster.Command{Namespace: m.namespace, Pod: pod, Container: "meter", Args: append([]string{"/meter"}, args...)})
	return out, err
}

// What the meter says: see ci/kind/meter.
type (
	quantileSeen struct{ Min, P50, P90, P99, Max float64 } // milliseconds
	udpSeen      struct {
		Sent, Received, Duplicates, Damaged, Overtaken, Quick int

		RTT quantileSeen
	}
	tcpSeen struct {
		OK     int
		Errors map[string]int
		RTT    quantileSeen
	}
	rateSeen struct{ BitsPerSecond, BitsPerSecondOnEth float64 }
	httpSeen struct {
		Statuses, Bodies, Shown, Errors map[string]int

		RTT quantileSeen
	}
	dnsSeen   struct{ Addresses, Errors map[string]int }
	spaceSeen struct{ Used, Available int64 }
)

// percent is how full the filesystem is, as df says it.
func (s spaceSeen) percent() float64 { return 100 * float64(s.Used) / float64(s.Used+s.Available) }

// onHit is a target block that is the server.
func onHit() string { return "target {\n  namespace = \"NAMESPACE\"\n  names = [\"" + hit + "\"]\n}\n" }

// with runs what is to be measured while a fault is in place, under the least role for
// it, and asserts that the
// fault has evidence then, and that nothing of it is left afterwards.
func (m meters) with(t *testing.T, typ, config string, look func()) {
	t.Helper()
	f := m.as(t, m.fault(t, typ, config).rights(t)).fault(t, typ, config+"\n"+onHit())
	record := f.prepare(t)
	f.inject(t, record)
	defer func() { // also where what was looked for is not there
		require.NoError(t, f.Revert(t.Context(), record))
		seen, err := f.Observe(t.Context(), record)
		require.NoError(t, err)
		require.Equal(t, providers.Absent, seen.State, "%+v", seen)
	}()
	look()
	seen := f.becomes(t, record, func(o providers.Observation) bool { return o.Proven() })
	t.Logf("%s: %+v", typ, seen.Evidence)
}

// injectUntil puts a fault in place that nobody reverts, and returns its deadline.
func (m meters) injectUntil(t *testing.T, typ, body string, during time.Duration) providers.Record {
	t.Helper()
	f := m.fault(t, typ, body+"\n"+onHit())
	plan, diags := f.plan(t)
	require.False(t, diags.HasErrors(), "%+v", diags)
	config := providertest.Decode(t, f.Schema(), f.config)
	standing, is := f.Fault.(providers.WithStandby)
	require.True(t, is)
	require.NoError(t, standing.StandBy(t.Context(), providers.StandbyRequest{
		Address: "experiment.test.fault.tried", Run: "run-" + m.namespace, Environment: m.env, Config: config, Targets: plan.Targets, For: time.Minute,
	}))
	record, diags := f.Prepare(t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "experiment.test.fault.tried", Run: "run-" + m.namespace, Environment: m.env,
		Config: config, Plan: plan, Seed: 1, Deadline: time.Now().Add(during),
	})
	require.False(t, diags.HasErrors(), "%+v", diags)
	f.inject(t, record)
	return record
}
