package transparent_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/internal/netnstest"
)

const down = `{"id":"f","drain":200000000,"scope":{"direction":"ingress","destination_ports":["%d"]},"rules":[{"id":"r","kind":"http_status","percent":100,"status":500}]}`

// get makes a request on a connection of its own.
func get(t *testing.T, conn net.Conn) (status int, from string) {
	t.Helper()
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("X-From")
}

// ended reports whether the kernel has ended the only redirect.
func ended() bool {
	left, err := firewall.List()
	return err == nil && len(left) == 1 && left[0].Left == 0
}

// TestTheDeadlineLeavesConnectionsAlone: those that exist go on without a fault, also when they are
// idle, and new ones pass the engine by.
func TestTheDeadlineLeavesConnectionsAlone(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port := serve(t)
	s := spec(t, down, port)
	s.Deadline = time.Now().Add(2 * time.Second)
	r, err := transparent.Start(t.Context(), s)
	require.NoError(t, err)
	at := netip.AddrPortFrom(peer.Here, port).String()
	used, err := dialFrom(t, peer, "tcp", at)
	require.NoError(t, err)
	idle, err := dialFrom(t, peer, "tcp", at)
	require.NoError(t, err)
	status, _ := get(t, used)
	require.Equal(t, 500, status)
	require.Eventually(t, ended, patience, 10*time.Millisecond, "the kernel ends it")
	require.Eventually(t, func() bool { status, _ := get(t, used); return status == 200 }, patience, 10*time.Millisecond)
	for range 3 {
		status, _ = get(t, used)
		assert.Equal(t, 200, status)
		status, from := get(t, idle)
		assert.Equal(t, 200, status)
		assert.NotContains(t, from, peer.There.String(), "it still goes through the engine")
	}
	fresh, err := dialFrom(t, peer, "tcp", at)
	require.NoError(t, err)
	status, from := get(t, fresh)
	assert.Equal(t, 200, status)
	assert.Contains(t, from, peer.There.String(), "straight from the client")
	require.NoError(t, r.Close())
	assert.Positive(t, r.Stats().Rules[0].Stats.Requests, "the evidence stays")
	status, _ = get(t, used)
	assert.Equal(t, 200, status)
	for _, conn := range []net.Conn{used, idle, fresh} {
		require.NoError(t, conn.Close())
	}
	<-r.Done()
	left, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, left)
}

// victim holds, in the environment of a process that will be killed, the specification that it starts.
const victim = "GAMEDAY_TEST_TRANSPARENT"

func beVictim() int {
	var s transparent.Spec
	err := json.Unmarshal([]byte(os.Getenv(victim)), &s)
	if err == nil {
		_, err = transparent.Start(context.Background(), s)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("active")
	select {}
}

// startVictim has a process of its own start the engine.
func startVictim(t *testing.T, s transparent.Spec) (kill func()) {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), victim+"="+string(text))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "active\n", line)
	return func() {
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
	}
}

// closed waits for the kernel to end the only redirect, and removes its table.
func closed(t *testing.T) {
	t.Helper()
	require.Eventually(t, ended, patience, time.Millisecond, "the families' gates close a tick of the kernel apart")
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Equal(t, []string{"f"}, swept)
}

// TestKilledEngineLetsConnectionsIn at once.
func TestKilledEngineLetsConnectionsIn(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port := serve(t)
	s := spec(t, down, port)
	s.Deadline = time.Now().Add(3 * time.Second)
	kill := startVictim(t, s)
	answers := func() (int, string) {
		conn, err := dialFrom(t, peer, "tcp", netip.AddrPortFrom(peer.Here, port).String())
		require.NoError(t, err)
		defer conn.Close()
		return get(t, conn)
	}
	status, _ := answers()
	assert.Equal(t, 500, status)
	kill()
	status, from := answers()
	assert.Equal(t, 200, status)
	assert.Contains(t, from, peer.There.String(), "straight from the client")
	assert.True(t, time.Now().Before(s.Deadline), "nobody waited for it")
	closed(t)
}

// TestKilledRedirectEndsAtItsDeadline: nobody has to live for that.
func TestKilledRedirectEndsAtItsDeadline(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	var port uint16
	peer.Do(t, func() error {
		port = serve(t)
		return nil
	})
	s := spec(t, strings.Replace(down, "ingress", "egress", 1), port)
	s.Deadline = time.Now().Add(3 * time.Second)
	kill := startVictim(t, s)
	at := netip.AddrPortFrom(peer.There, port).String()
	conn, err := net.DialTimeout("tcp", at, patience)
	require.NoError(t, err)
	status, _ := get(t, conn)
	assert.Equal(t, 500, status)
	kill()
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", at, patience)
		if err != nil {
			return false
		}
		defer conn.Close()
		status, _ := get(t, conn)
		return status == 200
	}, patience, 10*time.Millisecond)
	assert.False(t, time.Now().Before(s.Deadline.Add(-20*time.Millisecond)), "not before")
	require.Eventually(t, ended, patience, time.Millisecond)
	swept, err := firewall.Sweep()
	require.NoError(t, err)
	assert.Empty(t, swept, "nobody can tell that its process is gone, which might serve connections yet")
	require.NoError(t, firewall.Lift(s.ID))
}

// TestConnectionsThatGoOutOutliveTheFault: nobody who tidies up cuts what the engine serves yet.
func TestConnectionsThatGoOutOutliveTheFault(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	var port uint16
	peer.Do(t, func() error {
		port = serve(t)
		return nil
	})
	r, err := transparent.Start(t.Context(), spec(t, strings.Replace(down, "ingress", "egress", 1), port))
	require.NoError(t, err)
	conn, err := net.DialTimeout("tcp", netip.AddrPortFrom(peer.There, port).String(), patience)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	status, _ := get(t, conn)
	require.Equal(t, 500, status)
	require.NoError(t, r.Close())
	require.NoError(t, firewall.Tidy())
	_, err = firewall.Sweep()
	require.NoError(t, err)
	status, _ = get(t, conn)
	assert.Equal(t, 200, status)
	require.NoError(t, conn.Close())
	<-r.Done()
	left, err := firewall.List()
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestCloseEndsAtOnce, twice, and leaves nothing.
func TestCloseEndsAtOnce(t *testing.T) {
	peer := netnstest.NewPeer(t, 0)
	port := serve(t)
	r := start(t, down, port)
	client := from(t, peer, false)
	assert.Equal(t, 500, ask(t, client, "GET", url(peer.Here, port, "/"), nil).status)
	client.CloseIdleConnections()
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	a := ask(t, client, "GET", url(peer.Here, port, "/"), nil)
	assert.Equal(t, 200, a.status)
	assert.Contains(t, a.from, peer.There.String())
	assert.EqualValues(t, 1, r.Stats().Rules[0].Stats.Requests)
}
