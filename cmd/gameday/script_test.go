package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gameday-dev/gameday/cmd/gameday/internal/cli"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

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
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}
