package crashmatrix

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/journal"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// selfUndone is how long after SIGKILL everything must be gone without anybody's
// help, beyond what the fault lasts. The supervisor acts at once when its runner
// goes; the bound is the deadline of the fault, which has a margin of 5 s.
const selfUndone = 6 * time.Second

// lookAround is how long a look at the machine may take while it is busy.
const lookAround = 5 * time.Second

// entries are those of a run with one fault, in order; TestUninterrupted holds
// them against a real run.
func entries() []journal.Type {
	return []journal.Type{
		journal.RunStarted, journal.EnvironmentPrepared, journal.EnvironmentUp,
		journal.FaultPrepared, journal.FaultInjected, journal.FaultActive, journal.FaultReverting, journal.FaultReverted,
		journal.EnvironmentDown, journal.RunFinished,
	}
}

// TestEveryType keeps the matrix whole: a new fault type must be in it. Those of
// clusters have a matrix of their own, and those of Chaos Mesh go that way, too: the kit tries them on a cluster.
func TestEveryType(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	for _, name := range set.Names(providers.KindFault) {
		if !strings.HasPrefix(name, "kubernetes_") && !strings.HasPrefix(name, "chaosmesh_") {
			assert.Contains(t, faults(), name)
		}
	}
}

func TestCrashMatrix(t *testing.T) {
	// These tests may themselves run under nohup: gameday is not to heed that.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) }) // once all cases have ended
	for faultType, body := range faults() {
		t.Run(faultType, func(t *testing.T) {
			t.Parallel()
			uninterrupted(t, faultType, body)
			for i, entry := range entries() {
				for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
					interrupted(t, newCase(t, faultType, body, "after", i+1, sig), entry)
				}
				killed(t, newCase(t, faultType, body, "before", i+1, syscall.SIGKILL), true)
				killed(t, newCase(t, faultType, body, "after", i+1, syscall.SIGKILL), false)
			}
		})
	}
}

// uninterrupted is the run that the others are cut from.
func uninterrupted(t *testing.T, faultType, body string) {
	t.Helper()
	c := newCase(t, faultType, body, "", 0, 0)
	require.Equal(t, 0, c.apply(), c.output)
	replay, err := journal.Read(c.runDir())
	require.NoError(t, err)
	var kinds []journal.Type
	for _, entry := range replay.Entries {
		kinds = append(kinds, entry.Type)
	}
	assert.Equal(t, entries(), kinds)
	c.nothingLeft(0)
}

// interrupted: the run ends by itself, undoes everything and says what happened.
func interrupted(t *testing.T, c *crash, entry journal.Type) {
	t.Helper()
	code := c.apply()
	want := []int{128 + int(c.signal)}
	switch entry {
	case journal.EnvironmentDown:
		want = append(want, 0) // everything was over; which comes first is a race
	case journal.RunFinished:
		want = []int{0}
	}
	assert.Contains(t, want, code, "%s\n%s", c, c.output)
	c.nothingLeft(0)
	c.journalIsClean()
	if code != 0 {
		assert.Positive(t, c.junitErrors("junit.xml"), "%s: the report says that the run was stopped", c)
	}
}

// killed: whatever stands beside the fault undoes it, or recover does; and
// recover brings journal and report up to date in either case.
func killed(t *testing.T, c *crash, waits bool) {
	t.Helper()
	assert.Equal(t, -1, c.apply(), "%s: killed\n%s", c, c.output)
	if waits {
		c.nothingLeft(c.lasts + selfUndone)
	}
	assert.Equal(t, 0, c.gameday("recover"), "%s\n%s", c, c.output)
	c.nothingLeft(0)
	c.journalIsClean()
	if c.entry < len(entries()) {
		assert.Positive(t, c.junitErrors(filepath.Join(c.runDir(), "junit.xml")), "%s: the report says that the run was killed", c)
	}
	assert.Equal(t, 0, c.gameday("recover"), "%s: again, with nothing to do\n%s", c, c.output)
}

// crash is one cell of the matrix.
type crash struct {
	t      *testing.T
	name   string
	lasts  time.Duration // the fault
	stage  stage
	dir    string
	tmp    string
	when   string
	entry  int
	signal syscall.Signal
	times  int // how often the signal is sent; once when it is 0
	output string
}

// stage is what a case is tried on.
type stage interface {
	// set makes everything ready for a run of the case, and returns its configuration.
	set(c *crash) string
	// asBefore fails the test where something of the run is left.
	asBefore(c *crash)
}

// machine is the one that the tests run on, with a fault of a type.
type machine struct{ faultType, body string }

func (m machine) set(c *crash) string { return configuration(c.dir, m.faultType, m.body, c.lasts) }

func (machine) asBefore(c *crash) { c.nothingLeft(0) }

