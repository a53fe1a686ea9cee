package main

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// hurry tells the race detector not to sleep for a second before a program ends.
const hurry = "atexit_sleep_ms=0"

// The command line as a user has it: this test's own executable stands in for
// gameday in the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"gameday":       gameday,
		"gameday-agent": func() { os.Exit(supervisor.Main(os.Args[1:], os.Stderr)) },
		"webserver":     webserver,
		"jq":            jq,
		"terminal":      terminal,

		"gameday-provider-note": noteProvider,
	})
}

func gameday() {
	os.Exit(cli.Main(os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, cli.Hooks{}))
}

func TestScripts(t *testing.T) {
	// These tests may themselves run under nohup: gameday is not to heed that.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) }) // once all scripts have ended
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", hurry)
			return nil
		},
	})
}
