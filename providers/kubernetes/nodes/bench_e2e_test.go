//go:build e2e

package nodes_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/gameday-dev/gameday/providers"
	gameday "github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes/machine"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain lets the test binary be what gameday starts: its own agent, and a fresh
// process that reverts or injects what a record says.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	if len(args) > 1 && args[0] == "agent" && args[1] == machine.GuardRole {
		os.Exit(machine.GuardMain(args[2:], os.Stderr))
	}
	if len(args) == 1 && args[0] == injectRole {
		os.Exit(injectFresh())
	}
	if code, asked := providertest.FreshMain(args, gameday.New()); asked {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// injectRole is that of a process that injects and then stays until it is killed.
const injectRole = "inject-and-stay"

// stay is what that process reads from its standard input.
type stay struct {
	Record providers.Record
	Config string
}

func injectFresh() int {
	var s stay
	if err := json.NewDecoder(os.Stdin).Decode(&s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for _, f := range gameday.New().Types().Faults {
		if f.TypeName() != s.Record.Type {
			continue
		}
		values := providertest.Decode(fatal{}, f.Schema(), s.Config)
		if err := f.Inject(context.Background(), providers.InjectRequest{Record: s.Record, Config: values}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println("injected")
		select {}
	}
	return 2
}

type fatal struct{}

func (fatal) Errorf(format string, args ...any) { fmt.Fprintf(os.Stderr, format, args...) }
func (fatal) FailNow()                          { os.Exit(2) }

// bench is a fault type on the cluster that KUBECONFIG leads to, with a namespace
// of its own.
type bench struct {
	t         *testing.T
	fault     providers.Fault
	body      string
	env       providers.EnvironmentState
	cluster   *cluster.Cluster
	namespace string
	taker     snapshot.Taker
	before    snapshot.Snapshot
}

const (
	patience = 90 * time.Second // for one thing to come true
	lifetime = 5 * time.Minute  // of faults whose deadline is not the test's matter
)

// kindName is the name of the kind cluster that the tests are run on.
func kindName(t *testing.T, c *cluster.Cluster) string {
	t.Helper()
	name, ofKind := strings.CutPrefix(c.Context, "kind-")
	require.True(t, ofKind, "the tests harm nodes: KUBECONFIG must lead to a kind cluster, its context is %q", c.Context)
	return name
}

func agentImage() string {
	if image := os.Getenv("GAMEDAY_AGENT_IMAGE"); image != "" {
		return image
	}
	return "gameday/agent:dev"
}

// newBench makes a namespace with what a manifest says. Kind false makes it an
// existing cluster, whose nodes are reached through privileged pods.
func newBench(t *testing.T, typeName, body, manifest string, kind bool) *bench {
	t.Helper()
	kubeconfig := os.Getenv("KUBECONFIG")
	require.NotEmpty(t, kubeconfig, "KUBECONFIG must lead to a kind cluster for tests")
	c, err := cluster.Connect(cluster.Access{Kubeconfig: kubeconfig})
	require.NoError(t, err)
	b := &bench{t: t, cluster: c, taker: snapshot.NewTaker(c.Typed.Discovery(), c.Dynamic), namespace: "gd-nodes-" + strings.ToLower(ulid.Make().String()[16:])}
	b.body = strings.ReplaceAll(body, "NAMESPACE", b.namespace)
	for _, f := range gameday.New().Types().Faults {
		if f.TypeName() == typeName {
			b.fault = f
		}
	}
	require.NotNil(t, b.fault, "there is no fault %s", typeName)
	b.env = b.environment(kubeconfig, kind)
	b.makeNamespace()
	b.apply(manifest)
	b.awaitPods()
	b.before = b.snapshot()
	return b
}

func (b *bench) environment(kubeconfig string, kind bool) providers.EnvironmentState {
	name, typeName := "", "kubernetes"
	if kind {
		name, typeName = kindName(b.t, b.cluster), "kind"
	}
	return providers.EnvironmentState{
		Address: "environment.test", Type: typeName, Up: true,
		Outputs: cty.ObjectVal(map[string]cty.Value{
			"kubeconfig": cty.StringVal(kubeconfig), "context": cty.StringVal(""), "server": cty.StringVal(b.cluster.Config.Host),
			"in_cluster": cty.False, "as": cty.StringVal(""), "namespaces": cty.ListVal([]cty.Value{cty.StringVal(b.namespace)}),
			"agent_image": cty.StringVal(agentImage()), "reaper": cty.False, "allow_privileged": cty.True, "cluster": cty.StringVal(name),
		}),
	}
}

func (b *bench) makeNamespace() {
	b.t.Helper()
	namespaces := b.cluster.Typed.CoreV1().Namespaces()
	_, err := namespaces.Create(b.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.namespace}}, metav1.CreateOptions{})
	require.NoError(b.t, err)
	b.t.Cleanup(func() {
		assert.NoError(b.t, namespaces.Delete(context.WithoutCancel(b.t.Context()), b.namespace, metav1.DeleteOptions{}))
	})
	b.eventually("the service account", func(ctx context.Context) error {
		_, err := b.cluster.Typed.CoreV1().ServiceAccounts(b.namespace).Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}

// apply creates the documents of a manifest, each with the collection that it
// belongs to before it: "# /apis/apps/v1/namespaces/NAMESPACE/deployments".
func (b *bench) apply(manifest string) {
	b.t.Helper()
	for _, document := range strings.Split(strings.ReplaceAll(manifest, "NAMESPACE", b.namespace), "---\n") {
		if strings.TrimSpace(document) == "" {
			continue
		}
		line, rest, _ := strings.Cut(document, "\n")
		var body map[string]any
		require.NoError(b.t, yaml.Unmarshal([]byte(rest), &body))
		_, err := b.cluster.API.Post(b.t.Context(), strings.TrimPrefix(line, "# "), body)
		require.NoError(b.t, err)
	}
}

// awaitPods waits until workloads have their pods, and all pods run.
func (b *bench) awaitPods() {
	b.t.Helper()
	b.eventually("the pods", func(ctx context.Context) error {
		workloads, err := b.cluster.Typed.AppsV1().Deployments(b.namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for i := range workloads.Items {
			if d := &workloads.Items[i]; d.Status.ReadyReplicas != *d.Spec.Replicas {
				return fmt.Errorf("%s has %d of %d pods", d.Name, d.Status.ReadyReplicas, *d.Spec.Replicas)
			}
		}
		pods, err := b.pods(ctx)
		if err != nil {
			return err
		}
		for _, pod := range pods {
			if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
				return fmt.Errorf("pod %s is %s", pod.Name, pod.Status.Phase)
			}
		}
		return nil
	})
}

func (b *bench) pods(ctx context.Context) ([]corev1.Pod, error) {
	list, err := b.cluster.Typed.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func (b *bench) snapshot() snapshot.Snapshot {
	b.t.Helper()
	s, err := b.taker.Take(b.t.Context(), []string{b.namespace}, []string{"nodes"})
	require.NoError(b.t, err)
	return s
}

// eventually waits for a condition, and fails with what was in its way last.
func (b *bench) eventually(what string, check func(ctx context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil || last == nil {
			last = err // not that the time was over
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.NoError(b.t, last, "%s, after %s", what, patience)
		}
	}
}

func (b *bench) plan() (providers.FaultPlan, providers.Diagnostics) {
	b.t.Helper()
	return b.fault.Plan(b.t.Context(), providers.FaultPlanRequest{
		Address: "experiment.test.fault.tried", Config: providertest.Decode(b.t, b.fault.Schema(), b.body), Environment: b.env, Seed: 1, Duration: lifetime,
	})
}

func (b *bench) prepare(lives time.Duration) providers.Record {
	b.t.Helper()
	plan, diags := b.plan()
	require.False(b.t, diags.HasErrors(), "%+v", diags)
	for _, text := range []string{plan.Effect, plan.Undo, plan.Guard} {
		assert.NotEmpty(b.t, text)
	}
	record, diags := b.fault.Prepare(b.t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "experiment.test.fault.tried", Run: "r" + strings.ToLower(ulid.Make().String()),
		Config: providertest.Decode(b.t, b.fault.Schema(), b.body), Environment: b.env, Plan: plan, Seed: 1, Deadline: time.Now().Add(lives),
	})
	require.False(b.t, diags.HasErrors(), "%+v", diags)
	b.t.Cleanup(func() { // also when the test fails in the middle: the others share the nodes
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.t.Context()), patience)
		defer cancel()
		assert.NoError(b.t, b.fault.Revert(ctx, record))
	})
	return record
}

func (b *bench) inject(record providers.Record) error {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	return b.fault.Inject(ctx, providers.InjectRequest{Record: record, Config: providertest.Decode(b.t, b.fault.Schema(), b.body), Environment: b.env})
}

func (b *bench) observe(record providers.Record) providers.Observation {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	seen, err := b.fault.Observe(ctx, record)
	require.NoError(b.t, err)
	return seen
}

// proven waits for evidence and returns it.
func (b *bench) proven(record providers.Record) []providers.Fact {
	b.t.Helper()
	var seen providers.Observation
	b.eventually("evidence", func(context.Context) error {
		if seen = b.observe(record); !seen.Proven() {
			return fmt.Errorf("%+v", seen)
		}
		return nil
	})
	for _, fact := range seen.Evidence {
		b.t.Log(fact.Text)
	}
	return seen.Evidence
}

// gone waits until nothing of the fault is left and all is as it was.
func (b *bench) gone(record providers.Record) {
	b.t.Helper()
	b.eventually("the fault's end", func(context.Context) error {
		if seen := b.observe(record); seen.State != providers.Absent {
			return fmt.Errorf("%+v", seen)
		}
		return nil
	})
	b.awaitPods()
	b.eventually("what was before", func(context.Context) error {
		if diff := snapshot.Diff(b.before, b.snapshot()); diff != "" {
			return fmt.Errorf("%s", diff)
		}
		return nil
	})
}

func (b *bench) revert(record providers.Record) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	require.NoError(b.t, b.fault.Revert(ctx, record))
}

