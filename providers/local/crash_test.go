package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/stress"
)

// crashEnvironment has everything that could be left behind: a process with a
// child that ignores signals, another that left its session, and a link.
const crashEnvironment = `
process "web" {
  command = [server, "server", "child", "daemon"]
  env     = { LISTEN = self.process.web.address.http }
  ports   = ["http"]
  ready {
    http     = "/healthz"
    interval = "2ms"
  }
}
link "web" { to = self.process.web.address.http }
`

// crashFaults are one of each way that a fault could stay.
func crashFaults() map[string]string {
	return map[string]string{
		"local_process_kill":      `target {}`,
		"local_process_pause":     `target {}`,
		"local_process_restart":   `target {}`,
		"local_network_partition": `target {}`,
		"local_cpu_stress":        `workers = 1`,
		"local_memory_stress":     `size = "64Mi"`,
		"local_disk_fill":         "size = \"16Mi\"\npath = \"/tmp\"",
	}
}

// errand is what a runner process is to do before it waits to be killed.
type errand struct {
	Dir    string        `json:"dir"`
	Stage  string        `json:"stage"` // "up", "injecting", "injected"
	Fault  string        `json:"fault"`
	Config string        `json:"config"`
	Lives  time.Duration `json:"lives"` // until the fault's deadline
}

// left is what the runner tells of itself, which its journal would hold.
type left struct {
	Run    string                      `json:"run"`
	Handle providers.EnvironmentHandle `json:"handle"`
	Record providers.Record            `json:"record"`
	PID    int                         `json:"supervisor"`
}

const errandVariable = "GAMEDAY_TEST_ERRAND"

// TestRunnerProcess is not a test but the runner of the tests below: a process
// that brings an environment up, injects, and stays until it is killed.
func TestRunnerProcess(t *testing.T) {
	text := os.Getenv(errandVariable)
	if text == "" {
		t.Skip("runs in a process of its own")
	}
	require.NoError(t, os.Unsetenv(errandVariable))
	var e errand
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	w := newWorldIn(t, e.Dir, crashEnvironment).up()
	told := left{Run: w.run, Handle: w.handle, PID: w.status().PID}
	told.Record = w.prepare(e.Fault, e.Config, e.Lives)
	request := providers.InjectRequest{
		Record: told.Record, Environment: w.state,
		Config: providertest.Decode(t, w.fault(e.Fault).Schema(), e.Config),
	}
	switch e.Stage {
	case "injecting":
		go func() { _ = w.fault(e.Fault).Inject(context.Background(), request) }()
	case "injected":
		require.NoError(t, w.fault(e.Fault).Inject(t.Context(), request))
	}
	tell(t, filepath.Join(e.Dir, "told"), told)
	select {}
}

// tell writes the file at once: whoever finds it finds all of it.
func tell(t *testing.T, path string, told left) {
	t.Helper()
	text, err := json.Marshal(told)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".part", text, 0o600))
	require.NoError(t, os.Rename(path+".part", path))
}

// prepare makes a record for a fault.
func (w *world) prepare(fault, config string, lives time.Duration) providers.Record {
	values := providertest.Decode(w.t, w.fault(fault).Schema(), config)
	plan, diags := w.fault(fault).Plan(w.t.Context(), providers.FaultPlanRequest{Config: values, Environment: w.state})
	require.False(w.t, diags.HasErrors(), "%+v", diags)
	record, diags := w.fault(fault).Prepare(w.t.Context(), providers.PrepareRequest{
		ID: ulid.Make().String(), Address: "fault.test", Run: w.run, Config: values,
		Environment: w.state, Plan: plan, Deadline: time.Now().Add(lives),
	})
	require.False(w.t, diags.HasErrors(), "%+v", diags)
	return record
}

// startRunner starts a runner and waits until it has done its errand.
func startRunner(t *testing.T, e errand) (*exec.Cmd, left) {
	t.Helper()
	e.Dir = t.TempDir()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^TestRunnerProcess$")
	cmd.Env = append(os.Environ(), errandVariable+"="+string(text))
	output := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = output, output
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	var told left
	eventually(t, func() error {
		select {
		case <-ended:
			require.Fail(t, "the runner ended", output.String())
		default:
		}
		text, err := os.ReadFile(filepath.Join(e.Dir, "told"))
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &told)
	})
	return cmd, told
}

// nothingLeft waits until nothing carries the run's mark, asked with fresh eyes.
func nothingLeft(t *testing.T, told left) {
	t.Helper()
	env := local.New().Types().Environments[0]
	eventually(t, func() error {
		found, err := env.Leftovers(t.Context(), told.Handle)
		if err == nil && len(found) > 0 {
			err = fmt.Errorf("left: %v", found)
		}
		return err
	})
	observeAbsent(t, told)
}

