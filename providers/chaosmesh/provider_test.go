package chaosmesh

import (
	"flag"
	"maps"
	"net/netip"
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
	"github.com/gameday-dev/gameday/providers/firewall"
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
			asked.Ends.Pods = map[string][]string{"shop": {"peer-1"}}
		}
		if config.Has("to") {
			asked.Ends.Networks, asked.Ends.Hosts = networks(t, config.Block("to").Strings("cidrs")), config.Block("to").Strings("hosts")
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

func networks(t *testing.T, texts []string) []netip.Prefix {
	t.Helper()
	out, err := firewall.ParsePeers(texts)
	require.NoError(t, err)
	return out
}

// TestDurations: one unit, and a whole number of it.
func TestDurations(t *testing.T) {
	for text, want := range map[string]string{
		"1500ms": "1500ms", "500us": "500us", "60s": "60s", "1m30s": "90s", "1h": "3600s", "7ns": "7ns", "0s": "0s", "-10m": "-600s", "1.0005s": "1000500us",
	} {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		assert.Equal(t, want, whole(d), text)
	}
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
		"a partition from nowhere": {"chaosmesh_network_partition", "direction = \"ingress\"", "No other end"},
		"a device of the other end": {
			"chaosmesh_network_loss", "percent = 1\ndevice = \"eth1\"\ndirection = \"both\"\nto {\n  names = [\"a\"]\n}", "Not at the other end",
		},
		"no addresses of version 6":    {"chaosmesh_network_loss", "percent = 1\nto {\n  cidrs = [\"2001:db8::/32\"]\n}", "Not for Chaos Mesh"},
		"everything as a network":      {"chaosmesh_network_partition", "to {\n  cidrs = [\"0.0.0.0/0\"]\n}", "Not for Chaos Mesh"},
		"no network at all":            {"chaosmesh_network_partition", "to {\n  cidrs = [\"shop\"]\n}", "Not a network"},
		"a gap between nothing":        {"chaosmesh_network_delay", "latency = \"1s\"\ngap = 2", "Gap of what?"},
		"half a second of grace":       {"chaosmesh_pod_kill", "grace_period = \"1.5s\"", "Too fine"},
		"half a millisecond of Java":   {"chaosmesh_jvm_latency", "class = \"a\"\nmethod = \"b\"\nlatency = \"1.5ms\"", "Too fine"},
		"a body of nothing":            {"chaosmesh_http_body", "port = 80\nbody = \"\"", "Empty text"},
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

// TestBodiesAreConcealed: of what is encoded, nothing could be redacted.
func TestBodiesAreConcealed(t *testing.T) {
	for _, f := range faults() {
		config := providertest.Decode(t, typed()[f.Type].Schema(), examples()[f.Type])
		spec := f.Spec(kubernetes.OperatedRequest{Config: config})
		if f.Conceal != nil {
			f.Conceal(spec)
		}
		text, err := yaml.Marshal(spec)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "bm8K", f.Type)
	}
}
