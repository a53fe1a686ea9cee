package feature_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// TestMain is also what the tests start: the local provider's agent, and the
// server that they slow down.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == marker {
		serveMarker()
		return
	}
	role := ""
	if len(os.Args) > 1 {
		role = os.Args[1]
	}
	switch role {
	case "agent":
		os.Exit(supervisor.Main(os.Args[2:], os.Stderr))
	case "serve":
		page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "here") })
		fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("LISTEN"), page)) //nolint:gosec // a test's server, on the loopback interface
		os.Exit(1)
	default:
		// Connections that clients of Kubernetes keep for whoever asks next.
		goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"))
	}
}
