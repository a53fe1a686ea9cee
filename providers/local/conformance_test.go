package local_test

import (
	"context"
	"testing"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// oneServer is an environment of one process with a child of its own.
const oneServer = `
process "web" {
  command = [server, "server", "child"]
  env     = { LISTEN = self.process.web.address.http }
  ports   = ["http"]
  labels  = { tier = "front" }
  ready {
    http     = "/healthz"
    interval = "2ms"
  }
}
`

// conform runs a fault on processes through the kit.
func conform(t *testing.T, fault, config string) {
	t.Helper()
	bothWays(t, func(t *testing.T, provider providers.Provider) {
		t.Helper()
		w := newWorldBy(t, provider, oneServer).up()
		providertest.Run(t, providertest.Harness{
			Fault: w.fault(fault), Config: config, Run: w.run,
			Environment: w.state, Planned: w.planned(),
			Healthy: func(ctx context.Context) error { return get(ctx, w.url("web")) },
			Fresh:   providertest.FreshRevert, Killed: providertest.KilledInject,
		})
	})
}

func TestProcessKillConforms(t *testing.T) {
	conform(t, "local_process_kill", `target { names = ["web"] }`)
}

func TestProcessKillByTermConforms(t *testing.T) {
	conform(t, "local_process_kill", "signal = \"SIGTERM\"\ntarget { names = [\"web\"] }")
}

func TestProcessPauseConforms(t *testing.T) {
	conform(t, "local_process_pause", `target { labels = { tier = "front" } }`)
}

func TestProcessRestartConforms(t *testing.T) {
	conform(t, "local_process_restart", "grace_period = \"2s\"\ntarget {}")
}

// linkedServer is an environment of one process behind a link.
const linkedServer = oneServer + `
link "web" {
  to     = self.process.web.address.http
  labels = { tier = "front" }
}
`

func TestLinkFaultsConform(t *testing.T) {
	for fault, config := range map[string]string{
		"local_network_delay":     "latency = \"20ms\"\njitter = \"5ms\"",
		"local_network_bandwidth": "rate = \"64kbit\"\nbuffer = \"64B\"",
		"local_network_partition": "",
		"local_tcp_reset":         "",
		"local_http_delay":        "latency = \"20ms\"",
		"local_http_status":       "status = 503",
		"local_http_abort":        "path = \"/*\"",
	} {
		t.Run(fault, func(t *testing.T) {
			bothWays(t, func(t *testing.T, provider providers.Provider) {
				t.Helper()
				conformLink(t, provider, fault, config)
			})
		})
	}
}

func conformLink(t *testing.T, provider providers.Provider, fault, config string) {
	t.Helper()
	w := newWorldBy(t, provider, linkedServer).up()
	url := "http://" + w.output("link", "web", "address")
	request := func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		return get(ctx, url)
	}
	providertest.Run(t, providertest.Harness{
		Fault: w.fault(fault), Config: config + "\ntarget { names = [\"web\"] }", Run: w.run,
		Environment: w.state, Planned: w.planned(),
		Stimulate: func(ctx context.Context) { _ = request(ctx) },
		Healthy:   request,
		Fresh:     providertest.FreshRevert,
	})
}

func TestStressConforms(t *testing.T) {
	for fault, config := range map[string]string{
		"local_cpu_stress":    "workers = 1\nload = 50",
		"local_memory_stress": "size = \"64Mi\"",
		"local_disk_fill":     "size = \"16Mi\"\npath = \"/tmp\"",
	} {
		t.Run(fault, func(t *testing.T) {
			bothWays(t, func(t *testing.T, provider providers.Provider) {
				t.Helper()
				w := newWorldBy(t, provider, "").up()
				providertest.Run(t, providertest.Harness{
					Fault: w.fault(fault), Config: config, Run: w.run,
					Environment: w.state, Planned: w.planned(), Fresh: providertest.FreshRevert,
				})
			})
		})
	}
}
