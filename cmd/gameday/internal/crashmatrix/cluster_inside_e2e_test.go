//go:build e2e

package crashmatrix

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// insideFaults are those that gameday's agent does inside pods. The readiness probe,
// once a second, is the traffic that they act on.
func insideFaults() map[string]clusterFault {
	proven := map[string]string{
		"kubernetes_network_delay":     `latency = "50ms"`,
		"kubernetes_network_loss":      "percent = 50\n" + `direction = "both"`,
		"kubernetes_network_corrupt":   "percent = 50\n" + `direction = "both"`,
		"kubernetes_network_duplicate": "percent = 50",
		"kubernetes_network_partition": `direction = "both"`,
		"kubernetes_tcp_reset":         "port = 8080",
		"kubernetes_http_delay":        "port = 8080\n" + `latency = "100ms"`,
		"kubernetes_http_abort":        "port = 8080",
		"kubernetes_http_status":       "port = 8080\nstatus = 503",
		"kubernetes_http_body":         "port = 8080\n" + `body = "replaced"`,
		"kubernetes_cpu_stress":        "load = 10",
		"kubernetes_memory_stress":     `size = "16Mi"`,
		"kubernetes_disk_fill":         "container = \"web\"\npath = \"/data\"\n" + `size = "1Mi"`,
		"kubernetes_process_pause":     `container = "web"`,
	}
	// Nobody calls the workload by gRPC, and it asks for no names.
	unproven := map[string]string{
		"kubernetes_grpc_status": "port = 8080\n" + `status_code = "UNAVAILABLE"`,
		"kubernetes_dns_error":   `patterns = ["**"]`,
		"kubernetes_dns_spoof":   "patterns = [\"**\"]\n" + `addresses = ["192.0.2.7"]`,
	}
	faults := map[string]clusterFault{
		// Probes are few: it takes them a while to use up what may pass at once.
		"kubernetes_network_bandwidth": {body: targetWeb + "\nrate = \"1kbit\"\nbuffer = \"1500B\"\n" + `direction = "both"`, lasts: 10 * time.Second, inside: true},
	}
	for name, body := range proven {
		faults[name] = clusterFault{body: targetWeb + "\n" + body, inside: true}
	}
	for name, body := range unproven {
		faults[name] = clusterFault{body: targetWeb + "\n" + body, inside: true, unproven: true}
	}
	return faults
}

// goesWithoutTrace are types that leave nothing which could be mended, with the reason.
func goesWithoutTrace() map[string]string {
	return map[string]string{
		"kubernetes_process_kill": "a process that has ended is all there is; providers/kubernetes tests that it is the right one",
	}
}

// nothingInside reports whether in the workload's pods no rule of a fault matches any
// more and no process of one is left, seen from the machine that nodes are containers of.
func (b *bench) nothingInside(ctx context.Context) (bool, string) {
	pods, why := b.webPods(ctx)
	if len(pods) == 0 {
		return false, why
	}
	for uid := range pods {
		processes := processesOf(uid)
		if len(processes) == 0 {
			return false, "no process of pod " + uid + " is on this machine"
		}
		var some string
		for pid, cmdline := range processes {
			if some = pid; strings.Contains(cmdline, "gameday-agent") && !strings.Contains(cmdline, " resident ") {
				return false, "a process of a fault runs in a pod: " + cmdline
			}
		}
		tables, err := tablesOf(some)
		if err != nil {
			return false, err.Error()
		}
		if i := slices.IndexFunc(tables, func(t firewall.Info) bool { return t.Left > 0 }); i >= 0 {
			return false, fmt.Sprintf("a rule in a pod matches for another %s: %s", tables[i].Left, tables[i].ID)
		}
	}
	return true, ""
}

// processesOf are the command lines of a pod's processes, by their ID here.
func processesOf(uid string) map[string]string {
	found := map[string]string{}
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		group, _ := os.ReadFile(filepath.Join(folder, "cgroup")) // one that has ended has none
		cmdline, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		if strings.Contains(strings.ReplaceAll(string(group), "_", "-"), uid) && len(cmdline) > 0 {
			found[filepath.Base(folder)] = strings.ReplaceAll(string(cmdline), "\x00", " ")
		}
	}
	return found
}

// tablesOf reads the tables in a process' network namespace, on a thread that nothing
// else runs on afterwards.
func tablesOf(pid string) (tables []firewall.Info, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		var namespace *os.File
		if namespace, err = os.Open("/proc/" + pid + "/ns/net"); err != nil {
			return
		}
		defer func() { _ = namespace.Close() }()
		if err = unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		tables, err = firewall.List()
	}()
	<-done
	return tables, err
}
