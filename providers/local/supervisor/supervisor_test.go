//go:build linux

package supervisor_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// TestMain is also the agent that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(supervisor.Main(os.Args[2:], os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == "leave-group" {
		os.Exit(leaveGroup())
	}
	// The race detector lets every process wait for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

// leaveGroup is a process that joins its parent's process group.
func leaveGroup() int {
	if err := syscall.Setpgid(0, os.Getppid()); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("left")
	select {}
}

const environment = "environment.test"

// supervised is a supervisor with a held lease, which ends with the test.
type supervised struct {
	*supervisor.Client
	run    string
	dir    string
	lease  *supervisor.Lease
	exited <-chan struct{}
}

func configure(t *testing.T) supervisor.Supervisor {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	return supervisor.Supervisor{
		Agent: supervisor.Agent{Path: self, Args: []string{"agent"}},
		Run:   ulid.Make().String(), Environment: environment,
		Socket: filepath.Join(dir, "agent", "sock"), Log: filepath.Join(dir, "log"),
	}
}

func start(t *testing.T) *supervised {
	t.Helper()
	config := configure(t)
	exited, err := config.Start()
	require.NoError(t, err)
	s := &supervised{Client: supervisor.NewClient(config.Socket), run: config.Run, dir: filepath.Dir(config.Log), exited: exited}
	t.Cleanup(func() {
		if s.lease != nil {
			s.lease.Release()
		}
		<-exited
		s.Close()
	})
	s.lease, err = s.Lease(t.Context())
	require.NoError(t, err)
	return s
}

// sleep starts a process that only sleeps.
func (s *supervised) sleep(t *testing.T) supervisor.ProcessStatus {
	t.Helper()
	return s.named(t, "a")
}

func (s *supervised) named(t *testing.T, name string) supervisor.ProcessStatus {
	t.Helper()
	status, err := s.StartProcess(t.Context(), supervisor.ProcessSpec{
		Name: name, Path: "/bin/sleep", Args: []string{"sleep", "60"}, Dir: s.dir, Log: filepath.Join(s.dir, name+".log"),
		Ready:   supervisor.ReadySpec{Interval: time.Millisecond, Timeout: time.Second},
		Restart: supervisor.RestartNever, StopSignal: int(syscall.SIGTERM), StopTimeout: time.Second,
	})
	require.NoError(t, err)
	return status
}

func pauseOf(id string, process supervisor.ProcessStatus, lives time.Duration) supervisor.FaultSpec {
	return supervisor.FaultSpec{
		ID: id, Kind: supervisor.FaultPause, Deadline: time.Now().Add(lives),
		Processes: []supervisor.ProcessTarget{{Name: process.Name, Identity: process.Identity}},
	}
}

