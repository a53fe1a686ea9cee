package engines_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// victim is set in the environment of a process that is the server in the pod: the clients of
// these tests need all the descriptors of a process of their own.
const victim = "GAMEDAY_TEST_VICTIM"

// beVictim serves HTTP on one port and digests on another, until its input ends.
func beVictim() int {
	web, err := net.Listen("tcp", ":0")
	if err != nil {
		return 1
	}
	digests, err := net.Listen("tcp", ":0")
	if err != nil {
		return 1
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Protocols: protocols, Handler: http.HandlerFunc(answer)}
	go func() { _ = server.Serve(web) }()
	go digestAll(digests)
	fmt.Println(portOf(web), portOf(digests))
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// answer reads what there is of a body, and gives one of the size that the query asks for.
func answer(w http.ResponseWriter, r *http.Request) {
	received, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return
	}
	w.Header().Set("X-Received", strconv.FormatInt(received, 10))
	size, _ := strconv.ParseInt(r.URL.Query().Get("size"), 10, 64)
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	_, _ = io.CopyN(w, zeros{}, size)
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// digestAll tells every client what it has sent.
func digestAll(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			sum := sha256.New()
			if _, err := io.Copy(sum, conn); err == nil {
				_, _ = fmt.Fprintf(conn, "%x", sum.Sum(nil))
			}
		}()
	}
}

func portOf(l net.Listener) uint16 { return l.Addr().(*net.TCPAddr).AddrPort().Port() }

// startVictim starts the server.
func startVictim(t *testing.T) (web, digests uint16) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), victim+"=1")
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait()
	})
	_, err = fmt.Fscanln(bufio.NewReader(output), &web, &digests)
	require.NoError(t, err)
	return web, digests
}
