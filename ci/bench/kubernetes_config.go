package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// killing writes an experiment that kills every pod of a set. It lasts long enough
// for a busy server to show that all of them are gone.
func (b *kubeBench) killing(folder, set string) (dir string, err error) {
	return b.write(folder, b.environment()+fmt.Sprintf(`
experiment "kill" {
  environment = environment.bench
  steady_state {
    baseline = "0s"
    probe "exec" "nothing" {
      command  = ["true"]
      interval = "20ms"
    }
    assert "measured" {
      phases      = ["fault"]
      min_samples = 1
      condition   = probe.nothing.success_ratio > 0
    }
    recovery {
      hold = "10ms"
    }
  }
  fault "kubernetes_pod_kill" "all" {
    target {
      namespace = %q
      labels    = { app = %q }
    }
    grace_period = "0s"
    duration     = "2s"
  }
}
`, b.namespace, set))
}

// trivial writes n experiments that look whether a ConfigMap is there.
func (b *kubeBench) trivial(n int) (dir string, err error) {
	var text strings.Builder
	text.WriteString(b.environment())
	for i := range n {
		fmt.Fprintf(&text, `
experiment "e%02d" {
  environment = environment.bench
  steady_state {
    baseline = "10ms"
    probe "kubernetes" "it" {
      kind      = "ConfigMap"
      namespace = %q
      name      = "kube-root-ca.crt"
      interval  = "5ms"
    }
    assert "there" {
      min_samples = 1
      condition   = probe.it.success_ratio == 1
    }
  }
}
`, i, b.namespace)
	}
	return b.write("trivial", text.String())
}

func (b *kubeBench) environment() string {
	return fmt.Sprintf(`
environment "kubernetes" "bench" {
  kubeconfig = %q
  namespaces = [%q]
}
`, os.Getenv("KUBECONFIG"), b.namespace)
}

func (b *kubeBench) write(folder, text string) (string, error) {
	dir := filepath.Join(b.work, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "bench.gameday.hcl"), []byte(text), 0o600)
}
