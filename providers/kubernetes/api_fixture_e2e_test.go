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

const (
	// apiPatience bounds the wait for controllers on a busy machine.
	apiPatience = 90 * time.Second
	apiTick     = 100 * time.Millisecond
)

// apiFixture is a namespace with one of everything that faults on API objects act
// on.
type apiFixture struct {
	*cluster.Cluster
	namespace string
	env       providers.EnvironmentState
	taker     snapshot.Taker
}

// newAPIFixture makes the namespace and waits until what is in it is ready.
func newAPIFixture(t *testing.T) apiFixture {
	t.Helper()
	kubeconfig := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, kubeconfig, "KUBECONFIG must name a kubeconfig of a cluster for tests")
	namespace := "e5-" + strings.ToLower(ulid.Make().String())
	access := cluster.Access{Kubeconfig: kubeconfig, Namespaces: []string{namespace}, AgentImage: apiAgentImage()}
	c, err := cluster.Connect(access)
	require.NoError(t, err)
	x := apiFixture{
		Cluster: c, namespace: namespace, taker: snapshot.NewTaker(c.Typed.Discovery(), c.Dynamic),
		env: providers.EnvironmentState{Address: "environment.kubernetes.test", Type: typeKubernetes, Up: true, Outputs: outputs(access)},
	}
	ctx := t.Context()
	_, err = c.Typed.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = c.Typed.CoreV1().Namespaces().Delete(context.WithoutCancel(ctx), namespace, metav1.DeleteOptions{})
	})
	for _, name := range []string{"payments", "ledger"} {
		x.post(t, servicesPath(namespace), `{"apiVersion":"v1","kind":"Service","metadata":{"name":"`+name+`"},"spec":{"selector":{"app":"`+name+`"},"ports":[{"port":80,"targetPort":8080}]}}`)
	}
	x.post(t, "/api/v1/namespaces/"+namespace+"/configmaps", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"URL":"http://payments","EMPTY":""},"binaryData":{"LOGO":"/wAB"}}`)
	x.post(t, "/api/v1/namespaces/"+namespace+"/configmaps", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"empty"}}`)
	x.post(t, "/api/v1/namespaces/"+namespace+"/configmaps", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"ONLY":"1"}}`)
	x.post(t, "/api/v1/namespaces/"+namespace+"/secrets", `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys"},"data":{"TOKEN":"AP/+"},"stringData":{"USER":"shop"}}`)
	x.post(t, "/apis/apps/v1/namespaces/"+namespace+"/deployments", workloadManifest("Deployment", "payments"))
	x.post(t, "/apis/apps/v1/namespaces/"+namespace+"/statefulsets", workloadManifest("StatefulSet", "ledger"))
	x.settle(t)
	return x
}

// apiAgentImage is what mode delay runs; ci sets it where the tag is another.
func apiAgentImage() string {
	if image := os.Getenv("GAMEDAY_AGENT_IMAGE"); image != "" {
		return image
	}
	return "gameday/agent:dev"
}

// workloadManifest is of two pods of the shop that answer at port 8080.
func workloadManifest(kind, name string) string {
	extra := ""
	if kind == "StatefulSet" {
		extra = `"serviceName":"` + name + `","podManagementPolicy":"Parallel",`
	}
	return `{"apiVersion":"apps/v1","kind":"` + kind + `","metadata":{"name":"` + name + `"},"spec":{` + extra + `"replicas":2,
		"selector":{"matchLabels":{"app":"` + name + `"}},"template":{"metadata":{"labels":{"app":"` + name + `"}},"spec":{
		"terminationGracePeriodSeconds":0,"volumes":[{"name":"settings","configMap":{"name":"settings"}}],
		"containers":[{"name":"shop","image":"gameday/shop:dev","imagePullPolicy":"IfNotPresent","args":["payments"],
		"env":[{"name":"LISTEN","value":":8080"},{"name":"SHOP_USER","valueFrom":{"secretKeyRef":{"name":"keys","key":"USER","optional":true}}}],"ports":[{"containerPort":8080}],
		"volumeMounts":[{"name":"settings","mountPath":"/settings"}],
		"readinessProbe":{"tcpSocket":{"port":8080},"periodSeconds":1},"resources":{"requests":{"cpu":"5m","memory":"16Mi"}}}]}}}}`
}

func (x apiFixture) post(t *testing.T, path, body string) {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &o))
	_, err := x.API.Post(t.Context(), path, o)
	require.NoError(t, err)
}

