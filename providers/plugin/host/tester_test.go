package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/host"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
)

// TestMain is the tests, the plugin that they start, and a gameday that is killed.
func TestMain(m *testing.M) {
	if code, asked := providertest.OtherMain(os.Args[1:], tester()); asked {
		os.Exit(code)
	}
	if len(os.Args) == 3 && os.Args[1] == "host" {
		beHost(os.Args[2])
	}
	goleak.VerifyTestMain(m)
}

// tester is a provider with one type of each kind, that does what it is told.
func tester() providers.Provider {
	return sdk.Provider{
		Name: "tester", Version: "1.2.3", Description: "Does what it is told.",
		Types: providers.Types{
			Environments: []providers.Environment{place{}},
			Faults:       []providers.Fault{sdk.NewFault(marker{})},
			Probes:       []providers.Probe{probe{}},
			Loads:        []providers.Load{load{}},
			Actions:      []providers.Action{action{}},
		},
	}.Provider()
}

// ways are what a body may ask for.
func ways() schema.Attribute {
	return schema.Attribute{
		Name: "way", Type: schema.Type{Kind: schema.String}, Default: cty.StringVal(""),
		Description: "exit, panic, hang or fail: what goes wrong; latin: says what is no UTF-8; child: how a program that is started here ends by SIGTERM.",
	}
}

// misbehave does what a way says.
func misbehave(way string) error {
	switch way {
	case "exit":
		fmt.Fprintln(os.Stderr, "about to leave")
		os.Exit(3)
	case "panic":
		panic("told to")
	case "hang":
		select {}
	case "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		select {} // it may take a moment
	case "fail":
		return errors.New("expected nothing, and failed as told")
	case "child":
		return endChild()
	}
	return nil
}

// endChild starts a program, tells it to end, and says as an error how it did.
func endChild() error {
	child := exec.Command("sleep", "5")
	if err := child.Start(); err != nil {
		return err
	}
	if err := child.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return fmt.Errorf("the child ended: %v", child.Wait()) //nolint:errorlint // nil is what is to be seen, too
}

// latin is what a program says that knows nothing of UTF-8.
const latin = "caf\xe9"

// marker is a fault that is a file in the folder "dir", with the process's id.
type marker struct{}

type undo struct {
	Dir string `json:"dir"`
}

func (marker) TypeName() string { return "tester_marker" }

func (marker) Schema() *schema.Block {
	return &schema.Block{Description: "Makes a file.", Attributes: []schema.Attribute{
		{Name: "dir", Type: schema.Type{Kind: schema.String}, Required: true, Description: "Where."},
		{Name: "wait", Type: schema.Type{Kind: schema.Duration}, Default: cty.StringVal("0s"), Description: "Before it is there."},
		ways(),
	}}
}

func (marker) Validate(_ context.Context, config schema.Values) providers.Diagnostics {
	if config.Known("dir") && !filepath.IsAbs(config.String("dir")) {
		return providers.Errorf(cty.GetAttrPath("dir"), "Not absolute", "Expected an absolute path, found %q.", config.String("dir"))
	}
	return nil
}

func (marker) Summary(config schema.Values) string { return "a file in " + config.String("dir") }

func (marker) Plan(_ context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	plan := providers.FaultPlan{
		Effect: "makes a file", Eligible: 1, Population: 1, Radius: []string{"one folder"}, Undo: "removes it", Guard: "the provider, at the deadline",
		Permissions: []providers.Permission{{Action: "write", Held: true}},
	}
	if !req.Config.Known("dir") {
		plan.Unknown = "dir is not known"
		return plan, nil
	}
	plan.Targets = []providers.Target{{Kind: "folder", Name: req.Config.String("dir"), UID: "1"}}
	return plan, nil
}

func (marker) Prepare(_ context.Context, req providers.PrepareRequest) (undo, error) {
	return undo{Dir: req.Config.String("dir")}, nil
}

