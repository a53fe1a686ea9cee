package faultproxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// helperUpstream is set in a test process that is nothing but a proxy to it, or,
// when it is helperSink, nothing but a server that reads.
const (
	helperUpstream = "FAULTPROXY_TEST_UPSTREAM"
	helperSink     = "sink"
)

// TestHelperProcess is one end of another test, until its input ends.
func TestHelperProcess(t *testing.T) {
	upstream := os.Getenv(helperUpstream)
	switch upstream {
	case "":
		t.Log("a helper of TestTenThousandConnectionsInLittleMemory")
		return
	case helperSink:
		fmt.Println("address", serve(t, func(conn *net.TCPConn) { _, _ = io.Copy(io.Discard, conn) }))
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	p := startConfigured(t, Config{Listen: "127.0.0.1:0", Upstream: upstream, Memory: 16 << 20, Followed: 1024})
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/down"}})
	fmt.Println("address", p.Addr())
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		p.RemoveAll()
	}
}

// TestTenThousandConnectionsInLittleMemory holds connections open through a proxy
// in a process of its own, a rule for requests in force, and reads its memory.
func TestTenThousandConnectionsInLittleMemory(t *testing.T) {
	for name, c := range map[string]struct{ first, want string }{
		"idle":             {"", "HTTP/1.1 503"},
		"kept alive":       {"GET /down HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503"},
		"unfinished heads": {"GET /" + strings.Repeat("a", 4<<10), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var files unix.Rlimit
			require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &files))
			// A connection takes the proxy two descriptors and four for a moment; where
			// 20,000 are all there are, memory is bounded in proportion.
			connections := int(min(10_000, files.Cur/2-1000))
			limit := (64 << 10) * connections / 10_000 // KiB
			upstream, _, _ := startHelper(t, helperSink)
			address, pid, command := startHelper(t, upstream)
			conns := make([]net.Conn, 0, connections)
			for len(conns) < connections {
				conn, err := net.Dial("tcp", address)
				require.NoError(t, err)
				_, err = io.WriteString(conn, c.first)
				require.NoError(t, err)
				conns = append(conns, conn)
			}
			require.Eventually(t, func() bool { return descriptorsOf(t, pid) >= 2*connections }, patience, 10*time.Millisecond, "all are open")
			if c.want != "" {
				require.NoError(t, conns[0].SetDeadline(time.Now().Add(patience)))
				_, err := io.WriteString(conns[0], "GET /down HTTP/1.1\r\nHost: x\r\n\r\n")
				require.NoError(t, err)
				require.Equal(t, c.want, receive(t, conns[0], len(c.want)))
			}
			_, err := io.WriteString(command, "lift\n") // which none of them may get off the express for
			require.NoError(t, err)
			<-time.After(time.Second) // the end of what was set off

			if !raceDetector { // which takes several times as much
				require.Less(t, memoryOf(t, pid), limit)
			}
			t.Logf("%d connections: %d KiB at most", connections, memoryOf(t, pid))
			for _, conn := range conns {
				_ = conn.Close()
			}
		})
	}
}

func startHelper(t *testing.T, upstream string) (address string, pid int, commands io.Writer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), helperUpstream+"="+upstream, "GOMEMLIMIT=40MiB")
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "address "); ok {
			go func() { _, _ = io.Copy(io.Discard, output) }()
			return address, cmd.Process.Pid, input
		}
	}
	require.Fail(t, "the proxy did not start")
	return "", 0, nil
}

func descriptorsOf(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	return len(entries)
}

// memoryOf is the most resident memory that a process has had, in KiB.
func memoryOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(after)
	require.NotEmpty(t, fields)
	kib, err := strconv.Atoi(fields[0])
	require.NoError(t, err)
	return kib
}