func TestLeaseEndsEverything(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	s.lease.Release()
	<-s.exited
	assert.False(t, process.Identity.Alive())
	_, err := s.Status(t.Context())
	require.ErrorIs(t, err, supervisor.ErrUnreachable)
	assert.NoDirExists(t, filepath.Join(s.dir, "agent"), "the socket is gone with its folder")
	found, err := supervisor.Find(s.run, environment)
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestOneLease(t *testing.T) {
	s := start(t)
	_, err := s.Lease(t.Context())
	require.ErrorContains(t, err, "held by another process")
}

func TestStopAnswersWhenNothingIsLeft(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	require.NoError(t, s.Stop(t.Context()))
	assert.False(t, process.Identity.Alive())
	<-s.lease.Done()
}

func TestSocketIsPrivate(t *testing.T) {
	s := start(t)
	info, err := os.Stat(filepath.Join(s.dir, "agent"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

// TestFoldersOfOthersAreRefused prepares a folder that anybody may write to.
func TestFoldersOfOthersAreRefused(t *testing.T) {
	config := configure(t)
	require.NoError(t, os.Mkdir(filepath.Dir(config.Socket), 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(config.Socket), 0o777))
	_, err := config.Start()
	require.ErrorContains(t, err, "expected one that only user")
}

// TestRunnerDiesWhileItStarts starts a supervisor by hand, with nobody to hear it.
func TestRunnerDiesWhileItStarts(t *testing.T) {
	config := configure(t)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	cmd := exec.Command(config.Agent.Path, "agent", "supervise", "-socket", config.Socket, "-run", config.Run, "-environment", environment)
	cmd.ExtraFiles = []*os.File{writer}
	begun := time.Now()
	require.NoError(t, cmd.Start())
	require.NoError(t, writer.Close())
	require.NoError(t, cmd.Wait())
	assert.Less(t, time.Since(begun), 8*time.Second, "it does not wait for a lease that cannot come")
	assert.NoFileExists(t, config.Socket)
}

func TestAgentThatIsNone(t *testing.T) {
	config := configure(t)
	config.Agent = supervisor.Agent{Path: "/bin/true"}
	_, err := config.Start()
	require.ErrorContains(t, err, "it ended before it listened")
}

func TestPausedTwiceContinuesOnce(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	spec := pauseOf("f", process, time.Minute)
	for range 2 {
		status, err := s.Inject(t.Context(), spec)
		require.NoError(t, err)
		require.Equal(t, supervisor.PhaseInjected, status.Phase)
	}
	stat, err := process.Identity.Stat()
	require.NoError(t, err)
	assert.True(t, stat.Stopped())
	require.NoError(t, s.Revert(t.Context(), "f"))
	stat, err = process.Identity.Stat()
	require.NoError(t, err)
	assert.False(t, stat.Stopped())
}

func TestReplacedProcessIsLeftAlone(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	process.Identity.Start++
	_, err := s.Inject(t.Context(), pauseOf("f", process, time.Minute))
	require.ErrorContains(t, err, "was replaced")
	require.NoError(t, s.Revert(t.Context(), "f"))
}

func TestRevertedIDStaysReverted(t *testing.T) {
	s := start(t)
	process := s.sleep(t)
	require.NoError(t, s.Revert(t.Context(), "f"))
	_, err := s.Inject(t.Context(), pauseOf("f", process, time.Minute))
	require.ErrorIs(t, err, supervisor.ErrReverted)
}

func TestDeadlineThatHasPassed(t *testing.T) {
	s := start(t)
	_, err := s.Inject(t.Context(), pauseOf("f", s.sleep(t), -time.Second))
	require.ErrorContains(t, err, "deadline has passed")
}

func TestUnknownNames(t *testing.T) {
	s := start(t)
	deadline := time.Now().Add(time.Minute)
	for want, spec := range map[string]supervisor.FaultSpec{
		`no process "b"`:            pauseOf("1", supervisor.ProcessStatus{Name: "b"}, time.Minute),
		`no fault of kind "x"`:      {ID: "2", Kind: "x", Deadline: deadline},
		`no link "l"`:               {ID: "3", Kind: supervisor.FaultLink, Links: []string{"l"}, Rule: &faultproxy.Rule{Kind: faultproxy.Partition}, Deadline: deadline},
		"needs a rule":              {ID: "4", Kind: supervisor.FaultLink, Deadline: deadline},
		"needs cpu, memory or disk": {ID: "5", Kind: supervisor.FaultStress, Deadline: deadline},
	} {
		_, err := s.Inject(t.Context(), spec)
		assert.ErrorContains(t, err, want)
	}
}

// TestReservesAreKept asks for more than there is, and less than the reserve
// leaves; nothing may be taken.
func TestReservesAreKept(t *testing.T) {
	s := start(t)
	deadline := time.Now().Add(time.Minute)
	for id, spec := range map[string]supervisor.FaultSpec{
		"memory": {Memory: &supervisor.MemoryStress{Bytes: 1 << 20, Reserve: 1 << 50}},
		"disk":   {Disk: &supervisor.DiskFill{Dir: s.dir, Bytes: 1 << 20, Reserve: 1 << 55}},
	} {
		spec.ID, spec.Kind, spec.Deadline = id, supervisor.FaultStress, deadline
		_, err := s.Inject(t.Context(), spec)
		require.ErrorContains(t, err, "the reserve would be touched")
		workers, err := supervisor.FindFault(s.run, environment, id)
		require.NoError(t, err)
		assert.Empty(t, workers)
	}
}

// TestOtherProtocol asks a server that speaks another version.
func TestOtherProtocol(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "sock")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Gameday-Protocol", "99")
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-served })
	client := supervisor.NewClient(socket)
	defer client.Close()
	_, err = client.Hello(t.Context())
	require.ErrorIs(t, err, supervisor.ErrProtocol)
	require.ErrorContains(t, err, "speaks protocol 99 and this gameday speaks 1")
}

// TestOtherClient is a client of another version.
func TestOtherClient(t *testing.T) {
	s := start(t)
	connection, err := net.Dial("unix", filepath.Join(s.dir, "agent", "sock"))
	require.NoError(t, err)
	defer connection.Close()
	_, err = connection.Write([]byte("GET /status HTTP/1.0\r\nGameday-Protocol: 7\r\n\r\n"))
	require.NoError(t, err)
	var answer bytes.Buffer
	_, err = answer.ReadFrom(connection)
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "409 Conflict")
	assert.Contains(t, answer.String(), "this gameday speaks 7")
}

func TestUnreachable(t *testing.T) {
	client := supervisor.NewClient(filepath.Join(t.TempDir(), "none"))
	defer client.Close()
	_, err := client.Status(t.Context())
	require.ErrorIs(t, err, supervisor.ErrUnreachable)
	assert.NotErrorIs(t, err, supervisor.ErrEnding)
}

func TestRoles(t *testing.T) {
	for name, args := range map[string][]string{
		"is missing":                             nil,
		`no role "dance"`:                        {"dance"},
		"expected -socket, -run and":             {"supervise"},
		"expected -deadline":                     {"stress-cpu"},
		"flag provided but not defined: -no-way": {"fill-disk", "-no-way"},
	} {
		var stderr bytes.Buffer
		assert.NotZero(t, supervisor.Main(args, &stderr))
		assert.Contains(t, stderr.String(), name)
	}
}

func TestFindAgent(t *testing.T) {
	agent, err := supervisor.FindAgent()
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	assert.Equal(t, supervisor.Agent{Path: self, Args: []string{"agent"}}, agent, "no gameday-agent is beside the test binary")

	beside := filepath.Join(filepath.Dir(self), "gameday-agent")
	require.NoError(t, os.WriteFile(beside, nil, 0o755))
	t.Cleanup(func() { os.Remove(beside) })
	agent, err = supervisor.FindAgent()
	require.NoError(t, err)
	assert.Equal(t, supervisor.Agent{Path: beside}, agent)
}