func (marker) Inject(_ context.Context, i sdk.Injection[undo], config schema.Values) error {
	path := filepath.Join(i.Undo.Dir, i.ID)
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return err
	}
	return misbehave(config.String("way"))
}

func (marker) Observe(_ context.Context, i sdk.Injection[undo]) (providers.Observation, error) {
	text, err := os.ReadFile(filepath.Join(i.Undo.Dir, i.ID))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return providers.Observation{State: providers.Absent}, nil
	case err != nil:
		return providers.Observation{}, err
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "file", Text: "there is a file", Value: float64(len(text)), Unit: "bytes"}}}, nil
}

// Revert says so before it does anything: the log may have no reader any more.
func (marker) Revert(_ context.Context, i sdk.Injection[undo]) error {
	fmt.Fprintln(os.Stderr, "reverting", i.ID)
	err := os.Remove(filepath.Join(i.Undo.Dir, i.ID))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// probe counts its samples.
type probe struct{}

func (probe) TypeName() string { return "tester" }

func (probe) Schema() *schema.Block {
	return &schema.Block{Description: "Measures.", Attributes: []schema.Attribute{ways()}}
}

func (probe) SampleType() cty.Type { return cty.Object(map[string]cty.Type{"pid": cty.Number}) }

func (probe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	if req.Config.String("way") == "fail" {
		return nil, providers.Errorf(cty.GetAttrPath("way"), "Told to fail", "Expected another way.")
	}
	return prober{req.Config.String("way")}, providers.Warningf(nil, "Measures nothing", "It is a test.")
}

type prober struct{ way string }

func (p prober) Sample(ctx context.Context) providers.Sample {
	if p.way == "slow" {
		<-ctx.Done()
		return providers.Sample{Error: "the target was too slow"}
	}
	if p.way == "latin" {
		return providers.Sample{Error: latin}
	}
	_ = misbehave(p.way)
	value := 7.5
	return providers.Sample{
		OK: true, Value: &value, Took: time.Millisecond,
		Fields: cty.ObjectVal(map[string]cty.Value{"pid": cty.NumberIntVal(int64(os.Getpid()))}),
	}
}

func (prober) Close() error { return nil }

// load reports a request every millisecond, and one more at the end.
type load struct{}

func (load) TypeName() string { return "tester" }

func (load) Schema() *schema.Block {
	return &schema.Block{Description: "Offers.", Attributes: []schema.Attribute{ways()}}
}

func (load) Open(_ context.Context, req providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	return generator{req.Config.String("way")}, nil
}

type generator struct{ way string }

func (g generator) Run(ctx context.Context, report func(providers.LoadSample)) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			sample := providers.LoadSample{Due: time.Now(), Latency: time.Millisecond, OK: true, Sent: true}
			if g.way == "latin" {
				sample.OK, sample.Error = false, latin
			}
			report(sample)
			if err := misbehave(g.way); err != nil {
				return err
			}
		case <-ctx.Done():
			report(providers.LoadSample{Due: time.Now(), Error: "the last"})
			return nil
		}
	}
}

// action says what it got.
type action struct{}

func (action) TypeName() string { return "tester" }

func (action) Schema() *schema.Block {
	return &schema.Block{Description: "Acts.", Attributes: []schema.Attribute{ways()}}
}

func (action) Run(_ context.Context, req providers.ActionRequest) (providers.ActionResult, error) {
	way := req.Config.String("way")
	if way == "latin" {
		return providers.ActionResult{Summary: latin, Output: latin}, nil
	}
	err := misbehave(way)
	return providers.ActionResult{Summary: "acted in " + req.Dir, Output: fmt.Sprint(req.Env, os.Getenv("SECRET"), os.Getenv("NAMED"))}, err
}

// place is an environment that is a folder.
type place struct{}

func (place) TypeName() string { return "tester" }

