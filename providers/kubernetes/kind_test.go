package kubernetes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

func numbers(of map[string]float64) cty.Value {
	all := map[string]cty.Value{}
	for name, n := range of {
		all[name] = cty.NumberFloatVal(n)
	}
	return cty.MapVal(all)
}

func TestClusterName(t *testing.T) {
	assert.Equal(t, "gameday-shop", clusterName("environment.shop"))
	assert.Equal(t, "gameday-my-shop-2", clusterName("environment.My_Shop_2"))
	fragile, resilient := clusterName(`module.shop["fragile"].environment.shop`), clusterName(`module.shop["resilient"].environment.shop`)
	assert.NotEqual(t, fragile, resilient, "instances of a module have clusters of their own")
	assert.Regexp(t, `^gameday-shop-[0-9a-f]{6}$`, fragile)
	long := clusterName("environment." + strings.Repeat("long_", 30))
	assert.NoError(t, kindcluster.CheckName(long))
}

func TestKindConfiguration(t *testing.T) {
	env := &kind{New()}
	c := kindConfigFrom(body(env.Schema(), map[string]cty.Value{
		"nodes": numbers(map[string]float64{"worker": 2}), "image": cty.StringVal("node:v1"), "keep": cty.True,
		"images": fence("shop:dev", "more.tar", "/abs/x.tar"), "manifests": fence("manifests", "/abs/y.yaml"), "namespaces": fence("shop"),
	}), "environment.shop", "/conf")
	assert.Equal(t, kindcluster.Spec{Name: "gameday-shop", Image: "node:v1", ControlPlanes: 1, Workers: 2}, c.spec)
	assert.Equal(t, cluster.Access{Kind: "gameday-shop", Context: "kind-gameday-shop", Namespaces: []string{"shop"}}, c.access)
	assert.Equal(t, []string{"shop:dev"}, c.images)
	assert.Equal(t, []string{"/conf/more.tar", "/abs/x.tar"}, c.archives)
	assert.Equal(t, []string{"/conf/manifests", "/abs/y.yaml"}, c.manifests)
	assert.Equal(t, 5*time.Minute, c.ready)
	assert.True(t, c.keep)
	assert.True(t, c.ownAgent)
}

func TestKindConfigurationIsValidated(t *testing.T) {
	tests := map[string]struct {
		given map[string]cty.Value
		want  []string
	}{
		"nothing":             {nil, nil},
		"no control plane":    {map[string]cty.Value{"nodes": numbers(map[string]float64{"control_plane": 0})}, []string{"Invalid number of nodes"}},
		"half a worker":       {map[string]cty.Value{"nodes": numbers(map[string]float64{"worker": 0.5})}, []string{"Invalid number of nodes"}},
		"another role":        {map[string]cty.Value{"nodes": numbers(map[string]float64{"master": 1})}, []string{"Unknown role of nodes"}},
		"a bad name":          {map[string]cty.Value{"name": cty.StringVal("My Cluster")}, []string{"Invalid name"}},
		"a bad configuration": {map[string]cty.Value{"config": cty.StringVal("nodez: []")}, []string{"Invalid configuration of kind"}},
		"nodes twice": {
			map[string]cty.Value{"config": cty.StringVal("nodes: [{role: control-plane}]"), "nodes": numbers(map[string]float64{"worker": 1})},
			[]string{"Invalid configuration of kind"},
		},
		"not known yet": {map[string]cty.Value{"name": cty.UnknownVal(cty.String), "nodes": cty.UnknownVal(cty.Map(cty.Number))}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := &kind{New()}
			assert.Equal(t, test.want, summaries(env.Validate(t.Context(), body(env.Schema(), test.given))))
		})
	}
}

// engine puts a command docker in front of everything, that knows of the given
// clusters' nodes only.
func engine(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docker"), []byte("#!/bin/sh\n"+script), 0o755))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv(kindcluster.EngineVariable, "docker")
}

const nothingThere = `case "$1" in ps|version) ;; *) exit 1;; esac`

