//go:build e2e

package kubernetes

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// apiFault is a fault with the evidence that it must show. None is for what this
// cluster cannot enforce: in place, and never proven.
type apiFault struct{ typ, config, evidence string }

func apiFaults() map[string]apiFault {
	const namespace = `target {
  namespace = "NAMESPACE"
}`
	workloads := `target {
  namespace = "NAMESPACE"
}`
	named := func(name string) string {
		return `target {
  namespace = "NAMESPACE"
  names     = ["` + name + `"]
}`
	}
	return map[string]apiFault{
		"scale down":             {"kubernetes_scale", "replicas = 0\n" + workloads, "replicas"},
		"scale up":               {"kubernetes_scale", "replicas = 3\n" + workloads, "replicas"},
		"rollout restart":        {"kubernetes_rollout_restart", workloads, "pods_replaced"},
		"image pull":             {"kubernetes_image_pull_failure", workloads, "image_pull_failed"},
		"image pull, named":      {"kubernetes_image_pull_failure", "container = \"shop\"\n" + named("deployment/payments"), "image_pull_failed"},
		"config set":             {"kubernetes_config_change", "set = { URL = \"http://gone.invalid\", NEW = \"1\", LOGO = \"text\" }\nremove = [\"EMPTY\"]\n" + named("settings"), "keys_changed"},
		"config all removed":     {"kubernetes_config_change", "remove = [\"ONLY\"]\n" + named("one"), "keys_changed"},
		"config from nothing":    {"kubernetes_config_change", "set = { A = \"1\", B = \"\" }\n" + named("empty"), "keys_changed"},
		"secret":                 {"kubernetes_secret_change", "set = { TOKEN = \"wrong-token-value\" }\nremove = [\"USER\"]\n" + named("keys"), "keys_changed"},
		"quota":                  {"kubernetes_quota_exhaust", namespace, "quota_used_up"},
		"quota of others":        {"kubernetes_quota_exhaust", "hard = { services = 1, \"count/secrets\" = 0 }\n" + namespace, "quota_used_up"},
		"service":                {"kubernetes_service_blackhole", named("payments"), "endpoints_lost"},
		"services":               {"kubernetes_service_blackhole", namespace, "endpoints_lost"},
		"partition":              {"kubernetes_pod_partition", namespace, ""},
		"partition of one pod":   {"kubernetes_pod_partition", "direction = \"ingress\"\ndestination_ports = [8080]\nfrom {\n  labels = { app = \"ledger\" }\n}\ntarget {\n  namespace = \"NAMESPACE\"\n  count = 1\n}", ""},
		"webhook rejects":        {"kubernetes_webhook_fault", "resources = [\"pods\", \"deployments.apps\"]\noperations = [\"CREATE\", \"UPDATE\", \"DELETE\"]\n" + namespace, "request_refused"},
		"webhook rejects config": {"kubernetes_webhook_fault", "resources = [\"configmaps\"]\n" + namespace, "request_refused"},
		"webhook delays":         {"kubernetes_webhook_fault", "mode = \"delay\"\nlatency = \"200ms\"\nresources = [\"pods\"]\n" + namespace, "request_delayed"},
		"webhook delays long":    {"kubernetes_webhook_fault", "mode = \"delay\"\nlatency = \"3s\"\nresources = [\"configmaps\"]\n" + namespace, "request_delayed"},
	}
}

// TestAPIFaultsLeaveNoTrace: each fault is injected twice, shows its evidence, and
// is reverted twice by a provider that knows nothing but the record, all of it with
// the rights of its least role. Then the namespace is as it was.
func TestAPIFaultsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	for name, c := range apiFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newAPIFixture(t)
			least := x.as(t, x.fault(t, c.typ, c.config).rights(t))
			before := x.snapshot(t)
			f := least.fault(t, c.typ, c.config)
			never := f.prepare(t)
			require.NoError(t, f.Revert(t.Context(), never), "reverted though never injected")
			f.absent(t, never)

			record := f.prepare(t)
			f.absent(t, record)
			f.inject(t, record)
			f.inject(t, record)
			seen := f.becomes(t, record, func(o providers.Observation) bool {
				return o.Proven() || c.evidence == "" && o.State == providers.Active
			})
			t.Logf("%s: %+v", c.typ, seen)
			if c.evidence == "" {
				assert.Empty(t, seen.Evidence, "this cluster does not enforce it")
				assert.NotEmpty(t, seen.Detail)
			} else {
				assert.Contains(t, factNames(seen), c.evidence)
			}
			fresh := least.fault(t, c.typ, c.config)
			require.NoError(t, fresh.Revert(t.Context(), record))
			fresh.absent(t, record)
			require.NoError(t, fresh.Revert(t.Context(), record))
			fresh.absent(t, record)
			x.same(t, before)
		})
	}
}

func factNames(o providers.Observation) []string {
	var names []string
	for _, f := range o.Evidence {
		names = append(names, f.Name)
	}
	return names
}

