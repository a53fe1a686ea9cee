//go:build e2e

package kubernetes

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/internal/buildtest"
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

// kindRun is one run's use of a kind environment.
type kindRun struct {
	t      *testing.T
	env    *kind
	values schema.Values
	handle providers.EnvironmentHandle
	steps  []string
}

// staticAgent builds the agent as it is released.
func staticAgent(t *testing.T) string {
	t.Helper()
	return filepath.Join(buildtest.Programs(t, buildtest.Agent), "gameday-agent")
}

func newKindRun(t *testing.T, agent, run string, given map[string]cty.Value) *kindRun {
	t.Helper()
	r := &kindRun{t: t, env: &kind{New(WithAgent(agent))}}
	r.values = body(r.env.Schema(), given)
	handle, diags := r.env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{
		Run: run, RunDir: t.TempDir(), Address: "environment.lab", Name: "lab", Config: r.values,
	})
	require.Empty(t, diags)
	r.handle = handle
	return r
}

func (r *kindRun) up() (providers.EnvironmentState, providers.Diagnostics) {
	return r.env.Up(r.t.Context(), providers.UpRequest{
		Handle: r.handle, Configure: func(cty.Value) (schema.Values, providers.Diagnostics) { return r.values, nil },
		Progress: func(step string) { r.steps = append(r.steps, step) },
	})
}

// TestKindEnvironment leads one cluster through everything: made, planned as one
// that exists, used by another run, failing, and deleted from another process.
func TestKindEnvironment(t *testing.T) {
	t.Parallel()
	const name = "gd-e2-environment"
	image := os.Getenv("GAMEDAY_NODE_IMAGE")
	require.NotEmpty(t, image, "GAMEDAY_NODE_IMAGE must name a node image")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		require.NoError(t, kindcluster.Docker.Delete(ctx, name))
	})
	manifests := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(manifests, "all.yaml"), []byte(text), 0o600))
	}
	write("apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n")
	given := map[string]cty.Value{
		"name": cty.StringVal(name), "image": cty.StringVal(image), "namespaces": fence("lab"),
		"manifests": fence(manifests), "ready": cty.StringVal("60s"),
	}
	agent := staticAgent(t)
	maker := newKindRun(t, agent, "r1", given)
	state, diags := maker.up()
	require.Empty(t, diags)
	access, known := accessOf(state)
	require.True(t, known)
	assert.True(t, access.Reaper)
	assert.FileExists(t, access.Kubeconfig)
	assert.Contains(t, maker.steps, "starting control-plane")

	// The agent's image is there, and runs.
	write("apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n---\n" +
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: agent, namespace: lab}\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n" +
		"      restartPolicy: Never\n      containers: [{name: agent, image: '" + access.AgentImage + "', imagePullPolicy: Never, args: [no-such-role]}]\n")
	user := newKindRun(t, agent, "r2", given)
	_, diags = user.up()
	require.True(t, diags.HasErrors(), "the agent refuses a role that it does not know, so that the job fails")
	assert.Contains(t, diags[0].Detail, "job lab/agent: failed", "it ran: the image was there")
	assert.Contains(t, diags[0].Detail, "the logs of the cluster are in")
	assert.Contains(t, user.steps, "use the kind cluster "+name+", which exists")
	require.NoError(t, user.env.Down(t.Context(), user.handle))
	found, err := kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	require.NotNil(t, found, "who did not make it does not delete it")

	write("apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n")
	plan, diags := user.env.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: "environment.lab", Config: user.values})
	require.Empty(t, diags)
	planned, known := accessOf(providers.EnvironmentState{Outputs: plan.Outputs})
	require.True(t, known, "a cluster that exists can be read by plans")
	s, err := user.env.provider.sessions.open(planned)
	require.NoError(t, err)
	_, err = s.API.Get(t.Context(), "/api/v1/namespaces/lab")
	require.NoError(t, err)

	fresh := &kind{New(WithAgent(agent))} // another process
	left, err := fresh.Leftovers(t.Context(), maker.handle)
	require.NoError(t, err)
	assert.Equal(t, []string{"container " + name + "-control-plane (running)"}, left)
	standing, err := fresh.Standing(t.Context(), maker.handle)
	require.NoError(t, err)
	assert.Equal(t, "running", standing)
	h, err := readHandle(maker.handle, typeKind)
	require.NoError(t, err)
	require.NoDirExists(t, h.Kind.logs())
	require.NoError(t, fresh.KeepLogs(t.Context(), maker.handle, func(string) {}))
	assert.DirExists(t, filepath.Join(h.Kind.logs(), name+"-control-plane"))
	require.NoError(t, fresh.Down(t.Context(), maker.handle))
	require.NoError(t, fresh.Down(t.Context(), maker.handle), "twice")
	left, err = fresh.Leftovers(t.Context(), maker.handle)
	require.NoError(t, err)
	assert.Empty(t, left)
	standing, err = fresh.Standing(t.Context(), maker.handle)
	require.NoError(t, err)
	assert.Empty(t, standing)
}

// TestKindClusterOfAnotherRunIsNotDeleted: the handle of a run that was ended long
// ago meets a cluster of the same name that another run has made.
func TestKindClusterOfAnotherRunIsNotDeleted(t *testing.T) {
	t.Parallel()
	const name = "gd-e2-another"
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		require.NoError(t, kindcluster.Docker.Delete(ctx, name))
	})
	given := map[string]cty.Value{"name": cty.StringVal(name), "image": cty.StringVal(os.Getenv("GAMEDAY_NODE_IMAGE")), "agent_image": cty.StringVal("gameday/agent:dev")}
	old := newKindRun(t, "", "r-old", given)
	maker := newKindRun(t, "", "r-new", given)
	_, diags := maker.up()
	require.Empty(t, diags)
	require.NoError(t, old.env.Down(t.Context(), old.handle))
	left, err := old.env.Leftovers(t.Context(), old.handle)
	require.NoError(t, err)
	assert.Empty(t, left)
	found, err := kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	require.NotNil(t, found)

	late := &kindRun{t: t, env: old.env, values: old.values, handle: old.handle}
	_, diags = late.up()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "omebody else has just made a kind cluster")
	require.NoError(t, maker.env.Down(t.Context(), maker.handle))
}

// TestKindClusterInTheMakingIsNotDeleted: another gameday has looked, found nothing, and makes a cluster of that name.
func TestKindClusterInTheMakingIsNotDeleted(t *testing.T) {
	const name = "gd-e2-making"
	release, err := kindcluster.Reserve(name)
	require.NoError(t, err)
	defer release()
	run := newKindRun(t, "", "r-late", map[string]cty.Value{"name": cty.StringVal(name), "image": cty.StringVal(os.Getenv("GAMEDAY_NODE_IMAGE")), "agent_image": cty.StringVal("gameday/agent:dev")})
	_, diags := run.up()
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "omebody else has just made a kind cluster")
	require.NoError(t, run.env.Down(t.Context(), run.handle))
	found, err := kindcluster.Find(t.Context(), name)
	require.NoError(t, err)
	assert.Nil(t, found)
}
