package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/charmbracelet/x/term"
	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/schema/diag"
)

// session is what every command needs: where it reads and writes, and how.
type session struct {
	Stdio
	hooks    Hooks
	noColor  bool
	chdir    string
	cameFrom string             // working directory to go back to; empty if it was never left
	lines    bool               // standard output is JSON lines, and what keeps a run from starting is one of them
	opened   []*registry.Opened // providers that run
	untold   error              // why tell could not write; nil if it could
}

// enter goes to the directory that -chdir names.
func (s *session) enter() error {
	if s.chdir == "" {
		return nil
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	if err := os.Chdir(s.chdir); err != nil {
		return problem{"Cannot go to the directory of -chdir", fmt.Sprintf("%q: %s.", s.chdir, rootCause(err))}
	}
	s.cameFrom = here
	return nil
}

// reader is the working directory of who reads the output, which -chdir does
// not change; empty if it is not known.
func (s *session) reader() string {
	if s.cameFrom != "" {
		return s.cameFrom
	}
	here, _ := os.Getwd() // without it, paths are shown in full
	return here
}

// terminal gives the file behind a writer if it is a terminal.
func terminal(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	return file, ok && term.IsTerminal(file.Fd())
}

// style is how text for a writer looks: with colours only on a terminal, and
// only if nobody objects.
func (s *session) style(w io.Writer) diag.Style {
	file, ok := terminal(w)
	if !ok {
		return diag.Style{}
	}
	width, _, err := term.GetSize(file.Fd())
	if err != nil {
		width = 0
	}
	return diag.Style{Color: s.wantsColor(), Width: width}
}

// wantsColor follows https://no-color.org.
func (s *session) wantsColor() bool {
	return !s.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// report shows diagnostics, warnings among them, on standard error; where there
// are JSON lines, errors are one of them. It returns the error that ends the
// command if there is one among them.
func (s *session) report(diags hcl.Diagnostics, files map[string]*hcl.File) error {
	if s.lines && diags.HasErrors() {
		return errors.Join(s.diagnosticsLine(diags, files), failed(diags))
	}
	if err := diag.WriteText(s.Err, diags, files, s.style(s.Err)); err != nil {
		return fmt.Errorf("writing diagnostics: %w", err)
	}
	return failed(diags)
}

// diagnosticsLine is what "validate -json" says, in one line and with a type as
// events have. It is the only line then: there is no run.
func (s *session) diagnosticsLine(diags hcl.Diagnostics, files map[string]*hcl.File) error {
	encoder := json.NewEncoder(s.Out)
	encoder.SetEscapeHTML(false)
	line := struct {
		Type string `json:"type"`
		diag.Report
	}{"diagnostics", diag.NewReport(diags, files)}
	if err := encoder.Encode(line); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}

// failed is the silent error that ends a command whose diagnostics were shown;
// nil if they hold no error.
func failed(diags hcl.Diagnostics) error {
	if diags.HasErrors() {
		return exit(1)
	}
	return nil
}

// fail shows an error that has no place in a file.
func (s *session) fail(err error) {
	_ = s.report(asDiagnostics(err), nil) // standard error is the last resort
}

// printf writes to standard output.
func (s *session) printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(s.Out, format, args...); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}

// tell writes to standard output what must not keep the work from being done: a
// reader may have gone. Whoever has done the work returns untold.
func (s *session) tell(format string, args ...any) {
	s.untold = cmp.Or(s.untold, s.printf(format, args...))
}