func (place) Schema() *schema.Block {
	return &schema.Block{
		Description: "A folder.",
		Attributes:  []schema.Attribute{{Name: "port", Type: schema.Type{Kind: schema.Numeric}, Description: "What self has."}},
		Blocks: []schema.NestedBlock{{Name: "room", Nesting: schema.Map, Block: &schema.Block{
			Description: "A room.", Attributes: []schema.Attribute{{Name: "size", Type: schema.Type{Kind: schema.Size}, Default: cty.StringVal("1Mi"), Description: "Its size."}},
		}}},
	}
}

func (place) Plan(_ context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	return providers.EnvironmentPlan{
		Summary: fmt.Sprintf("a folder with %d rooms", len(req.Config.BlockMap("room"))), Steps: []string{"make it"}, Undo: "remove it",
		Inventory: []providers.Target{{Kind: "room", Name: "a"}}, Outputs: cty.ObjectVal(map[string]cty.Value{"port": cty.UnknownVal(cty.Number)}),
		Labels: []providers.Labels{{Target: "room/a", Labels: map[string]string{"tier": "front"}}},
	}, nil
}

func (place) Prepare(_ context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	data, _ := json.Marshal(filepath.Join(req.RunDir, "place"))
	return providers.EnvironmentHandle{Run: req.Run, Address: req.Address, Type: "tester", Data: data}, nil
}

func (place) Up(_ context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	req.Progress("making it")
	values, diags := req.Configure(cty.ObjectVal(map[string]cty.Value{"port": cty.NumberIntVal(4711)}))
	if diags.HasErrors() {
		return providers.EnvironmentState{}, diags
	}
	if err := os.Mkdir(folder(req.Handle), 0o700); err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "Cannot make it", "%s.", err)
	}
	return providers.EnvironmentState{
		Address: req.Handle.Address, Type: "tester", Up: true, Handle: req.Handle,
		Outputs: cty.ObjectVal(map[string]cty.Value{"port": values.Attr("port")}),
	}, nil
}

func folder(handle providers.EnvironmentHandle) (path string) {
	_ = json.Unmarshal(handle.Data, &path)
	return path
}

func (place) Down(_ context.Context, handle providers.EnvironmentHandle) error {
	return os.RemoveAll(folder(handle))
}

func (place) Leftovers(_ context.Context, handle providers.EnvironmentHandle) ([]string, error) {
	if _, err := os.Stat(folder(handle)); err == nil {
		return []string{folder(handle)}, nil
	}
	return nil, nil
}

// source is the test binary as a plugin.
func source(t testing.TB) host.Source {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return host.Source{Name: "tester", Path: self, Env: []string{"GORACE", "GOCOVERDIR", "NAMED"}}
}

func start(t testing.TB) *host.Plugin {
	t.Helper()
	p, err := host.Start(t.Context(), source(t), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// config is a body of a type.
func config(t testing.TB, of providers.Type, body string) schema.Values {
	t.Helper()
	return providertest.Decode(t, of.Schema(), body)
}

// injected puts a marker in place, or tries to, and returns its record and what came of it.
func injected(t testing.TB, p providers.Provider, dir, way string, lives time.Duration) (providers.Fault, providers.Record, error) {
	t.Helper()
	fault := p.Types().Faults[0]
	values := config(t, fault, fmt.Sprintf("dir = %q\nway = %q", dir, way))
	plan, diags := fault.Plan(t.Context(), providers.FaultPlanRequest{Config: values})
	require.Empty(t, diags)
	record, diags := fault.Prepare(t.Context(), providers.PrepareRequest{
		ID: "marker-" + strings.ReplaceAll(t.Name(), "/", "-"), Run: "run", Address: "experiment.x.fault.f", Config: values, Plan: plan, Deadline: time.Now().Add(lives),
	})
	require.Empty(t, diags)
	return fault, record, fault.Inject(t.Context(), providers.InjectRequest{Record: record, Config: values})
}

// pidOf is the process that put a marker in place.
func pidOf(t testing.TB, dir string, record providers.Record) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, record.ID))
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(text))
	require.NoError(t, err)
	return pid
}
