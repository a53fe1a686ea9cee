package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
)

// flawVariable names the broken promise of the fault in a test process.
const flawVariable = "PROVIDERTEST_FLAW"

// TestMain lets the test binary be the processes that revert, and that inject and are killed.
func TestMain(m *testing.M) { os.Exit(providertest.Main(m, provider())) }

func provider() providers.Provider {
	return sdk.Provider{
		Name: "test", Version: "1.0.0", Description: "Makes files.",
		Types: providers.Types{Faults: []providers.Fault{marker{os.Getenv(flawVariable), &reverted{}}}},
	}.Provider()
}

// marker is the simplest fault there can be: a file that says until when it counts, which is
// what stands beside it. With a flaw, it breaks one promise of the contract.
type marker struct {
	flaw     string
	reverted *reverted
}

// reverted are the ids that must not be injected any more.
type reverted struct {
	mu  sync.Mutex // held during each call, so that none comes between another's look and its deed
	ids []string
}

type markerUndo struct {
	Dir string `json:"dir"`
}

func (marker) TypeName() string { return "test_marker" }

func (marker) Schema() *schema.Block { return &schema.Block{Description: "Makes a file."} }

func (m marker) Plan(_ context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	effect := "makes a file"
	if m.flaw == "plan depends on the clock" {
		effect += time.Now().String()
	}
	target := providers.Target{Kind: "folder", Name: "f", UID: req.Environment.Address}
	return providers.FaultPlan{
		Effect: effect, Targets: []providers.Target{target}, Eligible: 1, Population: 1,
		Radius: []string{"one folder"}, Undo: "removes the file", Guard: "the file, which says until when it counts",
	}, nil
}

func (m marker) Prepare(_ context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	undo, _ := json.Marshal(markerUndo{Dir: req.Environment.Address})
	record := providers.Record{ID: req.ID, Run: req.Run, Type: "test_marker", Version: 1, Targets: req.Plan.Targets, Deadline: req.Deadline, Undo: undo}
	if m.flaw == "prepare injects" {
		_ = os.WriteFile(m.path(record), nil, 0o600)
	}
	return record, nil
}

func (marker) path(record providers.Record) string {
	var undo markerUndo
	_ = json.Unmarshal(record.Undo, &undo)
	return filepath.Join(undo.Dir, record.ID)
}

func (m marker) Inject(_ context.Context, req providers.InjectRequest) error {
	if err := m.version(req.Record); err != nil {
		return err
	}
	if !time.Now().Before(req.Record.Deadline) && m.flaw != "injects after the deadline" {
		return errors.New("the deadline has passed")
	}
	m.reverted.mu.Lock()
	defer m.reverted.mu.Unlock()
	if slices.Contains(m.reverted.ids, req.Record.ID) && m.flaw != "injects late" {
		return errors.New("it was reverted")
	}
	path := m.path(req.Record)
	if m.flaw == "twice is two" {
		if _, err := os.Stat(path); err == nil {
			path += ".second"
		}
	}
	return os.WriteFile(path, []byte(m.until(path, req.Record.Deadline)), 0o600)
}

// until is what stands in the file.
func (m marker) until(path string, deadline time.Time) string {
	switch m.flaw {
	case "a deadline of its process":
		time.AfterFunc(time.Until(deadline), func() { os.Remove(path) })
		return ""
	case "no deadline":
		return ""
	default:
		return deadline.Format(time.RFC3339Nano)
	}
}

// over reports whether the time of a file is over.
func over(path string) bool {
	text, err := os.ReadFile(path)
	until, failed := time.Parse(time.RFC3339Nano, string(text))
	return err != nil || failed == nil && !time.Now().Before(until)
}

func (m marker) Observe(_ context.Context, record providers.Record) (providers.Observation, error) {
	if err := m.version(record); err != nil {
		return providers.Observation{State: providers.Unknown}, err
	}
	found, err := filepath.Glob(m.path(record) + "*")
	found = slices.DeleteFunc(found, over)
	if len(found) == 0 {
		return providers.Observation{State: providers.Absent}, err
	}
	settling := m.flaw == "settling while in place"
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "file", Text: found[0]}}, Settling: settling}, err
}

func (m marker) Revert(_ context.Context, record providers.Record) error {
	if err := m.version(record); err != nil {
		return err
	}
	if m.flaw == "revert does nothing" {
		return nil
	}
	m.reverted.mu.Lock()
	defer m.reverted.mu.Unlock()
	m.reverted.ids = append(m.reverted.ids, record.ID)
	err := os.Remove(m.path(record))
	if errors.Is(err, os.ErrNotExist) && m.flaw != "revert wants an injection" {
		return nil
	}
	return err
}

func (m marker) version(record providers.Record) error {
	if record.Version != 1 && m.flaw != "any version will do" {
		return errors.New("unknown version 9999")
	}
	return nil
}

func TestSoundFaultPasses(t *testing.T) { run(t, providertest.Harness{}) }

// TestForgetfulFaultPasses where its harness says that it forgets.
func TestForgetfulFaultPasses(t *testing.T) {
	t.Setenv(flawVariable, "injects late")
	run(t, providertest.Harness{Forgets: "it is a test"})
}

func run(t *testing.T, h providertest.Harness) {
	t.Helper()
	env := providers.EnvironmentState{Address: t.TempDir(), Type: "test", Up: true}
	h.Fault, h.Run, h.Environment, h.Planned, h.Timeout = providertest.Fault(t, provider(), "test_marker"), "r", env, env, 3*time.Second
	h.Fresh, h.Killed = providertest.FreshRevert, providertest.KilledInject
	providertest.Run(t, h)
}

// TestBrokenPromisesAreFound runs the kit on faults that break one promise each;
// every one must fail, in the test about that promise.
func TestBrokenPromisesAreFound(t *testing.T) {
	if os.Getenv(flawVariable) != "" {
		t.Skip("runs the others")
	}
	for flaw, found := range map[string]string{
		"plan depends on the clock":  "plan_is_repeatable",
		"prepare injects":            "prepare_changes_nothing",
		"twice is two":               "injected_twice_is_once",
		"injects late":               "not_injected_after_its_revert",
		"no deadline":                "reverted_at_its_deadline",
		"a deadline of its process":  "killed,_and_gone_at_its_deadline",
		"injects after the deadline": "injection_refused_after_its_deadline",
		"revert does nothing":        "injected,_proven,_reverted,_gone",
		"revert wants an injection":  "reverted_though_never_injected",
		"any version will do":        "unknown_record_version",
		"settling while in place":    "injected,_proven,_reverted,_gone",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestSoundFaultPasses$/^"+found, "-rapid.nofailfile")
			cmd.Env = append(slices.Clone(os.Environ()), flawVariable+"="+flaw)
			output, err := cmd.CombinedOutput()
			require.Error(t, err, "%s", output)
			assert.Contains(t, string(output), "--- FAIL: TestSoundFaultPasses/"+found)
		})
	}
}
