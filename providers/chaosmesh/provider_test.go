package chaosmesh

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/providertest"
)

var update = flag.Bool("update", false, "write the golden file anew")

// typed are the fault types by name, as the provider offers them.
func typed() map[string]providers.Fault {
	out := map[string]providers.Fault{}
	for _, f := range New(kubernetes.New()).Types().Faults {
		out[f.TypeName()] = f
	}
	return out
}

// TestSpecifications: what Chaos Mesh is asked for, to the letter. That it takes all of it is seen on a cluster.
func TestSpecifications(t *testing.T) {
	types, bodies := typed(), examples()
	require.ElementsMatch(t, slices.Collect(maps.Keys(types)), slices.Collect(maps.Keys(bodies)), "every type has an example")
	var text strings.Builder
	all := faults()
	slices.SortFunc(all, func(a, b kubernetes.Operated) int { return strings.Compare(a.Type, b.Type) })
	for _, f := range all {
		config := providertest.Decode(t, types[f.Type].Schema(), bodies[f.Type])
		asked := kubernetes.OperatedRequest{Config: config, Namespace: "shop", Pods: []string{"web-1", "web-2"}, Duration: 34500 * time.Millisecond}
		if f.OneShot {
			asked.Duration = 0
		}
		if f.Container {
			asked.Container = "web"
		}
		if f.Peers && config.Has("to") && config.Block("to").Has("labels") {
			asked.Peers = map[string][]string{"shop": {"peer-1"}}
		}
		spec, err := yaml.Marshal(f.Spec(asked))
		require.NoError(t, err)
		text.WriteString("# " + f.Type + ": " + f.Effect(config) + "\n---\nkind: " + f.Resource.Kind + "\nspec:\n  " +
			strings.ReplaceAll(strings.TrimSpace(string(spec)), "\n", "\n  ") + "\n")
	}
	golden := filepath.Join("testdata", "specifications.yaml")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(string(want), text.String()), "go test ./providers/chaosmesh -update writes it anew; read the diff")
}

func TestRefusals(t *testing.T) {
	const target = "\ntarget {}"
	cases := map[string]struct{ typ, body, want string }{
		"an end must be known that Chaos Mesh acts at": {
			"chaosmesh_network_loss", "percent = 1\ndirection = \"ingress\"", "No other end",
		},
		"and it can't act at networks": {
			"chaosmesh_network_loss", "percent = 1\ndirection = \"both\"\nto {\n  cidrs = [\"192.0.2.0/24\"]\n}", "Not at networks and hosts",
		},
		"a partition from nowhere":     {"chaosmesh_network_partition", "direction = \"ingress\"", "No other end"},
		"half a percent":               {"chaosmesh_cpu_stress", "load = 0.5", "Not a whole number"},
		"no memory":                    {"chaosmesh_memory_stress", "", "No amount"},
		"a wildcard within a name":     {"chaosmesh_dns_error", "patterns = [\"a.*.example.com\"]", "Wildcard within a name"},
		"a clock that is not moved":    {"chaosmesh_time_skew", "offset = \"0s\"", "No offset"},
		"both processors and memory":   {"chaosmesh_jvm_stress", "processors = 1\nmemory = \"heap\"", "One of two"},
		"neither":                      {"chaosmesh_jvm_stress", "", "One of two"},
		"a command of nothing":         {"chaosmesh_jvm_gc", "evidence {\n  command = []\n}", "Empty command"},
		"percent of a file fault":      {"chaosmesh_io_delay", "latency = \"1s\"\nvolume_path = \"/data\"\npercent = 1.5", "Not a whole number"},
		"percent of a kernel fault":    {"chaosmesh_kernel_fault", "fails = \"bio\"\npercent = 1.5", "Not a whole number"},
		"percent of the memory of all": {"chaosmesh_memory_stress", "percent = 12.5", "Not a whole number"},
	}
	types := typed()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := types[c.typ]
			checked, is := providers.As[providers.WithValidate](f)
			require.True(t, is)
			diags := checked.Validate(t.Context(), providertest.Decode(t, f.Schema(), c.body+target))
			require.True(t, diags.HasErrors())
			assert.Equal(t, c.want, diags[0].Summary)
		})
	}
}

// TestNoCluster: no environment, no fault.
func TestNoCluster(t *testing.T) {
	for name, body := range examples() {
		f := typed()[name]
		_, diags := f.Plan(t.Context(), providers.FaultPlanRequest{Config: providertest.Decode(t, f.Schema(), body)})
		assert.True(t, diags.HasErrors(), name)
	}
}
