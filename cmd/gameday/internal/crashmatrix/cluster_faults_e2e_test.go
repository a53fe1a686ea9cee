//go:build e2e

package crashmatrix

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"
)

// clusterFault is a fault type with the body that harms what clusterObjects has.
type clusterFault struct {
	body string
	// alone is for faults on nodes: others on the same node would not be as they
	// were before.
	alone bool
	// byNode says that what it does is undone on a node, where the reaper cannot
	// reach: a timer of its own stands beside it.
	byNode bool
	// lasts is longer than clusterDuration where controllers or the kubelet need
	// more time to show the effect.
	lasts time.Duration
	// empties says that no pod comes back to the worker by itself afterwards.
	empties bool
	// wears says that a container ends with every case: the kubelet lets it wait
	// longer each time, up to five minutes, before it starts again.
	wears bool
	// stepless is for what leaves nothing to undo in the API.
	stepless bool
	// inside is for what the agent in each pod does. Nothing in the cluster looks after
	// it, as the kernel of its node ends it.
	inside bool
	// unproven is for what cannot show an effect on a cluster like this one.
	unproven bool
}

// takes is how long the cases of the type take, as ranks.
func (f clusterFault) takes() int {
	switch {
	case f.wears:
		return 3 // new pods before every case
	case f.lasts > clusterDuration:
		return 2
	case f.inside:
		return 0 // few cases
	}
	return 1
}

const (
	targetWeb    = `target { labels = { app = "web" } }`
	targetWorker = `target { names = ["WORKER"] }`
)

// clusterFaults has every fault type of the Kubernetes provider but those of
// goesWithoutTrace: TestEveryClusterType fails when one is missing.
func clusterFaults() map[string]clusterFault {
	faults := insideFaults()
	maps.Copy(faults, map[string]clusterFault{
		"kubernetes_pod_kill":           {body: targetWeb + "\n" + `grace_period = "0s"`, stepless: true},
		"kubernetes_pod_failure":        {body: targetWeb, lasts: 12 * time.Second, wears: true},
		"kubernetes_container_kill":     {body: targetWeb, lasts: 12 * time.Second, stepless: true, wears: true},
		"kubernetes_scale":              {body: `target { names = ["web"] }` + "\n" + `replicas = 0`},
		"kubernetes_rollout_restart":    {body: `target { names = ["web"] }`, lasts: 12 * time.Second},
		"kubernetes_image_pull_failure": {body: `target { names = ["web"] }`, lasts: 12 * time.Second},
		"kubernetes_config_change": {body: `target {
      namespace = "NAMESPACE"
      names     = ["settings"]
    }` + "\n" + `set = { mode = "broken" }`},
		"kubernetes_secret_change": {body: `target {
      namespace = "NAMESPACE"
      names     = ["password"]
    }` + "\n" + `set = { value = "broken" }`},
		"kubernetes_quota_exhaust":     {body: `target {}`},
		"kubernetes_service_blackhole": {body: `target { names = ["web"] }`},
		"kubernetes_pod_partition":     {body: targetWeb, unproven: true},
		"kubernetes_webhook_fault":     {body: `target {}` + "\n" + `resources = ["configmaps"]`},
		"kubernetes_pvc_fill": {body: `target {
      namespace = "NAMESPACE"
      names     = ["data"]
    }` + "\n" + `size = "1Mi"` + "\n" + `reserve = "0B"`, lasts: 12 * time.Second},
		"kubernetes_node_cordon":  {body: targetWorker, alone: true},
		"kubernetes_node_taint":   {body: targetWorker + "\n" + `taint {` + "\n" + `key = "gameday.dev/test"` + "\n" + `effect = "PreferNoSchedule"` + "\n" + `}`, alone: true},
		"kubernetes_node_drain":   {body: targetWorker, alone: true, empties: true},
		"kubernetes_node_pause":   {body: targetWorker, alone: true, byNode: true},
		"kubernetes_node_stop":    {body: targetWorker, alone: true, byNode: true},
		"kubernetes_kubelet_stop": {body: targetWorker, alone: true, byNode: true},
	})
	for name, fault := range faults {
		fault.lasts = cmp.Or(fault.lasts, clusterDuration)
		faults[name] = fault
	}
	return faults
}

// clusterObjects is what faults act on. The image is that of the demo shop.
const clusterObjects = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      PLACE
      containers:
      - name: web
        image: gameday/shop:dev
        imagePullPolicy: Never
        args: [payments]
        env: [{name: LISTEN, value: ":8080"}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
        resources: {requests: {cpu: 5m, memory: 8Mi}}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: good}
---
apiVersion: v1
kind: Secret
metadata: {name: password}
stringData: {value: secret}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 8Mi}}
`

// clusterConfiguration is one experiment with one fault, as short as it can be.
func clusterConfiguration(namespace, worker, faultType string, fault clusterFault) string {
	body := strings.NewReplacer("WORKER", worker, "NAMESPACE", namespace).Replace(fault.body)
	return clusterEnvironment(namespace, fault) + fmt.Sprintf(`
experiment "x" {
  environment = environment.c
  steady_state {
    baseline = "500ms"
    probe "exec" "runs" {
      command  = ["true"]
      interval = "500ms"
    }
    assert "runs" {
      phases      = ["baseline", "fault"]
      min_samples = 1
      condition   = probe.runs.success_ratio == 1
    }
    recovery {
      hold = "10ms"
    }
  }
  fault %q "f" {
    %s
    duration = "%s"
  }
}
`, faultType, body, fault.lasts)
}

// clusterEnvironment is the cluster of the tests: for faults on nodes themselves as
// one of kind, whose containers they act on, for the others as any cluster, with
// the rights of the service account.
func clusterEnvironment(namespace string, fault clusterFault) string {
	if fault.byNode {
		return fmt.Sprintf(`
environment "kind" "c" {
  name        = "gameday-e2e"
  nodes       = { control_plane = 1, worker = 3 }
  image       = %q
  namespaces  = [%q]
  agent_image = "gameday/agent:dev"
  keep        = true
}
`, os.Getenv("GAMEDAY_NODE_IMAGE"), namespace)
	}
	return fmt.Sprintf(`
environment "kubernetes" "c" {
  kubeconfig       = %q
  namespaces       = [%q]
  agent_image      = "gameday/agent:dev"
  allow_privileged = true
  as               = "system:serviceaccount:%s:%s"
}
`, os.Getenv("KUBECONFIG"), namespace, namespace, user)
}

// clusterDuration is long enough for a fault to show itself where controllers
// have to act on it first. Its deadline comes the engine's margin of 5 s later.
const clusterDuration = 4 * time.Second
