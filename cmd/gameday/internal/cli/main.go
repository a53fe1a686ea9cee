package cli

import (
	"errors"
	"io"
	"os"

	"github.com/gameday-dev/gameday/runner/engine"
)

// Stdio is where a command reads and writes.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// Hooks let tests stand between the command line and what it drives. The zero
// value is what users get.
type Hooks struct {
	// Journal wraps the journal of a run, so that a test can end the process at
	// any of its entries.
	Journal func(engine.Journal) engine.Journal
}

// Main runs a command line, without the program's name, and gives the exit
// code. The codes are those of "gameday help exit-codes".
func Main(args []string, stdio Stdio, hooks Hooks) int {
	s := &session{Stdio: stdio, hooks: hooks}
	defer s.leave()
	root := newRoot(s)
	root.SetArgs(normalize(args, valueFlags(root)))
	return s.exitCode(root.Execute())
}

// exitError ends a command with a code when everything there is to say has been
// said.
type exitError struct{ code int }

func (e exitError) Error() string { return "" }

// exit is an error with which a command ends silently; nil for code 0.
func exit(code int) error {
	if code == 0 {
		return nil
	}
	return exitError{code}
}

// exitCode shows an error that was not shown yet and gives its code.
func (s *session) exitCode(err error) int {
	var silent exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &silent):
		return silent.code
	default:
		s.fail(err)
		return 1
	}
}

// leave ends the providers, and goes back to where the session started.
func (s *session) leave() {
	for _, o := range s.opened {
		o.Close()
	}
	if s.cameFrom != "" {
		_ = os.Chdir(s.cameFrom) // there is nobody left to tell
	}
}
