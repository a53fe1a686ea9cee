package cli

import (
	"cmp"
	"os"

	"github.com/charmbracelet/x/term"

	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/runner/report/console"
	"github.com/gameday-dev/gameday/runner/report/github"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
)

// views are what standard output shows of a run: the console or JSON lines, and what
// GitHub reads.
func (s *session) views(flags applyFlags, here string) []launch.View {
	if flags.json {
		return []launch.View{jsonl.New(s.Out)}
	}
	var out []launch.View
	if flags.github { // not beside JSON lines: both are about standard output
		root := cmp.Or(os.Getenv("GITHUB_WORKSPACE"), here) // of the repository; gameday may run below it
		out = append(out, github.New(s.Out, os.Getenv("GITHUB_STEP_SUMMARY"), root, here))
	}
	return append(out, s.console(flags.verbose))
}

// console is the view for people: live on a terminal that can be redrawn, plain
// lines elsewhere.
func (s *session) console(verbose bool) *console.Console {
	style := s.style(s.Out)
	_, live := terminal(s.Out)
	live = live && os.Getenv("TERM") != "dumb"
	return console.New(console.Options{
		Out: s.Out, Color: style.Color, Width: style.Width, Live: live, Verbose: verbose, Size: s.size, Base: s.reader(),
	})
}

// size is that of the terminal now, so that the view follows it when it changes.
func (s *session) size() (width, height int) {
	if file, ok := terminal(s.Out); ok {
		width, height, _ = term.GetSize(file.Fd()) // zero for unknown
	}
	return width, height
}
