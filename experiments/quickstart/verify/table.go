package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
)

// line is a run in short: "fragile failed, resilient passed".
func (r *result) line() string {
	var parts []string
	for _, want := range expectations() {
		parts = append(parts, want.variant+" "+verdictOf(r.variants[want.variant]))
	}
	return strings.Join(parts, ", ")
}

// table shows the variants side by side.
func (r *result) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(name string, cell func(expectation, *report.Experiment) string) {
		fmt.Fprintf(w, "  %s", name)
		for _, want := range expectations() {
			fmt.Fprintf(w, "\t%s", cell(want, r.variants[want.variant]))
		}
		fmt.Fprintln(w)
	}
	row("", func(want expectation, _ *report.Experiment) string { return want.variant })
	row("verdict", func(_ expectation, x *report.Experiment) string { return verdictOf(x) })
	row("expected", func(want expectation, _ *report.Experiment) string { return string(want.verdict) })
	for _, name := range r.probes() {
		label := strings.TrimPrefix(name, "probe.") + ", during the fault"
		row(label, func(_ expectation, x *report.Experiment) string { return measured(x, name) })
	}
	return w.Flush()
}

// probes are the names of the probes, in the order of the first experiment.
func (r *result) probes() []string {
	for _, want := range expectations() {
		x := r.variants[want.variant]
		if x == nil || x.Finished == nil {
			continue
		}
		var names []string
		for _, s := range x.Finished.Series {
			if s.Phase == "fault" && strings.HasPrefix(s.Name, "probe.") {
				names = append(names, s.Name)
			}
		}
		return names
	}
	return nil
}

func verdictOf(x *report.Experiment) string {
	if x == nil {
		return "(not run)"
	}
	return string(x.Verdict())
}

func measured(x *report.Experiment, name string) string {
	if x == nil || x.Finished == nil {
		return "-"
	}
	for _, s := range x.Finished.Series {
		if s.Phase == "fault" && s.Name == name {
			return seriesText(s)
		}
	}
	return "-"
}

func seriesText(s event.Series) string {
	return fmt.Sprintf("%.1f %% ok, p99 %.3f s", 100*s.SuccessRatio, s.P99)
}
