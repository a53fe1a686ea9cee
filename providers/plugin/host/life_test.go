package host_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/host"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

const (
	patience = 20 * time.Second
	tick     = 5 * time.Millisecond
)

// TestConformance: the kit, by way of another process.
func TestConformance(t *testing.T) {
	p, dir := start(t), t.TempDir()
	providertest.Run(t, providertest.Harness{
		Fault: p.Types().Faults[0], Config: fmt.Sprintf("dir = %q", dir), Run: "run",
		Environment: providers.EnvironmentState{Up: true}, Fresh: providertest.FreshRevert,
	})
}

// TestAPluginThatDiesIsStartedAgainToRevert, and the run sees that the fault is gone, and why.
func TestAPluginThatDiesIsStartedAgainToRevert(t *testing.T) {
	p, dir := start(t), t.TempDir()
	fault, record, err := injected(t, p, dir, "", time.Minute)
	require.NoError(t, err)
	pid := pidOf(t, dir, record)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool { return isGone(dir, record) }, patience, tick, "nobody asked for it")
	seen, err := fault.Observe(t.Context(), record)
	require.NoError(t, err)
	assert.Equal(t, providers.Absent, seen.State)
	assert.Contains(t, seen.Detail, "the provider tester")
	assert.Contains(t, seen.Detail, "ended while the fault was in place")
	require.NoError(t, fault.Revert(t.Context(), record), "once more")
}

// TestAPluginThatIsKilledLeavesNoSocket: programs that were killed could not tidy up.
func TestAPluginThatIsKilledLeavesNoSocket(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	p, dir := start(t), t.TempDir()
	_, record, err := injected(t, p, dir, "", time.Minute)
	require.NoError(t, err)
	require.NotEmpty(t, list(t, temporary))
	require.NoError(t, syscall.Kill(pidOf(t, dir, record), syscall.SIGKILL))
	require.Eventually(t, func() bool { return isGone(dir, record) }, patience, tick)
	p.Close()
	assert.Empty(t, list(t, temporary))
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "plugin*"))
	require.NoError(t, err)
	return found
}

func isGone(dir string, record providers.Record) bool {
	_, err := os.Stat(filepath.Join(dir, record.ID))
	return os.IsNotExist(err)
}

// TestAPluginThatDiesInAnInjection is named, with the last lines of its log.
func TestAPluginThatDiesInAnInjection(t *testing.T) {
	p, dir := start(t), t.TempDir()
	fault, record, err := injected(t, p, dir, "exit", time.Minute)
	require.ErrorContains(t, err, "the provider tester")
	require.ErrorContains(t, err, "ended in the middle of InjectFault")
	require.ErrorContains(t, err, "about to leave")
	require.NoError(t, fault.Revert(t.Context(), record))
	assert.True(t, isGone(dir, record))
}

// TestAPluginThatDiesWhileAnEnvironmentComesUp is named also where gameday notices as it answers.
func TestAPluginThatDiesWhileAnEnvironmentComesUp(t *testing.T) {
	p := start(t)
	env, typ := p.Types().Environments[0], p.Types().Probes[0]
	prober, _ := typ.Open(t.Context(), providers.OpenRequest{Config: config(t, typ, "")})
	dying := pidOfSample(prober.Sample(t.Context()))
	handle, _ := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{Run: "r", RunDir: t.TempDir(), Address: "environment.e"})
	_, diags := env.Up(t.Context(), providers.UpRequest{
		Handle: handle, Progress: func(string) {},
		Configure: func(cty.Value) (schema.Values, providers.Diagnostics) {
			assert.NoError(t, syscall.Kill(dying, syscall.SIGKILL))
			assert.Eventually(t, func() bool {
				seen := prober.Sample(t.Context())
				return seen.OK && pidOfSample(seen) != dying
			}, patience, tick, "gameday knows that it has ended")
			return config(t, env, ""), nil
		},
	})
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Detail, "the provider tester")
	assert.Contains(t, diags[0].Detail, "ended in the middle of UpEnvironment")
	require.NoError(t, prober.Close())
}

