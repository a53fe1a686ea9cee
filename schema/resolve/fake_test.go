package resolve_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// The fake provider has one small type of each kind. What it does at run time
// is nobody's business here: the embedded interfaces stay nil, and a call of
// anything else than what Resolve may call fails the test loudly.
type fake struct{}

func (fake) Metadata() providers.Metadata {
	return providers.Metadata{Name: "fake", Version: "1.2.3", Description: "For tests."}
}

func (fake) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{fakeEnvironment{}},
		Faults:       []providers.Fault{fakeFault{}},
		Probes:       []providers.Probe{fakeProbe{}},
		Loads:        []providers.Load{fakeLoad{}},
		Actions:      []providers.Action{fakeAction{}},
	}
}

// fakeEnvironment promises a port for each process.
type fakeEnvironment struct{ providers.Environment }

func (fakeEnvironment) TypeName() string { return "fake" }

func (fakeEnvironment) Schema() *schema.Block {
	return &schema.Block{Blocks: []schema.NestedBlock{{
		Name: "process", Label: "name", Nesting: schema.Map, Required: true,
		Block: &schema.Block{Attributes: []schema.Attribute{
			{Name: "command", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Required: true},
			{Name: "env", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}},
			{Name: "memory", Type: schema.Type{Kind: schema.Size}},
		}},
	}}}
}

func (fakeEnvironment) Plan(_ context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	processes := map[string]cty.Value{}
	plan := providers.EnvironmentPlan{Summary: "processes"}
	for name := range req.Config.BlockMap("process") {
		processes[name] = cty.UnknownVal(cty.Object(map[string]cty.Type{"port": cty.Number}))
		plan.Inventory = append(plan.Inventory, providers.Target{Kind: "process", Name: name})
	}
	plan.Outputs = cty.ObjectVal(map[string]cty.Value{"process": cty.ObjectVal(processes)})
	if _, harmed := processes["harmed"]; harmed && !req.Offline {
		return plan, providers.Errorf(nil, "Not as described", "It was looked at.")
	}
	return plan, missing(req.Config)
}

// missing warns of commands that are not there, and quotes them.
func missing(v schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, process := range v.BlockMap("process") {
		if command := process.Strings("command"); len(command) > 0 && strings.HasPrefix(command[0], "missing-") {
			diags = append(diags, providers.Warningf(nil, "No executable "+command[0], "There is no %q.", command[0])...)
		}
	}
	return diags
}

// fakeFault refuses a latency above a minute, to have a provider that checks.
type fakeFault struct{ providers.Fault }

func (fakeFault) TypeName() string { return "fake_delay" }

func (fakeFault) Schema() *schema.Block {
	return &schema.Block{
		Attributes: []schema.Attribute{
			{Name: "latency", Type: schema.Type{Kind: schema.Duration}, Required: true},
			{Name: "percent", Type: schema.Type{Kind: schema.Percent}, Default: cty.NumberIntVal(100)},
			{Name: "token", Type: schema.Type{Kind: schema.String}, Sensitive: true},
		},
		Blocks: []schema.NestedBlock{
			{Name: "target", Block: &schema.Block{Attributes: []schema.Attribute{
				{Name: "names", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}},
				{Name: "mode", Type: schema.Type{Kind: schema.String}, OneOf: []string{"one", "all"}},
			}}},
			{Name: "rule", Nesting: schema.List, Block: &schema.Block{Attributes: []schema.Attribute{
				{Name: "port", Type: schema.Type{Kind: schema.Numeric}, Min: schema.Number(1), Max: schema.Number(65535)},
			}}},
		},
	}
}

func (fakeFault) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	for i, rule := range v.Blocks("rule") {
		if rule.Float("port") == 22 {
			path := cty.GetAttrPath("rule").IndexInt(i).GetAttr("port")
			return providers.Errorf(path, "Port 22 is out of bounds", "Leave a way in.")
		}
	}
	if v.Duration("latency").Minutes() > 1 {
		return providers.Errorf(cty.GetAttrPath("latency"), "Latency too high", "Nothing waits for more than a minute.")
	}
	return nil
}

type fakeProbe struct{ providers.Probe }

func (fakeProbe) TypeName() string { return "http" }

func (fakeProbe) Schema() *schema.Block {
	return &schema.Block{Attributes: []schema.Attribute{
		{Name: "url", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "token", Type: schema.Type{Kind: schema.String}},
	}}
}

// Validate quotes the URL that it refuses, which it takes for whole.
func (fakeProbe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	if url := v.String("url"); strings.HasPrefix(url, "nowhere") {
		return providers.Errorf(cty.GetAttrPath("url"), "Invalid URL", "%q cannot be connected to.", url)
	}
	return nil
}

func (fakeProbe) Summary(v schema.Values) string {
	return strings.TrimSpace("GET " + v.String("url") + " " + v.String("token"))
}

func (fakeProbe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{"status": cty.Number, "body": cty.String})
}

type fakeLoad struct{ providers.Load }

func (fakeLoad) TypeName() string { return "http" }

func (fakeLoad) Schema() *schema.Block {
	return &schema.Block{Attributes: []schema.Attribute{
		{Name: "url", Type: schema.Type{Kind: schema.String}, Required: true},
		{Name: "rate", Type: schema.Type{Kind: schema.Numeric}, Min: schema.Number(0)},
	}}
}

type fakeAction struct{ providers.Action }

func (fakeAction) TypeName() string { return "exec" }

func (fakeAction) Schema() *schema.Block {
	return &schema.Block{Attributes: []schema.Attribute{
		{Name: "command", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Required: true},
	}}
}

func (fakeAction) Summary(v schema.Values) string { return strings.Join(v.Strings("command"), " ") }

func set(t testing.TB) *providers.Set {
	t.Helper()
	set, err := providers.NewSet(fake{})
	require.NoError(t, err)
	return set
}

// load writes files, by path, and loads the configuration in their directory.
func load(t testing.TB, files map[string]string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	cfg, diags := config.LoadDir(dir)
	require.False(t, diags.HasErrors(), "loading: %s", diags)
	return cfg
}

// resolveFiles loads and resolves.
func resolveFiles(t testing.TB, in resolve.Inputs, files map[string]string) (*resolve.Resolved, hcl.Diagnostics) {
	t.Helper()
	return resolve.Resolve(t.Context(), load(t, files), set(t), in)
}

// resolveText resolves a configuration of one file.
func resolveText(t testing.TB, in resolve.Inputs, text string) (*resolve.Resolved, hcl.Diagnostics) {
	t.Helper()
	return resolveFiles(t, in, map[string]string{"main.gameday.hcl": text})
}

// mustResolve is resolveText for a configuration without errors.
func mustResolve(t testing.TB, in resolve.Inputs, text string) *resolve.Resolved {
	t.Helper()
	r, diags := resolveText(t, in, text)
	require.False(t, diags.HasErrors(), "resolving: %s", diags)
	return r
}
