package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

// flawVariable names the broken promise of the fault in a test process.
const flawVariable = "PROVIDERTEST_FLAW"

// marker is the simplest fault there can be: a file. With a flaw, it breaks one
// promise of the contract.
type marker struct{ flaw string }

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
		Radius: []string{"one folder"}, Undo: "removes the file", Guard: "none",
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
	path := m.path(req.Record)
	if m.flaw == "twice is two" {
		if _, err := os.Stat(path); err == nil {
			path += ".second"
		}
	}
	if m.flaw != "no deadline" {
		time.AfterFunc(time.Until(req.Record.Deadline), func() { os.Remove(path) })
	}
	return os.WriteFile(path, nil, 0o600)
}

func (m marker) Observe(_ context.Context, record providers.Record) (providers.Observation, error) {
	if err := m.version(record); err != nil {
		return providers.Observation{State: providers.Unknown}, err
	}
	found, err := filepath.Glob(m.path(record) + "*")
	if len(found) == 0 {
		return providers.Observation{State: providers.Absent}, err
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "file", Text: found[0]}}}, err
}

func (m marker) Revert(_ context.Context, record providers.Record) error {
	if err := m.version(record); err != nil {
		return err
	}
	if m.flaw == "revert does nothing" {
		return nil
	}
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

func run(t *testing.T, flaw string) {
	t.Helper()
	m := marker{flaw}
	env := providers.EnvironmentState{Address: t.TempDir(), Type: "test", Up: true}
	providertest.Run(t, providertest.Harness{
		Fault: m, Run: "r", Environment: env, Planned: env, Timeout: 3 * time.Second,
		Fresh: func(ctx context.Context, text []byte) error {
			var record providers.Record
			return errors.Join(json.Unmarshal(text, &record), m.Revert(ctx, record))
		},
	})
}

func TestSoundFaultPasses(t *testing.T) { run(t, os.Getenv(flawVariable)) }

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
		"no deadline":                "reverted_at_its_deadline",
		"injects after the deadline": "injection_refused_after_its_deadline",
		"revert does nothing":        "injected,_proven,_reverted,_gone",
		"revert wants an injection":  "reverted_though_never_injected",
		"any version will do":        "unknown_record_version",
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