func newCase(t *testing.T, faultType, body, when string, entry int, sig syscall.Signal) *crash {
	t.Helper()
	c := &crash{t: t, name: faultType, lasts: duration, stage: machine{faultType, body}, when: when, entry: entry, signal: sig}
	c.begin()
	return c
}

// begin takes folders in which nothing has run.
func (c *crash) begin() {
	c.t.Helper()
	c.dir, c.tmp = c.t.TempDir(), c.t.TempDir()
	require.NoError(c.t, os.WriteFile(filepath.Join(c.dir, "x.gameday.hcl"), []byte(c.stage.set(c)), 0o600))
}

func (c *crash) String() string {
	return fmt.Sprintf("%s: %s %s entry %d", c.name, c.signal, c.when, c.entry)
}

// apply runs the experiment, with a report. Where the machine is too busy for a
// verdict, and so perhaps for the moment of the signal, gameday is right to give
// none; it is tried again then, with a fault that lasts twice as long.
func (c *crash) apply() int {
	c.t.Helper()
	for try := 1; ; try++ {
		code := c.gameday("apply", "-auto-approve", "-junit-xml", "junit.xml")
		tooBusy := code == verdict.ExitCode(verdict.Inconclusive, false, 0) || code == verdict.ExitCode(verdict.Unsteady, false, 0)
		if !tooBusy || try == 4 {
			return code
		}
		c.t.Logf("%s: exit code %d of a fault that lasts %s\n%s", c, code, c.lasts, c.output)
		c.stage.asBefore(c)
		c.lasts *= 2
		c.begin()
	}
}

// gameday runs the command and returns its exit code, -1 when it was killed.
func (c *crash) gameday(args ...string) int {
	c.t.Helper()
	cmd := c.command(args...)
	output, err := cmd.CombinedOutput()
	c.output = string(output)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(c.t, err)
	}
	return cmd.ProcessState.ExitCode()
}

func (c *crash) command(args ...string) *exec.Cmd {
	c.t.Helper()
	self, err := os.Executable()
	require.NoError(c.t, err)
	cmd := exec.Command(self, args...)
	cmd.Dir = c.dir
	// Locks on the machine are kept below the folder for temporary files: a folder
	// of its own keeps other runs of this test on the same machine apart.
	cmd.Env = append(os.Environ(), asGameday+"=1", "TMPDIR="+c.tmp)
	if args[0] == "apply" && c.entry > 0 {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s %d %d %d", dieAt, c.when, c.entry, c.signal, max(c.times, 1)))
	}
	return cmd
}

func (c *crash) runDir() string {
	c.t.Helper()
	dirs, err := filepath.Glob(filepath.Join(c.dir, ".gameday", "runs", "*"))
	require.NoError(c.t, err)
	require.Len(c.t, dirs, 1, c.output)
	return dirs[0]
}

// nothingLeft looks at the machine: no process of the run is there, and nothing
// was left in its folder. Within allows for those that are just ending.
func (c *crash) nothingLeft(within time.Duration) {
	c.t.Helper()
	run := filepath.Base(c.runDir())
	assert.EventuallyWithT(c.t, func(t *assert.CollectT) {
		assert.Empty(t, marked(run), "%s\n%s", c, c.output)
	}, max(within, lookAround), 20*time.Millisecond)
	names, err := filepath.Glob(filepath.Join(c.dir, "*"))
	require.NoError(c.t, err)
	names = slices.DeleteFunc(names, func(name string) bool {
		// .junit.xml… is the report that was being written when the process was killed.
		base := filepath.Base(name)
		return slices.Contains([]string{".gameday", "x.gameday.hcl", "junit.xml"}, base) || strings.HasPrefix(base, ".junit.xml")
	})
	assert.Empty(c.t, names, "%s", c)
}

// marked are the processes that carry the run's mark, read from the kernel.
func marked(run string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		environ, err := os.ReadFile(file)
		if err == nil && strings.Contains("\x00"+string(environ), "\x00GAMEDAY_RUN="+run) {
			found = append(found, file)
		}
	}
	return found
}

func (c *crash) journalIsClean() {
	c.t.Helper()
	replay, err := journal.Read(c.runDir())
	require.NoError(c.t, err, "%s", c)
	assert.True(c.t, replay.Clean(), "%s: the journal has open entries", c)
	assert.NotNil(c.t, replay.Finished, "%s: the journal is closed", c)
}

// junitErrors counts the errors in a report.
func (c *crash) junitErrors(path string) int {
	c.t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.dir, path)
	}
	text, err := os.ReadFile(path)
	require.NoError(c.t, err, "%s", c)
	var report struct {
		Suites []struct {
			Cases []struct {
				Error *struct{} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(c.t, xml.Unmarshal(text, &report), "%s", c)
	count := 0
	for _, suite := range report.Suites {
		for _, testcase := range suite.Cases {
			if testcase.Error != nil {
				count++
			}
		}
	}
	return count
}
