package local_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

const environmentAddress = "environment.test"

// world is an environment of a test.
type world struct {
	t        testing.TB
	provider providers.Provider
	env      providers.Environment
	run      string
	body     string
	dir      string
	handle   providers.EnvironmentHandle
	state    providers.EnvironmentState
}

// newWorld prepares an environment whose agent is the test binary itself. It is
// ended with the test, and nothing of it may be left then.
func newWorld(t testing.TB, body string) *world {
	t.Helper()
	w := newWorldIn(t, t.TempDir(), body)
	t.Cleanup(w.end)
	return w
}

// newProvider makes one whose agent is the test binary.
func newProvider() *local.Provider {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return local.New(local.WithAgent(supervisor.Agent{Path: self, Args: []string{"agent"}}), local.WithPatience(time.Second))
}

// bothWays runs a test with the provider in this process, and as a plugin.
func bothWays(t *testing.T, run func(t *testing.T, provider providers.Provider)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) { run(t, newProvider()) })
	t.Run("as a plugin", func(t *testing.T) { run(t, providertest.OutOfProcess(t, "local")) })
}

// newWorldBy is newWorld with a provider that there is.
func newWorldBy(t testing.TB, provider providers.Provider, body string) *world {
	t.Helper()
	w := newWorldOf(t, provider, t.TempDir(), body)
	t.Cleanup(w.end)
	return w
}

// newWorldIn prepares an environment that nobody ends.
func newWorldIn(t testing.TB, dir, body string) *world {
	t.Helper()
	return newWorldOf(t, newProvider(), dir, body)
}

// newWorldOf is newWorldIn with a provider that there is.
func newWorldOf(t testing.TB, provider providers.Provider, dir, body string) *world {
	t.Helper()
	w := &world{
		t: t, provider: provider, env: provider.Types().Environments[0],
		run: ulid.Make().String(), body: body, dir: dir,
	}
	handle, diags := w.env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{
		Run: w.run, RunDir: filepath.Join(w.dir, "run"), Address: environmentAddress, Name: "test",
	})
	require.Empty(t, diags)
	w.handle = handle
	return w
}

// end ends the environment and checks that nothing is left.
func (w *world) end() {
	if w.t.Failed() {
		log, _ := os.ReadFile(filepath.Join(w.dir, "run", "environments", "test", "supervisor.log"))
		w.t.Logf("log of the supervisor:\n%s", log[max(0, len(log)-8000):])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	require.NoError(w.t, w.env.Down(ctx, w.handle))
	left, err := w.env.Leftovers(ctx, w.handle)
	require.NoError(w.t, err)
	require.Empty(w.t, left, "nothing is left after Down")
}

// evaluate decodes the body with a value for self, and with the path of the
// server as local.server.
func (w *world) evaluate(self cty.Value) (schema.Values, providers.Diagnostics) {
	file, diags := hclsyntax.ParseConfig([]byte(w.body), "environment.hcl", hcl.InitialPos)
	require.False(w.t, diags.HasErrors(), "%s", diags)
	binary, err := os.Executable()
	require.NoError(w.t, err)
	scope := &hcl.EvalContext{Variables: map[string]cty.Value{"self": self, "server": cty.StringVal(binary)}}
	value, diags := hcldec.Decode(file.Body, w.env.Schema().Spec(), scope)
	require.False(w.t, diags.HasErrors(), "%s", diags)
	return schema.NewValues(value), nil
}

func (w *world) plan() (providers.EnvironmentPlan, providers.Diagnostics) {
	values, _ := w.evaluate(cty.DynamicVal)
	return w.env.Plan(w.t.Context(), providers.EnvironmentPlanRequest{Address: environmentAddress, Config: values, Dir: w.dir})
}

func (w *world) tryUp(ctx context.Context) (providers.EnvironmentState, providers.Diagnostics) {
	return w.env.Up(ctx, providers.UpRequest{
		Handle: w.handle, Dir: w.dir, Configure: w.evaluate, Progress: func(string) {},
	})
}

// up brings the environment up.
func (w *world) up() *world {
	w.t.Helper()
	state, diags := w.tryUp(w.t.Context())
	for _, d := range diags {
		require.NotEqual(w.t, providers.Error, d.Severity, "%s: %s", d.Summary, d.Detail)
	}
	w.state = state
	return w
}

// planned is the environment as faults see it before it is up.
func (w *world) planned() providers.EnvironmentState {
	plan, diags := w.plan()
	require.False(w.t, diags.HasErrors(), "%+v", diags)
	return providers.EnvironmentState{
		Address: environmentAddress, Type: "local", Inventory: plan.Inventory, Labels: plan.Labels, Outputs: plan.Outputs,
	}
}

// output reads a string of the outputs by its path.
func (w *world) output(path ...string) string {
	v := w.state.Outputs
	for _, step := range path {
		v = v.GetAttr(step)
	}
	return v.AsString()
}

func (w *world) url(process string) string {
	return "http://" + w.output("process", process, "address", "http")
}

// status asks the supervisor.
func (w *world) status() supervisor.Status {
	client := supervisor.NewClient(local.SocketOf(w.handle))
	defer client.Close()
	status, err := client.Status(context.Background())
	require.NoError(w.t, err)
	return status
}

func (w *world) process(name string) supervisor.ProcessStatus {
	process, found := w.status().Process(name)
	require.True(w.t, found, name)
	return process
}

// get makes one request on a connection of its own.
func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 2 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// eventually waits until a check passes.
func eventually(t testing.TB, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			require.NoError(t, err)
		}
	}
}

// fault finds a fault type.
func (w *world) fault(name string) providers.Fault {
	for _, fault := range w.provider.Types().Faults {
		if fault.TypeName() == name {
			return fault
		}
	}
	require.Fail(w.t, fmt.Sprintf("no fault %s", name))
	return nil
}