// TestAPanicEndsACallAlone: what else the process guards stays guarded.
func TestAPanicEndsACallAlone(t *testing.T) {
	p, dir := start(t), t.TempDir()
	fault, record, err := injected(t, p, dir, "panic", time.Minute)
	require.ErrorContains(t, err, "the provider panicked: told to")
	seen, err := fault.Observe(t.Context(), record)
	require.NoError(t, err)
	assert.Equal(t, providers.Active, seen.State, "half of it is there, in the same process")
	require.NoError(t, fault.Revert(t.Context(), record))
}

// TestErrorsAreThePluginsOwn: who reads them has no use for how they came.
func TestErrorsAreThePluginsOwn(t *testing.T) {
	p := start(t)
	fault, record, err := injected(t, p, t.TempDir(), "fail", time.Minute)
	require.EqualError(t, err, "expected nothing, and failed as told")
	require.NoError(t, fault.Revert(t.Context(), record))
	record.Version = 99
	require.ErrorContains(t, fault.Revert(t.Context(), record), "it is of version 99")
}

// TestAPluginThatHangs in one call goes on in others; one that answers nothing is replaced.
func TestAPluginThatHangs(t *testing.T) {
	p := start(t)
	run := func(way string, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		act := p.Types().Actions[0]
		_, err := act.Run(ctx, providers.ActionRequest{Config: config(t, act, fmt.Sprintf("way = %q", way))})
		return err
	}
	require.ErrorIs(t, run("hang", 200*time.Millisecond), context.DeadlineExceeded)
	require.NoError(t, run("", patience))
	err := run("stop", 200*time.Millisecond)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "hung in RunAction, answered nothing any more and was ended")
	require.NoError(t, run("", patience), "another process")
}

// lingers is how long the sampler waits for a sample whose time is over, and the engine for a look.
const lingers = time.Second

// TestAPluginThatIsStoppedLosesSamples in good time: one that comes later is a failure of the target. It is replaced meanwhile,
// as one that is stopped in a look is.
func TestAPluginThatIsStoppedLosesSamples(t *testing.T) {
	for name, ask := range map[string]func(context.Context, providers.Prober, providers.Fault) (answer string, answered bool){
		"Sample": func(ctx context.Context, prober providers.Prober, _ providers.Fault) (string, bool) {
			seen := prober.Sample(ctx)
			return seen.Error, !seen.Lost
		},
		"ObserveFault": func(ctx context.Context, _ providers.Prober, fault providers.Fault) (string, bool) {
			seen, err := fault.Observe(ctx, providers.Record{ID: "x", Type: fault.TypeName(), Version: 1, Undo: []byte("{}")})
			return seen.Detail, err == nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			typ := p.Types().Probes[0]
			prober, _ := typ.Open(t.Context(), providers.OpenRequest{Config: config(t, typ, ""), Timeout: timeout})
			stopped := pidOfSample(prober.Sample(t.Context()))
			require.NoError(t, syscall.Kill(stopped, syscall.SIGSTOP))
			for answered := true; answered; { // it may take a moment until all of its threads stand
				var answer string
				began := time.Now()
				answer, answered = within(t, timeout, func(ctx context.Context) (string, bool) { return ask(ctx, prober, p.Types().Faults[0]) })
				assert.Less(t, time.Since(began), timeout+lingers)
				assert.True(t, answered || strings.Contains(answer, "the provider tester has not answered "+name), answer)
			}
			require.Eventually(t, func() bool {
				seen := prober.Sample(t.Context())
				return seen.OK && pidOfSample(seen) != stopped
			}, patience, tick, "another process")
			require.Error(t, syscall.Kill(stopped, 0), "it has ended")
			require.NoError(t, prober.Close())
		})
	}
}

const timeout = 200 * time.Millisecond

func within(t *testing.T, timeout time.Duration, ask func(context.Context) (string, bool)) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return ask(ctx)
}

// pidOfSample is the process that took a sample.
func pidOfSample(seen providers.Sample) int {
	if !seen.OK {
		return 0
	}
	pid, _ := seen.Fields.GetAttr("pid").AsBigFloat().Int64()
	return int(pid)
}

