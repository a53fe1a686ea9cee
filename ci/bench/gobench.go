package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// goBenchmarks runs every Go benchmark and writes go.md.
func goBenchmarks(ctx context.Context, opts options, machine string, out io.Writer) error {
	args := append([]string{
		"test", "-run", "^$", "-bench", ".", "-benchmem", "-timeout", "60m", "-p", "1",
		"-count", strconv.Itoa(opts.count),
	}, opts.patterns()...)
	var text bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(out, &text), out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	page := fmt.Sprintf("# Go benchmarks\n\nMedians of %d runs each. Written by `make bench`.\n\n%s\n%s",
		opts.count, machine, tables(parseBenchmarks(text.String())))
	path := filepath.Join(opts.results, "go.md")
	fmt.Fprintln(out, "bench: wrote", path)
	return os.WriteFile(path, []byte(page), 0o644)
}

// benchmark is what the runs of one benchmark measured.
type benchmark struct {
	pkg, name string
	units     []string // in the order of the output
	values    map[string][]float64
}

// parseBenchmarks reads the output of go test -bench: "pkg:" lines, and lines
// of a name, a count, and pairs of a value and its unit.
func parseBenchmarks(text string) []*benchmark {
	var list []*benchmark
	pkg := ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimSpace(name)
			continue
		}
		words := strings.Fields(line)
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		list = add(list, pkg, words)
	}
	return list
}

func add(list []*benchmark, pkg string, words []string) []*benchmark {
	i := slices.IndexFunc(list, func(b *benchmark) bool { return b.pkg == pkg && b.name == words[0] })
	if i < 0 {
		i = len(list)
		list = append(list, &benchmark{pkg: pkg, name: words[0], values: map[string][]float64{}})
	}
	for pair := range slices.Chunk(words[2:], 2) {
		value, err := strconv.ParseFloat(pair[0], 64)
		if err != nil || len(pair) < 2 {
			break
		}
		list[i].take(pair[1], value)
	}
	return list
}

func (b *benchmark) take(unit string, value float64) {
	if !slices.Contains(b.units, unit) {
		b.units = append(b.units, unit)
	}
	b.values[unit] = append(b.values[unit], value)
}

// tables is one Markdown table a package.
func tables(list []*benchmark) string {
	var b strings.Builder
	pkg := ""
	for _, bench := range list {
		if bench.pkg != pkg {
			pkg = bench.pkg
			fmt.Fprintf(&b, "\n## %s\n\n| benchmark | medians |\n| --- | --- |\n", pkg)
		}
		var parts []string
		for _, unit := range bench.units {
			parts = append(parts, number(middleOf(bench.values[unit]))+" "+unit)
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.TrimPrefix(bench.name, "Benchmark"), strings.Join(parts, ", "))
	}
	return b.String()
}

func middleOf(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// number has about four digits.
func number(v float64) string {
	if v >= 1000 || v == float64(int64(v)) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