// TestUndoPassesAdmission: a fault that refuses every write in a namespace refuses
// no undo there, neither of what was changed before it nor of what was added.
func TestUndoPassesAdmission(t *testing.T) {
	t.Parallel()
	x := newAPIFixture(t)
	before := x.snapshot(t)
	var earlier []func()
	for _, c := range []apiFault{
		{typ: "kubernetes_scale", config: "replicas = 3\ntarget {\n  namespace = \"NAMESPACE\"\n}"},
		{typ: "kubernetes_config_change", config: "remove = [\"URL\"]\ntarget {\n  namespace = \"NAMESPACE\"\n  names = [\"settings\"]\n}"},
		{typ: "kubernetes_quota_exhaust", config: "target {\n  namespace = \"NAMESPACE\"\n}"},
	} {
		f := x.fault(t, c.typ, c.config)
		record := f.prepare(t)
		f.inject(t, record)
		f.becomes(t, record, providers.Observation.Proven)
		earlier = append(earlier, func() {
			require.NoError(t, f.Revert(t.Context(), record), c.typ)
			f.absent(t, record)
		})
	}
	wall := x.fault(t, "kubernetes_webhook_fault", `
resources  = ["deployments.apps", "statefulsets.apps", "replicasets.apps", "configmaps", "resourcequotas"]
operations = ["CREATE", "UPDATE", "DELETE"]
target {
  namespace = "NAMESPACE"
}`)
	record := wall.prepare(t)
	wall.inject(t, record)
	wall.becomes(t, record, providers.Observation.Proven)
	require.Eventually(t, func() bool {
		err := x.API.Delete(t.Context(), "/api/v1/namespaces/"+x.namespace+"/configmaps/one", "", nil)
		return err != nil && assert.ErrorContains(t, err, "denied")
	}, apiPatience, apiTick, "what is not of gameday is refused")
	for _, revert := range earlier {
		revert()
	}
	require.NoError(t, wall.Revert(t.Context(), record))
	wall.absent(t, record)
	x.same(t, before)
}

// TestPlansOnACluster: what plans say, and what they refuse.
func TestPlansOnACluster(t *testing.T) {
	x := newAPIFixture(t)
	x.post(t, "/apis/autoscaling/v2/namespaces/"+x.namespace+"/horizontalpodautoscalers", `{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"payments"},
		"spec":{"minReplicas":2,"maxReplicas":4,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"payments"}}}`)
	x.post(t, servicesPath(x.namespace), `{"apiVersion":"v1","kind":"Service","metadata":{"name":"by-hand"},"spec":{"ports":[{"port":80}]}}`)
	x.post(t, "/api/v1/namespaces/"+x.namespace+"/configmaps", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fixed"},"immutable":true,"data":{"A":"1"}}`)
	x.post(t, policies(x.namespace), `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"open"},"spec":{"podSelector":{},"ingress":[{}],"policyTypes":["Ingress"]}}`)
	in := func(text string) string { return text + "\ntarget {\n  namespace = \"NAMESPACE\"\n}" }
	named := func(text, name string) string {
		return text + "\ntarget {\n  namespace = \"NAMESPACE\"\n  names = [\"" + name + "\"]\n}"
	}
	for name, c := range map[string]struct {
		typ, config string
		severity    providers.Severity
		summary     string // of a diagnostic; empty for none
		radius      string // the plan says this of the radius
	}{
		"autoscaler":          {"kubernetes_scale", named("replicas = 1", "deployment/payments"), providers.Warning, "An autoscaler works against the fault", "deployment/" + x.namespace + "/payments from 2 to 1 replicas"},
		"the same number":     {"kubernetes_scale", named("replicas = 2", "statefulset/ledger"), providers.Warning, "Nothing would change", ""},
		"pace":                {"kubernetes_rollout_restart", named("", "deployment/payments"), providers.Warning, "", "keeps at least 2 of 2 pods ready"},
		"unknown container":   {"kubernetes_image_pull_failure", named("container = \"web\"", "deployment/payments"), providers.Error, "Which container?", ""},
		"immutable":           {"kubernetes_config_change", named("set = { A = \"2\" }", "fixed"), providers.Error, "The target is immutable", ""},
		"already there":       {"kubernetes_config_change", named("set = { URL = \"http://payments\" }", "settings"), providers.Warning, "Nothing would change", ""},
		"mounts":              {"kubernetes_config_change", named("remove = [\"URL\"]", "settings"), providers.Warning, "", "each of 2 pods of deployment/payments mounts configmap/" + x.namespace + "/settings"},
		"variables":           {"kubernetes_secret_change", named("remove = [\"USER\"]", "keys"), providers.Warning, "", "of statefulset/ledger has variables from secret/" + x.namespace + "/keys"},
		"no selector":         {"kubernetes_service_blackhole", named("", "by-hand"), providers.Error, "The service has no selector", ""},
		"another policy":      {"kubernetes_pod_partition", in(""), providers.Warning, "Another policy allows more", ""},
		"a group is missing":  {"kubernetes_webhook_fault", in(`resources = ["deployments"]`), providers.Error, "Unknown resource", ""},
		"of the cluster":      {"kubernetes_webhook_fault", in(`resources = ["nodes"]`), providers.Error, "Unknown resource", ""},
		"pods that are there": {"kubernetes_quota_exhaust", in(""), providers.Warning, "", "4 pods run in " + x.namespace},
	} {
		t.Run(name, func(t *testing.T) {
			plan, diags := x.fault(t, c.typ, c.config).plan(t)
			found := c.summary == ""
			for _, d := range diags {
				found = found || d.Summary == c.summary && d.Severity == c.severity
			}
			assert.True(t, found, "%+v", diags)
			if c.radius != "" {
				assert.Contains(t, fmt.Sprint(plan.Radius), c.radius)
			}
			assert.NotContains(t, fmt.Sprintf("%+v", plan), "AP/+", "a secret's value")
		})
	}
}
