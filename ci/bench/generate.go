package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// gamedayConfig writes a configuration of n experiments, each with a probe, an
// assertion and a fault, to a new folder below dir.
func gamedayConfig(dir string, n int) (string, error) {
	var b strings.Builder
	b.WriteString(`environment "local" "bench" {
  process "server" {
    command = ["sleep", "60"]
    ports   = ["http"]
  }
}
`)
	for i := range n {
		fmt.Fprintf(&b, `
experiment "e%04d" {
  environment = environment.bench

  steady_state {
    probe "http" "server" {
      url      = "http://${environment.bench.process.server.address.http}/%d"
      interval = "200ms"
    }

    assert "available" {
      condition     = probe.server.success_ratio >= 0.99
      error_message = "Only ${percent(probe.server.success_ratio)} succeeded."
    }
  }

  fault "local_process_pause" "server" {
    target { names = ["server"] }
    duration = "5s"
  }
}
`, i, i)
	}
	return write(dir, fmt.Sprintf("gameday-%d", n), "bench.gameday.hcl", b.String())
}

// terraformConfig writes a configuration of n resources.
func terraformConfig(dir string, n int) (string, error) {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "resource \"terraform_data\" \"r%04d\" {\n  input = \"value %d\"\n}\n\n", i, i)
	}
	return write(dir, fmt.Sprintf("terraform-%d", n), "main.tf", b.String())
}

func write(dir, folder, file, text string) (string, error) {
	path := filepath.Join(dir, folder)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(filepath.Join(path, file), []byte(text), 0o644)
}