func TestKindClusterThatDoesNotExistIsPlanned(t *testing.T) {
	engine(t, nothingThere)
	env := &kind{New()}
	plan, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{
		Address: "environment.shop", Dir: t.TempDir(),
		Config: body(env.Schema(), map[string]cty.Value{"agent_image": cty.StringVal("agent:1"), "images": fence("shop:dev"), "nodes": numbers(map[string]float64{"worker": 2})}),
	})
	assert.Equal(t, []string{"Image not found"}, summaries(diags))
	assert.Equal(t, `a new kind cluster "gameday-shop" of 1 control plane and 2 workers`, plan.Summary)
	assert.Equal(t, "kind-gameday-shop", plan.Outputs.GetAttr("context").AsString(), "the policy can judge it")
	_, known := accessOf(providers.EnvironmentState{Outputs: plan.Outputs})
	assert.False(t, known)
}

func TestKindClusterThatDoesNotMatchIsRefused(t *testing.T) {
	engine(t, `case "$1" in
	ps) echo a;;
	inspect) echo '{"Name":"gameday-shop-control-plane","Role":"control-plane","Image":"node:v0","State":"running"}';;
	version) ;;
	*) exit 1;;
esac`)
	env := &kind{New()}
	_, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{
		Address: "environment.shop",
		Config:  body(env.Schema(), map[string]cty.Value{"agent_image": cty.StringVal("agent:1"), "image": cty.StringVal("node:v1")}),
	})
	require.Equal(t, []string{"The kind cluster is not as described"}, summaries(diags))
	assert.Contains(t, diags[0].Detail, "is of image node:v0")
}

func TestKindPlanWithoutAnEngineWarns(t *testing.T) {
	engine(t, "exit 1")
	env := &kind{New()}
	plan, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{
		Address: "environment.shop", Config: body(env.Schema(), map[string]cty.Value{"agent_image": cty.StringVal("agent:1")}),
	})
	assert.Equal(t, []string{"No container engine"}, summaries(diags))
	assert.False(t, diags.HasErrors())
	assert.NotEmpty(t, plan.Steps)
}

func TestKindHandle(t *testing.T) {
	engine(t, nothingThere)
	env := &kind{New()}
	values := body(env.Schema(), map[string]cty.Value{"keep": cty.True})
	prepare := func(lasting bool) handle {
		from, diags := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{
			Run: "r1", RunDir: "/run", Address: "environment.shop", Name: "shop", Config: values, Lasting: lasting,
		})
		require.Empty(t, diags)
		h, err := readHandle(from, typeKind)
		require.NoError(t, err)
		return h
	}
	assert.Equal(t, &kindHandle{Name: "gameday-shop", Dir: "/run/environments/shop", Keep: true, Marked: true, Engine: kindcluster.Docker}, prepare(false).Kind)
	assert.False(t, prepare(true).Kind.Keep, "an explicit end ends it")

	for name, from := range map[string]providers.EnvironmentHandle{
		"of another type": {Type: "local"},
		"not JSON":        {Type: typeKind, Data: json.RawMessage("{")},
		"without a name":  {Type: typeKind, Data: json.RawMessage(`{"run":"r","kind":{"dir":"/x"}}`)},
		"without kind":    {Type: typeKind, Data: json.RawMessage(`{"run":"r"}`)},
	} {
		_, err := readHandle(from, typeKind)
		assert.Error(t, err, name)
	}
}

func TestDownOfAKindClusterThatNeverWas(t *testing.T) {
	engine(t, nothingThere)
	env := &kind{New()}
	h := handle{Run: "r1", Kind: &kindHandle{Name: "gameday-shop", Dir: t.TempDir()}}
	from, diags := h.encode("environment.shop", typeKind)
	require.Empty(t, diags)
	require.NoError(t, env.Down(t.Context(), from))
	require.NoError(t, env.Down(t.Context(), from))
	left, err := env.Leftovers(t.Context(), from)
	require.NoError(t, err)
	assert.Empty(t, left)
	engine(t, "exit 1")
	assert.Error(t, env.Down(t.Context(), from), "an engine that does not answer is not an end")
	_, err = env.Leftovers(t.Context(), from)
	assert.Error(t, err)
}