// settle waits until both workloads have two ready pods and no other.
func (x apiFixture) settle(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		pods, err := x.Typed.CoreV1().Pods(x.namespace).List(t.Context(), metav1.ListOptions{})
		if err != nil || len(pods.Items) != 4 {
			return false
		}
		for i := range pods.Items {
			if !podIsReady(&pods.Items[i]) {
				return false
			}
		}
		slices, err := x.Typed.DiscoveryV1().EndpointSlices(x.namespace).List(t.Context(), metav1.ListOptions{})
		return err == nil && readyEndpoints(slices.Items) == 4
	}, apiPatience, apiTick, "two ready pods each")
}

func podIsReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

func (x apiFixture) snapshot(t *testing.T) snapshot.Snapshot {
	t.Helper()
	s, err := x.taker.Take(t.Context(), []string{x.namespace}, nil)
	require.NoError(t, err)
	return s
}

// tried is a fault under test; every one has a provider of its own, as a fresh
// process has.
type triedFault struct {
	providers.Fault
	config string
	x      apiFixture
}

func (x apiFixture) fault(t *testing.T, typ, config string) triedFault {
	t.Helper()
	for _, f := range New().Types().Faults {
		if f.TypeName() == typ {
			return triedFault{Fault: f, config: strings.ReplaceAll(config, "NAMESPACE", x.namespace), x: x}
		}
	}
	require.Fail(t, "no fault "+typ)
	return triedFault{}
}

// rights are those of the role that is generated for the type.
func (f triedFault) rights(t *testing.T) []providers.AccessRule {
	t.Helper()
	needy, ok := f.Fault.(providers.WithAccess)
	require.True(t, ok)
	return needy.AccessRules()
}

func (f triedFault) plan(t *testing.T) (providers.FaultPlan, providers.Diagnostics) {
	t.Helper()
	return f.Plan(t.Context(), providers.FaultPlanRequest{
		Address: "experiment.test.fault.tried", Config: providertest.Decode(t, f.Schema(), f.config), Environment: f.x.env, Seed: 1, Duration: time.Minute,
	})
}

func (f triedFault) prepare(t *testing.T) providers.Record {
	t.Helper()
	plan, diags := f.plan(t)
	require.False(t, diags.HasErrors(), "%+v", diags)
	require.NotEmpty(t, plan.Targets)
	for _, p := range plan.Permissions {
		require.True(t, p.Held, "%+v", p)
	}
	record, diags := f.Prepare(t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "experiment.test.fault.tried", Run: "run-" + f.x.namespace, Environment: f.x.env,
		Config: providertest.Decode(t, f.Schema(), f.config), Plan: plan, Seed: 1, Deadline: time.Now().Add(5 * time.Minute),
	})
	require.False(t, diags.HasErrors(), "%+v", diags)
	// What a run keeps of it is JSON.
	text, err := json.Marshal(record)
	require.NoError(t, err)
	var back providers.Record
	require.NoError(t, json.Unmarshal(text, &back))
	return back
}

func (f triedFault) inject(t *testing.T, record providers.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), apiPatience)
	defer cancel()
	require.NoError(t, f.Inject(ctx, providers.InjectRequest{Record: record, Config: providertest.Decode(t, f.Schema(), f.config), Environment: f.x.env}))
}

// look is bounded as the engine's looks are.
func (f triedFault) look(t *testing.T, record providers.Record) (providers.Observation, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	return f.Observe(ctx, record)
}

// becomes waits for an observation and returns it.
func (f triedFault) becomes(t *testing.T, record providers.Record, what func(o providers.Observation) bool) providers.Observation {
	t.Helper()
	var seen providers.Observation
	var err error
	defer func() {
		if t.Failed() {
			t.Logf("last seen: %+v, %v", seen, err)
		}
	}()
	require.Eventually(t, func() bool {
		seen, err = f.look(t, record)
		return err == nil && what(seen)
	}, apiPatience, apiTick)
	return seen
}

func (f triedFault) absent(t *testing.T, record providers.Record) {
	t.Helper()
	f.becomes(t, record, func(o providers.Observation) bool { return o.State == providers.Absent && len(o.Evidence) == 0 })
}

// same waits until the namespace is as it was, field by field.
func (x apiFixture) same(t *testing.T, before snapshot.Snapshot) {
	t.Helper()
	x.settle(t)
	diff := "?"
	defer func() {
		if t.Failed() {
			t.Log(diff)
		}
	}()
	var after snapshot.Snapshot
	require.Eventually(t, func() bool {
		after = x.snapshot(t)
		diff = snapshot.Diff(before, after)
		return diff == ""
	}, apiPatience, apiTick, "the namespace is not as it was")
	require.Empty(t, snapshot.Marks(before, after), "something mentions gameday")
}
