package docs

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write exact outputs anew")

func name(b block) string { return fmt.Sprintf("%s:%d", b.file, b.line) }

func TestCommandsParse(t *testing.T) {
	for _, b := range blocksOf(t, "sh", "sh run") {
		t.Run(name(b), func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), "bash", "-nc", b.text).CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
}

func TestCommandsRun(t *testing.T) {
	runnable := blocksOf(t, "sh run")
	require.NotEmpty(t, runnable)
	built := sandbox(t)
	for _, b := range runnable {
		t.Run(name(b), func(t *testing.T) {
			t.Parallel() // they wait more than they work
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(built)))
			_, err := shell(t, dir, b.text)
			assert.NoError(t, err)
		})
	}
}

func TestOutputsAreExact(t *testing.T) {
	exact := blocksOf(t, "console exact")
	require.NotEmpty(t, exact)
	dir := sandbox(t)
	for _, b := range exact {
		t.Run(name(b), func(t *testing.T) {
			first, want, _ := strings.Cut(b.text, "\n")
			command, ok := strings.CutPrefix(first, "$ ")
			require.True(t, ok, "the first line is %q: expected $ and a command", first)
			got, err := shell(t, dir, command)
			require.NoError(t, err)
			got = trim(got)
			if *update {
				rewrite(t, b, first+"\n"+got)
				return
			}
			assert.Equal(t, want, got, "run go test ./docs -update if this is what it should print")
		})
	}
}

// trim leaves out what Markdown files should not have: spaces at the ends of
// lines, empty lines around the text.
func trim(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}

func rewrite(t *testing.T, b block, text string) {
	t.Helper()
	path := filepath.Join("..", b.file)
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	replaced := strings.Replace(string(page), b.text, text, 1)
	require.NoError(t, os.WriteFile(path, []byte(replaced), 0o644))
}

// around is an experiment with holes for a steady state and for other parts.
const around = `environment "local" "shop" {
  process "payments" {
    command = ["sleep", "60"]
    ports   = ["http"]
  }

  link "payments" {
    to = self.process.payments.address.http
  }
}

experiment "example" {
  environment = environment.shop

%s%s}
`

// steady is the steady state of parts that have none of their own.
const steady = `  steady_state {
    probe "http" "purchase" {
      url = "http://${environment.shop.process.payments.address.http}/"
    }

    assert "available" {
      condition     = probe.purchase.success_ratio >= 0.99
      error_message = "Not available."
    }
  }

`

// whole puts parts of an experiment into one.
func whole(parts string) string {
	if strings.Contains(parts, "steady_state {") {
		return fmt.Sprintf(around, "", indent(parts))
	}
	return fmt.Sprintf(around, steady, indent(parts))
}

func TestConfigurationsValidate(t *testing.T) {
	configurations := blocksOf(t, "hcl", "hcl experiment")
	require.NotEmpty(t, configurations)
	dir := sandbox(t)
	for i, b := range configurations {
		t.Run(name(b), func(t *testing.T) {
			text := b.text
			if b.info == "hcl experiment" {
				text = whole(text)
			}
			// Beside the demo, so that modules are found as in the quickstart.
			here := filepath.Join(dir, "experiments", fmt.Sprintf("docs-%d", i))
			require.NoError(t, os.MkdirAll(here, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(here, "docs.gameday.hcl"), []byte(text), 0o644))
			_, err := shell(t, dir, "bin/gameday validate "+here)
			require.NoError(t, err)
			_, err = shell(t, dir, "bin/gameday fmt -check "+here)
			assert.NoError(t, err)
		})
	}
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			line = "  " + line
		}
		b.WriteString(line)
	}
	return b.String()
}
