package local_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain is many programs: the tests, the agent that they start, a process
// that reverts a record, and the processes of the environments.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(supervisor.Main(os.Args[2:], os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == "server" {
		os.Exit(serve(os.Args[2:]))
	}
	if code, asked := providertest.OtherMain(os.Args[1:], newProvider()); asked {
		os.Exit(code)
	}
	flag.Parse()
	// The race detector lets every process wait for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	setDefault("rapid.checks", "15")
	goleak.VerifyTestMain(m)
}

// setDefault sets a flag unless the command line did. Each check of a property
// here starts and ends real processes.
func setDefault(name, value string) {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	if !set {
		_ = flag.Set(name, value)
	}
}

// serve is a process of the test environments. Its arguments change its ways:
// "child" starts a child that outlives it, "stubborn" ignores SIGTERM, "fail"
// ends before it is ready.
func serve(ways []string) int {
	fmt.Println("starting", os.Getpid())
	for _, way := range ways {
		switch way {
		case "child":
			child := exec.Command(os.Args[0], "server", "stubborn", "idle")
			child.Stdout = os.Stdout
			if err := child.Start(); err != nil {
				fmt.Println(err)
				return 1
			}
			fmt.Println("child", child.Process.Pid)
		case "daemon":
			child := exec.Command(os.Args[0], "server", "stubborn", "idle")
			child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := child.Start(); err != nil {
				fmt.Println(err)
				return 1
			}
		case "stubborn":
			signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
		case "fail":
			fmt.Println("cannot read the configuration")
			return 3
		case "idle":
			select {}
		}
	}
	return serveHTTP()
}

func serveHTTP() int {
	listener, err := net.Listen("tcp", os.Getenv("LISTEN"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("listening on", listener.Addr())
	mux := http.NewServeMux()
	mux.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) { os.Exit(0) })
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(9) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := http.Server{Handler: mux}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { <-ctx.Done(); server.Close() }()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		fmt.Println(err)
		return 1
	}
	return 0
}