func observeAbsent(t *testing.T, told left) {
	t.Helper()
	fault := faultNamed(t, told.Record.Type)
	seen, err := fault.Observe(t.Context(), told.Record)
	require.NoError(t, err)
	require.Equal(t, providers.Absent, seen.State, "%+v", seen)
	require.NoError(t, fault.Revert(t.Context(), told.Record), "a revert with nothing left to revert")
}

func faultNamed(t *testing.T, name string) providers.Fault {
	t.Helper()
	return (&world{t: t, provider: local.New()}).fault(name)
}

func down(t *testing.T, told left) {
	t.Helper()
	require.NoError(t, local.New().Types().Environments[0].Down(t.Context(), told.Handle))
}

// TestRunnerKilled kills the runner at every stage; the supervisor does the rest.
func TestRunnerKilled(t *testing.T) {
	for fault, config := range crashFaults() {
		for _, stage := range []string{"up", "injecting", "injected"} {
			t.Run(fault+" "+stage, func(t *testing.T) {
				runner, told := startRunner(t, errand{Stage: stage, Fault: fault, Config: config, Lives: time.Minute})
				require.NoError(t, runner.Process.Kill())
				nothingLeft(t, told)
				down(t, told)
			})
		}
	}
}

// TestSupervisorKilled kills the supervisor at every stage. What was its child
// ends by the kernel's hand; what had left its group and session is for Down.
func TestSupervisorKilled(t *testing.T) {
	for fault, config := range crashFaults() {
		for _, stage := range []string{"up", "injecting", "injected"} {
			t.Run(fault+" "+stage, func(t *testing.T) {
				_, told := startRunner(t, errand{Stage: stage, Fault: fault, Config: config, Lives: time.Minute})
				require.NoError(t, syscall.Kill(told.PID, syscall.SIGKILL))
				nothingHarmed(t, told)
				observeAbsent(t, told)
				down(t, told)
				nothingLeft(t, told)
			})
		}
	}
}

// nothingHarmed waits until the kernel has ended the supervisor's children and
// stopped processes are stopped no more, before anybody cleans up.
func nothingHarmed(t *testing.T, told left) {
	t.Helper()
	eventually(t, func() error {
		live, err := supervisor.Find(told.Run, told.Handle.Address)
		if err != nil {
			return err
		}
		for _, stat := range live {
			environ := procfs.Environ(stat.PID)
			if stat.Stopped() || procfs.Lookup(environ, supervisor.MarkFault) != "" {
				return fmt.Errorf("process %d (%s) is in state %c", stat.PID, stat.Command, stat.State)
			}
		}
		return nil
	})
}

// TestSupervisorEndsInOrder sends the signals by which people and systems end
// processes.
func TestSupervisorEndsInOrder(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			_, told := startRunner(t, errand{Stage: "injected", Fault: "local_process_pause", Config: `target {}`, Lives: time.Minute})
			require.NoError(t, syscall.Kill(told.PID, signal))
			nothingLeft(t, told)
		})
	}
}

// TestRunnerHangs stops the runner, so that its lease does not break. The fault
// ends at its deadline all the same.
func TestRunnerHangs(t *testing.T) {
	runner, told := startRunner(t, errand{Stage: "injected", Fault: "local_process_pause", Config: `target {}`, Lives: 2 * time.Second})
	require.NoError(t, runner.Process.Signal(syscall.SIGSTOP))
	fault := faultNamed(t, told.Record.Type)
	eventually(t, func() error {
		seen, err := fault.Observe(t.Context(), told.Record)
		if err == nil && seen.State != providers.Absent {
			err = fmt.Errorf("%+v", seen)
		}
		return err
	})
	assert.False(t, time.Now().Before(told.Record.Deadline), "not before the deadline")
	require.NoError(t, runner.Process.Kill())
	nothingLeft(t, told)
}

// TestDiskSpaceComesBack looks at the file itself, through a descriptor that
// outlives nothing.
func TestDiskSpaceComesBack(t *testing.T) {
	dir := t.TempDir()
	_, told := startRunner(t, errand{Stage: "injected", Fault: "local_disk_fill", Config: fmt.Sprintf("size = \"16Mi\"\npath = %q", dir), Lives: time.Minute})
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "the file has no name")
	workers, err := supervisor.FindFault(told.Run, told.Handle.Address, told.Record.ID)
	require.NoError(t, err)
	require.Len(t, workers, 1)
	assert.GreaterOrEqual(t, stress.FilledBytes(workers[0].PID), int64(16<<20))
	require.NoError(t, syscall.Kill(told.PID, syscall.SIGKILL))
	eventually(t, func() error {
		if workers[0].Identity().Alive() {
			return errors.New("the worker lives")
		}
		return nil
	})
	_, err = os.Stat(fmt.Sprintf("/proc/%d/fd/100", workers[0].PID))
	require.ErrorIs(t, err, fs.ErrNotExist)
	down(t, told)
}
