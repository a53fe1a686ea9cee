//go:build linux

package procfs_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/internal/procfs"
)

// sleeper starts a process that is ended with the test.
func sleeper(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func identityOf(t *testing.T, pid int) procfs.Identity {
	t.Helper()
	stat, err := procfs.Read(pid)
	require.NoError(t, err)
	return stat.Identity()
}

func TestReadSelf(t *testing.T) {
	stat, err := procfs.Read(os.Getpid())
	require.NoError(t, err)
	assert.Equal(t, os.Getpid(), stat.PID)
	assert.Equal(t, os.Getppid(), stat.Parent)
	assert.Equal(t, syscall.Getpgrp(), stat.Group)
	assert.Positive(t, stat.Start)
	assert.Greater(t, stat.Memory(), int64(1<<20))
	assert.False(t, stat.Gone())
}

func TestIdentity(t *testing.T) {
	cmd := sleeper(t)
	id := identityOf(t, cmd.Process.Pid)
	assert.True(t, id.Alive())
	again, err := procfs.ParseIdentity(id.String())
	require.NoError(t, err)
	assert.Equal(t, id, again)

	another := procfs.Identity{PID: id.PID, Start: id.Start + 1}
	assert.False(t, another.Alive(), "the same id at another time is another process")
	require.ErrorIs(t, another.Signal(syscall.SIGKILL), procfs.ErrGone)
	assert.True(t, id.Alive(), "and is not signalled")

	require.NoError(t, id.Signal(syscall.SIGKILL))
	_ = cmd.Wait()
	assert.False(t, id.Alive())
	require.ErrorIs(t, id.Signal(syscall.SIGKILL), procfs.ErrGone)
}

func TestZombieIsGone(t *testing.T) {
	cmd := exec.Command("true")
	require.NoError(t, cmd.Start())
	id := identityOf(t, cmd.Process.Pid)
	for id.Alive() { // until it ends; it is not waited for, so it stays a zombie
	}
	stat, err := procfs.Read(id.PID)
	require.NoError(t, err)
	assert.True(t, stat.Gone())
	require.NoError(t, cmd.Wait())
}

func TestMarked(t *testing.T) {
	one := sleeper(t, "MARK_A=1", "MARK_B=x")
	sleeper(t, "MARK_A=1", "MARK_B=y")
	found, err := procfs.Marked("MARK_A=1", "MARK_B=x")
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, one.Process.Pid, found[0].PID)
	assert.Equal(t, "x", procfs.Lookup(procfs.Environ(one.Process.Pid), "MARK_B"))
	both, err := procfs.Marked("MARK_A=1")
	require.NoError(t, err)
	assert.Len(t, both, 2)
	part, err := procfs.Marked("MARK_A=")
	require.NoError(t, err)
	assert.Empty(t, part, "a mark is the whole entry")
}

func TestGroupAndChildren(t *testing.T) {
	cmd := sleeper(t)
	members, err := procfs.Group(cmd.Process.Pid)
	require.NoError(t, err)
	require.Len(t, members, 1)
	children, err := procfs.Children(os.Getpid())
	require.NoError(t, err)
	assert.Contains(t, pids(children), cmd.Process.Pid)
}

func pids(stats []procfs.Stat) (out []int) {
	for _, s := range stats {
		out = append(out, s.PID)
	}
	return out
}

func TestDispositions(t *testing.T) {
	does, err := procfs.ParseDispositions([]byte("Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000004001\n"))
	require.NoError(t, err)
	assert.True(t, does.Ignores(syscall.SIGPIPE))
	assert.True(t, does.Catches(syscall.SIGHUP))
	assert.True(t, does.Catches(syscall.SIGTERM))
	assert.False(t, does.Catches(syscall.SIGPIPE))
	_, err = procfs.ReadDispositions(os.Getpid())
	require.NoError(t, err)
}

func TestReadMemory(t *testing.T) {
	memory, err := procfs.ReadMemory()
	require.NoError(t, err)
	assert.Positive(t, memory.Available)
	assert.LessOrEqual(t, memory.Available, memory.Total)
}

func TestAnonymous(t *testing.T) {
	held, err := procfs.Anonymous(os.Getpid())
	require.NoError(t, err)
	assert.Positive(t, held)
	stat, err := procfs.Read(os.Getpid())
	require.NoError(t, err)
	assert.Less(t, held, stat.Memory()+(8<<20), "files come on top, as far as counts of two moments can be compared")
	exactly, err := procfs.AnonymousExactly(os.Getpid())
	require.NoError(t, err)
	assert.InDelta(t, held, exactly, 8<<20, "of two moments, too")
	for _, read := range []func(int) (int64, error){procfs.Anonymous, procfs.AnonymousExactly} {
		_, err = read(1 << 30)
		require.ErrorIs(t, err, procfs.ErrGone)
	}
}

func TestIdentityRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		id := procfs.Identity{PID: rapid.IntRange(1, 1<<22).Draw(r, "pid"), Start: rapid.Uint64().Draw(r, "start")}
		back, err := procfs.ParseIdentity(id.String())
		require.NoError(r, err)
		require.Equal(r, id, back)
	})
}

func FuzzParseIdentity(f *testing.F) {
	f.Add("12:34")
	f.Add("12")
	f.Add(":")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := procfs.ParseIdentity(text)
		if err == nil && id.PID <= 0 {
			t.Errorf("%q gave pid %d", text, id.PID)
		}
	})
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("42 (a) b) c) S 1 42 42 0 -1 4194560 1 2 3 4 50 60 0 0 20 0 1 0 777 1000 25 18446744073709551615\n"))
	f.Add([]byte("1 () R"))
	f.Add([]byte(")("))
	f.Fuzz(func(t *testing.T, text []byte) {
		stat, err := procfs.ParseStat(text)
		if err == nil && stat.State == 0 {
			t.Errorf("%q gave no state", text)
		}
	})
}

func FuzzParseMemory(f *testing.F) {
	f.Add([]byte("MemTotal:  100 kB\nMemAvailable: 50 kB\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		memory, err := procfs.ParseMemory(text)
		if err == nil && (memory.Total <= 0 || memory.Available < 0) {
			t.Errorf("%q gave %+v", text, memory)
		}
	})
}

func TestParseStatWithParenthesesInTheCommand(t *testing.T) {
	stat, err := procfs.ParseStat([]byte("42 (a) b) c) T 1 43 44 0 -1 4194560 1 2 3 4 50 60 0 0 20 0 1 0 777 1000 25 18446744073709551615\n"))
	require.NoError(t, err)
	want := procfs.Stat{PID: 42, Command: "a) b) c", State: 'T', Parent: 1, Group: 43, Session: 44, User: 50, System: 60, Start: 777, Pages: 25}
	assert.Equal(t, want, stat)
	assert.True(t, stat.Stopped())
	assert.InDelta(t, 1.1, stat.CPU().Seconds(), 1e-9)
}
