// Package github tells a run to GitHub Actions: annotations at the places that
// broke, and the summary of the step.
package github

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/markdown"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// What GitHub takes from one step; it drops the rest without a word.
const (
	maxErrors  = 10
	maxSummary = 1 << 20 // bytes
)

// Sink writes when it is closed.
type Sink struct {
	out     io.Writer
	summary string
	base    string
	here    string
	run     report.Run
}

// New makes a sink that writes annotations to out, which must be the step's
// standard output, and appends the summary to the file named by
// GITHUB_STEP_SUMMARY; an empty name leaves it out. Names of files are made
// relative to base, the root of the repository, those that are relative from here,
// the working directory.
func New(out io.Writer, summary, base, here string) *Sink {
	return &Sink{out: out, summary: summary, base: base, here: here}
}

// Emit takes an event.
func (s *Sink) Emit(e event.Event) { s.run.Apply(e) }

// Close writes what came.
func (s *Sink) Close() error {
	if _, err := s.out.Write(Annotations(&s.run, s.base, s.here)); err != nil {
		return fmt.Errorf("writing annotations: %w", err)
	}
	if s.summary == "" {
		return nil
	}
	file, err := os.OpenFile(s.summary, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("opening the step's summary: %w", err)
	}
	_, err = file.Write(cut(markdown.Render(&s.run), maxSummary))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("writing the step's summary: %w", err)
	}
	return nil
}

// Annotations are workflow commands, one a line: an error for each problem. If
// there are more than GitHub takes, the last one says how many.
func Annotations(run *report.Run, base, here string) []byte {
	var problems []report.Problem
	for _, p := range report.Problems(run) {
		if p.Verdict != verdict.Skipped { // its cause has one of its own
			problems = append(problems, p)
		}
	}
	var out bytes.Buffer
	for i, p := range problems {
		if i == maxErrors-1 && len(problems) > maxErrors {
			fmt.Fprintf(&out, "::error title=gameday::%s\n", data(fmt.Sprintf("%d more problems: see the log.", len(problems)-i)))
			break
		}
		fmt.Fprintf(&out, "::error %s::%s\n", properties(p, base, here), data(strings.Join(append([]string{p.Message}, p.Detail...), "\n")))
	}
	return out.Bytes()
}

func properties(p report.Problem, base, here string) string {
	title := "title=" + property(p.Title)
	if p.Source.File == "" {
		return title
	}
	place := "file=" + property(file(base, here, p.Source.File)) + fmt.Sprintf(",line=%d", p.Source.Line)
	if p.Source.EndLine > p.Source.Line {
		place += fmt.Sprintf(",endLine=%d", p.Source.EndLine)
	}
	return place + "," + title
}

// file is a file's name from base, as GitHub looks for it; what is not below base
// keeps its name.
func file(base, here, name string) string {
	if !filepath.IsAbs(name) {
		if below := report.File(base, filepath.Join(here, name)); !filepath.IsAbs(below) {
			return below
		}
	}
	return report.File(base, name)
}

// data escapes the text of a command, which ends at the end of its line.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property escapes a value among the command's properties.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}

// cut shortens a summary to limit bytes, at the beginning of a problem, so that
// no block of code stays open.
func cut(text []byte, limit int) []byte {
	const more = "\n\nThere is more than GitHub shows here: see the run's folder.\n"
	if len(text) <= limit {
		return text
	}
	text = text[:limit-len(more)]
	if end := bytes.LastIndex(text, []byte("\n### ")); end >= 0 {
		return append(text[:end:end], more...)
	}
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		text = text[:end:end]
	}
	return append(text, more...)
}
