package crashmatrix

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
	"github.com/gameday-dev/gameday/runner/engine"
	"github.com/gameday-dev/gameday/runner/journal"
)

// The test binary is also the gameday that is killed, with a journal that knows
// where to die, and the server that is harmed.
const (
	asGameday = "GAMEDAY_TEST_AS_GAMEDAY"
	dieAt     = "GAMEDAY_TEST_DIE_AT" // "before 4 9 1": moment, entry, signal number, how often
	server    = "test-server"
)

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == server:
		serve()
	// Workers of the supervisor get a clean environment: they are known by their
	// arguments, or they would run these tests again.
	case os.Getenv(asGameday) != "" || len(os.Args) > 1 && os.Args[1] == "agent":
		os.Exit(cli.Main(os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, cli.Hooks{Journal: lethal}))
	default:
		// Or every gameday would sleep for a second before it ends, where the race detector is in it.
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
		flag.Parse()
		// A case mostly waits for time to pass, so more of them than processors
		// run at once.
		if err := flag.Set("test.parallel", "6"); err != nil {
			panic(err)
		}
		os.Exit(m.Run())
	}
}

// serve answers every request until it is told to end.
func serve() {
	err := http.ListenAndServe(os.Getenv("LISTEN"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// lethal makes a journal that sends this process a signal at the moment that
// the environment names.
func lethal(next engine.Journal) engine.Journal {
	parts := strings.Fields(os.Getenv(dieAt))
	if len(parts) != 4 {
		return next
	}
	entry, _ := strconv.Atoi(parts[1])
	sig, _ := strconv.Atoi(parts[2])
	times, _ := strconv.Atoi(parts[3])
	return &lethalJournal{Journal: next, before: parts[0] == "before", entry: entry, signal: syscall.Signal(sig), times: times}
}

type lethalJournal struct {
	engine.Journal
	before bool
	entry  int // from 1
	signal syscall.Signal
	times  int
	seen   int
}

// Append is called by one goroutine at a time in these runs: they have one
// fault each.
func (j *lethalJournal) Append(kind journal.Type, data any) error {
	j.seen++
	now := j.seen == j.entry
	if now && j.before {
		j.die()
	}
	err := j.Journal.Append(kind, data)
	if now && !j.before {
		j.die()
	}
	return err
}

func (j *lethalJournal) die() {
	for range j.times {
		die(j.signal)
	}
}

// die returns when the signal has been delivered to the process; SIGKILL lets
// nobody return, SIGSTOP not before somebody sends SIGCONT.
func die(sig syscall.Signal) {
	delivered := make(chan os.Signal, 1)
	switch sig {
	case syscall.SIGKILL:
	case syscall.SIGSTOP:
		signal.Notify(delivered, syscall.SIGCONT) // of the stop itself nobody is told
	default:
		signal.Notify(delivered, sig)
	}
	defer signal.Stop(delivered)
	if err := syscall.Kill(os.Getpid(), sig); err != nil {
		panic(err)
	}
	<-delivered
}
