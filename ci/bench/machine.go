package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// describe is the machine as lines of Markdown. What this system does not tell
// is "unknown".
func describe(ctx context.Context) string {
	memory := strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB")
	var b strings.Builder
	fmt.Fprintf(&b, "- taken %s at commit %s\n", time.Now().UTC().Format(time.DateOnly), output(ctx, "git", "describe", "--always", "--dirty"))
	fmt.Fprintf(&b, "- processor: %s, %d of its threads usable\n", field("/proc/cpuinfo", "model name"), runtime.NumCPU())
	fmt.Fprintf(&b, "- memory: %s kB\n", memory)
	fmt.Fprintf(&b, "- kernel: %s %s\n", runtime.GOOS, output(ctx, "uname", "-r"))
	fmt.Fprintf(&b, "- %s, %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return b.String()
}

// field is the value of the first "name: value" line of a file.
func field(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return "unknown"
	}
	defer func() { _ = file.Close() }() // only read
	for lines := bufio.NewScanner(file); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func output(ctx context.Context, name string, args ...string) string {
	text, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
