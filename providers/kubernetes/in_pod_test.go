package kubernetes

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/providertest"
)

func inPodNamed(t *testing.T, name string) inPod {
	t.Helper()
	for _, b := range inPodFaults() {
		if b.typeName() == name {
			f, is := b.(inPod)
			require.True(t, is)
			return f
		}
	}
	require.Fail(t, "no fault "+name)
	return inPod{}
}

const anyTarget = "\ntarget {\n  namespace = \"shop\"\n}\n"

// TestTasks: what users write is what the agent is asked, and what a plan says.
func TestTasks(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Resources: corev1.ResourceRequirements{
			Limits: corev1.ResourceList{corev1.ResourceMemory: quantity.MustParse("128Mi"), corev1.ResourceCPU: quantity.MustParse("500m")},
		}}}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
			Name: "app", ContainerID: "containerd://abc", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
		}}},
	}
	for name, c := range map[string]struct{ typ, config, task, effect string }{
		"delay": {
			"kubernetes_network_delay", `latency = "100ms"
jitter = "5ms"
correlation = 25
direction = "both"
protocol = "tcp"
destination_ports = ["5432", "8000-8010"]
to { cidrs = ["10.0.0.0/8"] }`,
			`{"id":"","scope":{"direction":"both","peers":["10.0.0.0/8"],"destination_ports":["5432","8000-8010"],"protocol":"tcp"},"deadline":"0001-01-01T00:00:00Z","seed":7,"delay":{"latency":100000000,"jitter":5000000,"correlation":25}}`,
			"delays by 100ms ± 5ms each of tcp packets in both directions to ports 5432, 8000-8010, of the peers in to (through a queue (NFQUEUE) to the agent)",
		},
		"hosts are nobody until they are looked up": {
			"kubernetes_network_partition", `to { hosts = ["api.example.com"] }`,
			`{"id":"","scope":{"direction":"egress","peers":[]},"deadline":"0001-01-01T00:00:00Z","seed":7,"partition":true,"hosts":["api.example.com"]}`,
			"drops all of packets that go out, of the peers in to (dropped by the pod's kernel)",
		},
		"loss": {
			"kubernetes_network_loss", `percent = 1.5`,
			`{"id":"","scope":{"direction":"egress"},"deadline":"0001-01-01T00:00:00Z","seed":7,"loss":{"percent":1.5}}`,
			"loses 1.5 % of packets that go out (through a queue (NFQUEUE) to the agent)",
		},
		"bandwidth": {
			"kubernetes_network_bandwidth", `rate = "2mbit"
direction = "ingress"`,
			`{"id":"","scope":{"direction":"ingress"},"deadline":"0001-01-01T00:00:00Z","seed":7,"bandwidth":{"rate":2000000}}`,
			"lets 2mbit pass of packets that come in (through a queue (NFQUEUE) to the agent)",
		},
		"status": {
			"kubernetes_http_status", `port = 8080
path = "/a/**"
method = "POST"
status = 503
percent = 30`,
			`{"id":"","deadline":"0001-01-01T00:00:00Z","scope":{"direction":"ingress","destination_ports":["8080"],"protocol":"tcp"},"rules":[{"id":"kubernetes_http_status","kind":"http_status","match":{"path":"/a/**","method":"POST"},"percent":30,"status":503,"seed":7}]}`,
			"answers with 503 30 % of matching requests that come in to port 8080",
		},
		"spoof": {
			"kubernetes_dns_spoof", `patterns = ["a.**"]
addresses = ["192.0.2.1"]`,
			`{"rules":[{"id":"kubernetes_dns_spoof","kind":"dns_spoof","patterns":["a.**"],"percent":100,"addresses":{"@":["192.0.2.1"]}}],"seed":7}`,
			"answers with 192.0.2.1 100 % of the questions for a.**",
		},
		"cpu": {
			"kubernetes_cpu_stress", `workers = 2
load = 50`,
			`{"cpu":{"workers":2,"load":50,"limit":0.5},"deadline":"0001-01-01T00:00:00Z"}`,
			"uses 50 % of a processor by each of 2 processes in each pod",
		},
		"memory": {
			"kubernetes_memory_stress", `percent = 40
reserve = "0B"`,
			`{"memory":{"percent":40,"limit":134217728,"force":true},"deadline":"0001-01-01T00:00:00Z"}`,
			"takes 40 % of memory in each pod",
		},
		"disk": {
			"kubernetes_disk_fill", `container = "app"
path = "/data"
size = "1Gi"`,
			`{"disk":{"path":"/data","size":1073741824,"reserve":268435456},"deadline":"0001-01-01T00:00:00Z","container":"abc"}`,
			"takes 1Gi of space at /data in container app",
		},
		"pause": {
			"kubernetes_process_pause", `container = "app"
process = "post*"`,
			`{"id":"","action":"pause","select":{"container":"abc","name":"post*"},"deadline":"0001-01-01T00:00:00Z"}`,
			"stops processes named post* in container app",
		},
		"kill": {
			"kubernetes_process_kill", `container = "app"
signal = "SIGTERM"`,
			`{"id":"","action":"kill","select":{"container":"abc"},"signal":15,"deadline":"0001-01-01T00:00:00Z"}`,
			"ends all processes in container app",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := inPodNamed(t, c.typ)
			values := providertest.Decode(t, f.schema(), c.config+anyTarget)
			require.Empty(t, f.validate(values))
			made, err := f.spec(context.Background(), site{config: values, pod: pod, seed: 7})
			require.NoError(t, err)
			text, err := json.Marshal(made)
			require.NoError(t, err)
			assert.JSONEq(t, c.task, string(text))
			assert.Equal(t, c.effect, f.effect(values))
		})
	}
}

