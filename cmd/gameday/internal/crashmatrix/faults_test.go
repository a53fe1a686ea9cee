package crashmatrix

import (
	"os"
	"strings"
	"time"
)

// faults is the body of a fault of every type that gameday has: TestEveryType
// fails when one is missing.
func faults() map[string]string {
	return map[string]string{
		"local_process_kill":      `target { names = ["server"] }`,
		"local_process_pause":     `target { names = ["server"] }`,
		"local_process_restart":   `target { names = ["server"] }`,
		"local_network_delay":     `target { names = ["hop"] }` + "\n" + `latency = "20ms"`,
		"local_network_bandwidth": `target { names = ["hop"] }` + "\n" + `rate = "8kbit"`,
		"local_network_partition": `target { names = ["hop"] }`,
		"local_tcp_reset":         `target { names = ["hop"] }`,
		"local_http_status":       `target { names = ["hop"] }` + "\n" + `status = 503`,
		"local_http_delay":        `target { names = ["hop"] }` + "\n" + `latency = "20ms"`,
		"local_http_abort":        `target { names = ["hop"] }`,
		"local_cpu_stress":        "workers = 1\nload = 100",
		"local_memory_stress":     `size = "16Mi"`,
		"local_disk_fill":         "path = \"PATH\"\nsize = \"8Mi\"",
	}
}

// duration is as short as lets a fault prove itself on most machines that are busy
// with other cases.
const duration = time.Second

// configuration is one experiment with one fault, as short as it can be: the
// traffic of its probe is what network faults prove themselves by.
func configuration(dir, faultType, body string, lasts time.Duration) string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return strings.NewReplacer("SELF", self, "TYPE", faultType, "DURATION", lasts.String(), "BODY", strings.ReplaceAll(body, "PATH", dir)).Replace(`
environment "local" "w" {
  process "server" {
    command = ["SELF", "test-server"]
    env     = { LISTEN = self.process.server.address.http }
    ports   = ["http"]
    ready { http = "/" }
  }
  link "hop" { to = self.process.server.address.http }
}

experiment "x" {
  environment = environment.w
  steady_state {
    baseline = "400ms"
    probe "http" "hop" {
      url      = "http://${environment.w.link.hop.address}/"
      interval = "20ms"
      timeout  = "1s" # what is due while a busy machine holds gameday up for longer is lost, and nothing is proven then
    }
    assert "answers" {
      phases      = ["baseline"]
      min_samples = 1
      condition   = probe.hop.success_ratio > 0 # how many of them is not what this is about: the machine is busy with other cases
    }
    assert "was_asked" {
      phases      = ["fault"]
      min_samples = 1
      condition   = probe.hop.count > 0 # what it answered is each fault's own matter
    }
    recovery {
      hold = "10ms"
    }
  }
  fault "TYPE" "f" {
    BODY
    duration = "DURATION"
  }
}
`)
}
