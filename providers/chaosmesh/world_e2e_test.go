//go:build e2e

package chaosmesh

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/kubernetes/access"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/e2etest"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

func base64Of(text []byte) string { return base64.StdEncoding.EncodeToString(text) }

// world is a namespace with a workload of two pods, as an environment.
type world struct {
	*cluster.Cluster
	namespace    string
	env, planned providers.EnvironmentState
	run          string
}

// web is a server that tells its time, and another workload to be the other end of traffic.
const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, labels: {app: NAME}}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: web
        image: gameday/meter:dev
        imagePullPolicy: Never
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        resources: {requests: {cpu: 5m, memory: 16Mi}}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
---
`

func newWorld(t *testing.T) world {
	t.Helper()
	c := e2etest.Connect(t)
	w := world{Cluster: c, namespace: e2etest.Namespace(t, c, "mesh-"), run: "mesh-" + strings.ToLower(ulid.Make().String())}
	deployments := strings.NewReplacer("NAME", "web", "REPLICAS", "2").Replace(web) + strings.NewReplacer("NAME", "peer", "REPLICAS", "1").Replace(web)
	kubectl(t, deployments, "-n", w.namespace, "apply", "-f", "-")
	require.Eventually(t, func() bool { return w.ready(t.Context()) == nil }, patience, tick, "the workload")
	w.grant(t)
	w.bringUp(t)
	return w
}

// user is the service account with the rights of all types, as "gameday schema -rbac" writes them, and with no others.
const user = "gameday"

func (w world) grant(t *testing.T) {
	t.Helper()
	kubectl(t, "", "-n", w.namespace, "create", "serviceaccount", user)
	var rules []providers.AccessRule
	for _, f := range typed() {
		with, is := providers.As[providers.WithAccess](f)
		require.True(t, is)
		rules = append(rules, with.AccessRules()...)
	}
	roles, err := access.RolesFor(w.namespace, rules, []string{w.namespace}, access.Subject{Kind: "ServiceAccount", Namespace: w.namespace, Name: user}).YAML()
	require.NoError(t, err)
	kubectl(t, string(roles), "apply", "-f", "-")
	t.Cleanup(func() { kubectl(t, string(roles), "delete", "-f", "-", "--ignore-not-found") })
}

// bringUp makes an environment of the cluster, as the engine does.
func (w *world) bringUp(t *testing.T) {
	t.Helper()
	var environment providers.Environment
	for _, e := range kubernetes.New().Types().Environments {
		if e.TypeName() == "kubernetes" {
			environment = e
		}
	}
	const address = "environment.kubernetes.test"
	plan, diags := environment.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: address, Config: w.config(t, environment, fmt.Sprintf("as = %q", "system:serviceaccount:"+w.namespace+":"+user))})
	require.False(t, diags.HasErrors(), "%v", diags)
	w.planned = providers.EnvironmentState{Address: address, Type: "kubernetes", Inventory: plan.Inventory, Labels: plan.Labels, Outputs: plan.Outputs}
	w.env = w.planned
	w.env.Up = true
}

// config is that of the environment, with what stands beside the rest.
func (w world) config(t *testing.T, e providers.Environment, more string) schema.Values {
	t.Helper()
	return providertest.Decode(t, e.Schema(), fmt.Sprintf("kubeconfig = %q\nnamespaces = [%q]\nagent_image = %q\n%s",
		os.Getenv("KUBECONFIG"), w.namespace, e2etest.Image(), more))
}

// ready says what is wrong with the workload; nil for nothing.
func (w world) ready(ctx context.Context) error {
	pods, err := w.Typed.CoreV1().Pods(w.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app in (web, peer)"})
	if err != nil {
		return err
	}
	ready := 0
	for i := range pods.Items {
		for _, c := range pods.Items[i].Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue && pods.Items[i].DeletionTimestamp == nil {
				ready++
			}
		}
	}
	if ready != 3 || len(pods.Items) != 3 {
		return fmt.Errorf("%d of %d pods are ready, expected 3", ready, len(pods.Items))
	}
	return nil
}

// tried is a fault on the world, of a provider of its own.
type tried struct {
	providers.Fault
	t      *testing.T
	w      world
	values string
}

func (w world) fault(t *testing.T, name string) tried {
	t.Helper()
	return tried{typed()[name], t, w, strings.ReplaceAll(examples()[name], "NAMESPACE", w.namespace)}
}

func (f tried) plan() (providers.FaultPlan, providers.Diagnostics) {
	f.t.Helper()
	return f.Plan(f.t.Context(), providers.FaultPlanRequest{
		Address: "experiment.x.fault.f", Config: providertest.Decode(f.t, f.Schema(), f.values), Environment: f.w.planned, Duration: 20 * time.Second,
	})
}

// prepare plans, and makes the record of an injection that must be gone after a time.
func (f tried) prepare(lasts time.Duration) (providers.Record, providers.InjectRequest) {
	f.t.Helper()
	plan, diags := f.plan()
	require.False(f.t, diags.HasErrors(), "%v", diags)
	config := providertest.Decode(f.t, f.Schema(), f.values)
	record, diags := f.Prepare(f.t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "experiment.x.fault.f", Run: f.w.run, Config: config, Environment: f.w.env, Plan: plan, Deadline: time.Now().Add(lasts),
	})
	require.False(f.t, diags.HasErrors(), "%v", diags)
	return record, providers.InjectRequest{Record: record, Config: config, Environment: f.w.env}
}

// await waits until a look finds a state.
func (f tried) await(record providers.Record, state providers.State) providers.Observation {
	f.t.Helper()
	var last providers.Observation
	require.Eventually(f.t, func() bool {
		var err error
		last, err = f.Observe(f.t.Context(), record)
		return err == nil && last.State == state && (state != providers.Active || last.Proven())
	}, patience, tick, "expected %s, last seen %+v", state, &last)
	return last
}