// TestProcessorsThatAPodMayUse: its limit is that of all, so that one container without any has no limit.
func TestProcessorsThatAPodMayUse(t *testing.T) {
	limit := func(text string) corev1.ResourceRequirements {
		if text == "" {
			return corev1.ResourceRequirements{}
		}
		return corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceCPU: quantity.MustParse(text)}}
	}
	for name, c := range map[string]struct {
		own        string
		containers []string
		want       float64
	}{
		"one":         {containers: []string{"100m"}, want: 0.1},
		"a sum":       {containers: []string{"500m", "2"}, want: 2.5},
		"none of one": {containers: []string{"500m", ""}},
		"the pod's":   {own: "1", containers: []string{"500m", ""}, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			pod := &corev1.Pod{}
			if own := limit(c.own); c.own != "" {
				pod.Spec.Resources = &own
			}
			for _, text := range c.containers {
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Resources: limit(text)})
			}
			assert.InDelta(t, c.want, cpuLimit(pod), 1e-9)
		})
	}
}

// TestTasksThatAreRefused: an engine's own check is told while a configuration is only
// validated.
func TestTasksThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ typ, config, want string }{
		"jitter above latency":   {"kubernetes_network_delay", "latency = \"1ms\"\njitter = \"2ms\"", "no more jitter than latency"},
		"ports of icmp":          {"kubernetes_network_loss", "percent = 1\nprotocol = \"icmp\"\ndestination_ports = [\"80\"]", "ICMP has none"},
		"a port that is none":    {"kubernetes_network_loss", "percent = 1\ndestination_ports = [\"http\"]", "expected a port such as 80"},
		"a peer that is none":    {"kubernetes_network_loss", "percent = 1\nto {\n  cidrs = [\"10.0.0\"]\n}", "expected an IP address or a CIDR"},
		"no size":                {"kubernetes_memory_stress", "", "Either size"},
		"no such status":         {"kubernetes_grpc_status", "port = 1\nstatus_code = \"SAD\"", "SAD"},
		"no address":             {"kubernetes_dns_spoof", "patterns = [\"a\"]\naddresses = [\"b\"]", "b"},
		"a pattern that is none": {"kubernetes_process_kill", "container = \"app\"\ncmdline = \"(\"", "missing closing )"},
	} {
		t.Run(name, func(t *testing.T) {
			f := inPodNamed(t, c.typ)
			diags := f.validate(providertest.Decode(t, f.schema(), c.config+anyTarget))
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags[0].Summary+" "+diags[0].Detail, c.want)
		})
	}
}

// TestPodsThatDoNotFit: what the fault can't be done to is told before anything happens.
func TestPodsThatDoNotFit(t *testing.T) {
	runs := corev1.PodStatus{Phase: corev1.PodRunning}
	for name, c := range map[string]struct {
		typ, config string
		pod         corev1.Pod
		want        string
	}{
		"pending":      {"kubernetes_cpu_stress", "", corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodPending}}, "only into pods that run"},
		"host network": {"kubernetes_network_loss", "percent = 1", corev1.Pod{Spec: corev1.PodSpec{HostNetwork: true}, Status: runs}, "the network of its node"},
		"no limit":     {"kubernetes_memory_stress", "percent = 1", corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}}}, Status: runs}, "without a memory limit"},
		"no container": {"kubernetes_process_pause", "container = \"b\"", corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}}}, Status: runs}, "no container \"b\""},
	} {
		t.Run(name, func(t *testing.T) {
			f := inPodNamed(t, c.typ)
			assert.ErrorContains(t, f.unfit(providertest.Decode(t, f.schema(), c.config+anyTarget), &c.pod), c.want)
		})
	}
}