// revertFresh reverts in a process that knows nothing but the record.
func (b *bench) revertFresh(record providers.Record) {
	b.t.Helper()
	text, err := json.Marshal(record)
	require.NoError(b.t, err)
	require.NoError(b.t, providertest.FreshRevert(b.t.Context(), text))
}

// lifeCycle is what every fault goes through: never injected and reverted;
// injected twice, proven, reverted twice; injected and reverted by another
// process.
func (b *bench) lifeCycle() {
	b.t.Helper()
	never := b.prepare(lifetime)
	require.Equal(b.t, providers.Absent, b.observe(never).State)
	b.revert(never)
	b.gone(never)

	twice := b.prepare(lifetime)
	require.NoError(b.t, b.inject(twice))
	require.NoError(b.t, b.inject(twice), "the same injection again")
	assert.NotEmpty(b.t, b.proven(twice))
	b.revert(twice)
	b.revert(twice)
	b.gone(twice)

	fresh := b.prepare(lifetime)
	require.NoError(b.t, b.inject(fresh))
	b.proven(fresh)
	b.revertFresh(fresh)
	b.gone(fresh)
}

// killed injects in a process that is killed then.
func (b *bench) killed(record providers.Record) {
	b.t.Helper()
	self, err := os.Executable()
	require.NoError(b.t, err)
	text, err := json.Marshal(stay{record, b.body})
	require.NoError(b.t, err)
	cmd := exec.CommandContext(b.t.Context(), self, injectRole)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(b.t, err)
	require.NoError(b.t, cmd.Start())
	word := make([]byte, 64)
	n, err := out.Read(word)
	require.NoError(b.t, err)
	require.Equal(b.t, "injected", strings.TrimSpace(string(word[:n])))
	b.proven(record)
	require.NoError(b.t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
}
