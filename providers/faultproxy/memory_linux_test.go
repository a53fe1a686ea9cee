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
	p := startProxy(t, upstream)
	put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Match: Match{Path: "/down"}})
	fmt.Println("address", p.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// TestTenThousandConnectionsInLittleMemory holds connections open through a proxy
// in a process of its own, a rule for requests in force, and reads its memory.
func TestTenThousandConnectionsInLittleMemory(t *testing.T) {
	var files unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &files))
	// A connection takes the proxy two descriptors and four for a moment; where
	// 20,000 are all there are, memory is bounded in proportion.
	connections := int(min(10_000, files.Cur/2-1000))
	limit := (64 << 10) * connections / 10_000 // KiB
	upstream, _ := startHelper(t, helperSink)
	address, pid := startHelper(t, upstream)
	conns := make([]net.Conn, 0, connections)
	for len(conns) < connections {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	require.Eventually(t, func() bool { return descriptorsOf(t, pid) >= 2*connections }, 6*patience, 10*time.Millisecond, "all are open")
	require.Less(t, memoryOf(t, pid), limit)
	t.Logf("%d connections: %d KiB resident", connections, memoryOf(t, pid))
	_, err := io.WriteString(conns[connections/2], "GET /down HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	status, _ := readResponse(t, bufio.NewReader(conns[connections/2]), "GET")
	require.Equal(t, 503, status)
	for _, conn := range conns {
		_ = conn.Close()
	}
}

func startHelper(t *testing.T, upstream string) (address string, pid int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), helperUpstream+"="+upstream, "GOMEMLIMIT=48MiB")
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
			return address, cmd.Process.Pid
		}
	}
	require.Fail(t, "the proxy did not start")
	return "", 0
}

func descriptorsOf(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	return len(entries)
}

// memoryOf is the resident memory of a process in KiB.
func memoryOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(after)
	require.NotEmpty(t, fields)
	kib, err := strconv.Atoi(fields[0])
	require.NoError(t, err)
	return kib
}