// TestCloseWaitsForADoubt: a program that was stopped is not left behind, and nor is whoever finds that out.
func TestCloseWaitsForADoubt(t *testing.T) {
	p := start(t)
	typ := p.Types().Probes[0]
	prober, _ := typ.Open(t.Context(), providers.OpenRequest{Config: config(t, typ, "")})
	stopped := pidOfSample(prober.Sample(t.Context()))
	require.NoError(t, syscall.Kill(stopped, syscall.SIGSTOP))
	for answered := true; answered; {
		_, answered = within(t, tick, func(ctx context.Context) (string, bool) { return "", !prober.Sample(ctx).Lost })
	}
	p.Close()
	require.Error(t, syscall.Kill(stopped, 0), "it has ended")
}

// TestTheDeadlineEndsAFault though nobody asks.
func TestTheDeadlineEndsAFault(t *testing.T) {
	p, dir := start(t), t.TempDir()
	_, record, err := injected(t, p, dir, "", 300*time.Millisecond)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return isGone(dir, record) }, patience, tick)
	assert.WithinDuration(t, record.Deadline, time.Now(), time.Second)
}

// TestCloseUndoesWhatIsInPlace: nothing needs to be asked for.
func TestCloseUndoesWhatIsInPlace(t *testing.T) {
	p, dir := start(t), t.TempDir()
	fault, record, err := injected(t, p, dir, "", time.Minute)
	require.NoError(t, err)
	pid := pidOf(t, dir, record)
	p.Close()
	assert.True(t, isGone(dir, record))
	require.Error(t, syscall.Kill(pid, 0), "it has ended")
	require.ErrorContains(t, fault.Revert(t.Context(), record), "closed")
}

// beHost is a gameday that injects, says so, and waits for its end.
func beHost(dir string) {
	self, _ := os.Executable()
	p, err := host.Start(context.Background(), host.Source{Name: "tester", Path: self}, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fault := p.Types().Faults[0]
	var t failing
	values := providertest.Decode(t, fault.Schema(), fmt.Sprintf("dir = %q", dir))
	plan, _ := fault.Plan(context.Background(), providers.FaultPlanRequest{Config: values})
	record, _ := fault.Prepare(context.Background(), providers.PrepareRequest{ID: "marker", Run: "run", Config: values, Plan: plan, Deadline: time.Now().Add(time.Hour)})
	if err := fault.Inject(context.Background(), providers.InjectRequest{Record: record, Config: values}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	select {}
}

// failing is a test in a process that is none.
type failing struct{}

func (failing) Errorf(format string, args ...any) { fmt.Printf(format, args...) }
func (failing) FailNow()                          { os.Exit(1) }

// TestGamedayIsKilled: the plugin notices, reverts, and ends. It logs meanwhile, to a pipe that gameday has read.
func TestGamedayIsKilled(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	gameday := exec.CommandContext(t.Context(), self, "host", dir)
	var output strings.Builder
	gameday.Stdout = &output
	require.NoError(t, gameday.Start())
	record := providers.Record{ID: "marker"}
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(dir, record.ID))
		return err == nil && len(text) > 0
	}, patience, tick, &output)
	pid := pidOf(t, dir, record)
	require.NoError(t, gameday.Process.Kill())
	_ = gameday.Wait()
	require.Eventually(t, func() bool { return isGone(dir, record) }, patience, tick)
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, patience, tick, "it has ended")
}

// TestSignalsForGameday do not reach its plugins, nor end them.
func TestSignalsForGameday(t *testing.T) {
	p, dir := start(t), t.TempDir()
	fault, record, err := injected(t, p, dir, "", time.Minute)
	require.NoError(t, err)
	pid := pidOf(t, dir, record)
	group, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	assert.Equal(t, pid, group, "a group of its own")
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	require.NoError(t, syscall.Kill(pid, syscall.SIGINT))
	require.NoError(t, syscall.Kill(pid, syscall.SIGPIPE))
	seen, err := fault.Observe(t.Context(), record)
	require.NoError(t, err)
	assert.Equal(t, providers.Active, seen.State)
	assert.Equal(t, pid, pidOf(t, dir, record))
	require.NoError(t, fault.Revert(t.Context(), record))
}

// TestSignalsForProgramsOfAPlugin end them: what it does about its own is not inherited.
func TestSignalsForProgramsOfAPlugin(t *testing.T) {
	act := start(t).Types().Actions[0]
	_, err := act.Run(t.Context(), providers.ActionRequest{Config: config(t, act, `way = "child"`)})
	require.EqualError(t, err, "the child ended: signal: terminated")
}
