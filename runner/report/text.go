package report

import (
	"fmt"
	"maps"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
)

// Seconds writes a duration for people: "240 ms", "28.4 s", "3m 05s".
func Seconds(s float64) string {
	switch {
	case math.IsNaN(s) || math.IsInf(s, 0):
		return "?"
	case s < 0.0995:
		return fmt.Sprintf("%.0f ms", s*1000)
	case s < 0.995:
		return fmt.Sprintf("%.0f ms", math.Round(s*100)*10)
	case s < 59.95:
		return fmt.Sprintf("%.1f s", s)
	}
	whole := int(math.Round(s))
	if whole < 3600 {
		return fmt.Sprintf("%dm %02ds", whole/60, whole%60)
	}
	return fmt.Sprintf("%dh %02dm", whole/3600, whole/60%60)
}

// Percent writes a ratio of 0 to 1 as a percentage: "100 %", "99.2 %". It never
// rounds up to 100: what is not whole is not shown as whole.
func Percent(ratio float64) string {
	percent := ratio * 100
	if percent < 100 && percent > 99.9 {
		return "99.9 %"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", percent), ".0") + " %"
}

// Plural is "1 fault", "2 faults".
func Plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Where is "file:line", or "" for a place that is not known.
func Where(source event.Source) string {
	if source.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", source.File, source.Line)
}

// File is a file's name as reports want it: slash-separated, without detours,
// and relative to base where it is absolute and below it.
func File(base, name string) string {
	if name == "" {
		return ""
	}
	if filepath.IsAbs(name) && base != "" {
		if rel, err := filepath.Rel(base, name); err == nil && !strings.HasPrefix(rel, "..") {
			name = rel
		}
	}
	return path.Clean(filepath.ToSlash(name))
}

// Facts is evidence in one line.
func Facts(facts []providers.Fact) string {
	texts := make([]string, len(facts))
	for i, fact := range facts {
		texts[i] = fact.Text
		if fact.Text == "" {
			texts[i] = strings.TrimSpace(fmt.Sprintf("%s: %g %s", fact.Name, fact.Value, fact.Unit))
		}
	}
	return strings.Join(texts, ", ")
}

// Targets is what a fault acts on, in one line: "link payments, link orders".
func Targets(targets []providers.Target) string {
	const shown = 4
	var names []string
	for i, target := range targets {
		if i == shown {
			names = append(names, fmt.Sprintf("%d more", len(targets)-shown))
			break
		}
		names = append(names, target.Kind+" "+target.Name)
	}
	return strings.Join(names, ", ")
}

// Outcome is the outcome of a judgement in words.
func Outcome(outcome event.Outcome) string {
	switch outcome {
	case event.TooFew:
		return "too few samples"
	case event.NotJudged:
		return "not judged"
	case event.Invalid:
		return "could not be evaluated"
	default:
		return string(outcome)
	}
}

// Message says what a judgement found: the message that the configuration or
// the engine gave, or else one made of the condition and its values.
func Message(judged event.AssertionJudged) string {
	if judged.Message != "" {
		return judged.Message
	}
	if judged.Outcome == event.TooFew {
		return fmt.Sprintf("Only %s.", Plural(int(judged.Samples), "sample"))
	}
	return Condition(judged.Condition, judged.Terms)
}

// Condition is a condition with the values of its terms, in one line.
func Condition(condition string, terms []event.Term) string {
	values := make([]string, len(terms))
	for i, term := range terms {
		values[i] = term.Expr + " = " + term.Value
	}
	if len(values) == 0 {
		return condition
	}
	return condition + ", where " + strings.Join(values, ", ")
}

// Excerpt is the place, source and values of a condition, a line each.
func Excerpt(source event.Source, condition string, terms []event.Term) []string {
	var lines []string
	if where := Where(source); where != "" {
		lines = append(lines, where)
	}
	for line := range strings.SplitSeq(strings.TrimRight(condition, "\n"), "\n") {
		if line != "" {
			lines = append(lines, "  │ "+line)
		}
	}
	for _, term := range terms {
		lines = append(lines, "  ├ "+term.Expr+" = "+term.Value)
	}
	return lines
}

// mostFailures is how many ways of failing a reader is told for each series.
const mostFailures = 3

// Failures says how the samples failed that broke an assertion, a line for each
// way: "  ✗ 98 × probe.checkout: the status is 502".
func Failures(judged event.AssertionJudged) []string {
	var lines []string
	shown, rest := map[string]int{}, map[string]int64{}
	for _, f := range judged.Failures {
		if shown[f.Series]++; shown[f.Series] > mostFailures || f.Error == "" {
			rest[f.Series] += f.Count
			continue
		}
		lines = append(lines, failure(f.Count, f.Series, f.Error))
	}
	for _, series := range slices.Sorted(maps.Keys(rest)) {
		lines = append(lines, failure(rest[series], series, "other errors"))
	}
	return lines
}

func failure(count int64, series, text string) string {
	return fmt.Sprintf("  ✗ %d × %s: %s", count, series, strings.ReplaceAll(text, "\n", " "))
}

// Basis says what a judgement rests on: "51 samples", "in a window of 5s at
// 12.3 s, 20 samples".
func Basis(judged event.AssertionJudged) string {
	samples := Plural(int(judged.Samples), "sample")
	if judged.Window == "" {
		return samples
	}
	return fmt.Sprintf("in a window of %s at %s, %s", judged.Window, Seconds(judged.At), samples)
}
