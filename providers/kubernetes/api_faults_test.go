package kubernetes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// apiBehaviors are the faults on API objects.
func apiBehaviors() []behavior { return append(workloadFaults(), controlPlaneFaults()...) }

const inShop = "\ntarget {\n  namespace = \"shop\"\n}"

func namedInShop(name string) string {
	return "\ntarget {\n  namespace = \"shop\"\n  names = [\"" + name + "\"]\n}"
}

func behaviorOf(t *testing.T, typ string) behavior {
	t.Helper()
	for _, b := range apiBehaviors() {
		if b.typeName() == typ {
			return b
		}
	}
	require.Fail(t, "no fault "+typ)
	return nil
}

func TestSchemasAndRules(t *testing.T) {
	for _, b := range apiBehaviors() {
		t.Run(b.typeName(), func(t *testing.T) {
			require.NoError(t, b.schema().Verify())
			assert.NotEmpty(t, b.rules())
			for _, rule := range b.rules() {
				assert.NotEmpty(t, rule.Why, rule.Resource)
				assert.NotContains(t, rule.Verbs, "*")
				assert.NotContains(t, rule.Resource, "*")
			}
		})
	}
}

// TestRightsOfSecrets: only the fault that changes Secrets may read them.
func TestRightsOfSecrets(t *testing.T) {
	for _, b := range apiBehaviors() {
		for _, rule := range b.rules() {
			if rule.Resource == "secrets" {
				assert.Equal(t, "kubernetes_secret_change", b.typeName())
				assert.Equal(t, []string{"get", "patch"}, rule.Verbs)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		typ, config string
		summary     string // of the only error; empty for none
	}{
		"nothing to change":         {"kubernetes_config_change", namedInShop("settings"), "Nothing to change"},
		"set and removed":           {"kubernetes_config_change", "set = { A = \"1\" }\nremove = [\"A\"]" + namedInShop("settings"), "Set and removed"},
		"not a key":                 {"kubernetes_config_change", "remove = [\"a/b\"]" + namedInShop("settings"), "Not a key"},
		"keys with dots":            {"kubernetes_secret_change", "set = { \"tls.crt\" = \"\" }" + namedInShop("keys"), ""},
		"not a quantity":            {"kubernetes_quota_exhaust", "hard = { pods = \"many\" }" + inShop, "Not a quantity"},
		"no limits":                 {"kubernetes_quota_exhaust", "hard = {}" + inShop, "No limits"},
		"a number as a limit":       {"kubernetes_quota_exhaust", "hard = { pods = 3, \"requests.cpu\" = \"500m\" }" + inShop, ""},
		"from with egress":          {"kubernetes_pod_partition", "direction = \"egress\"\nfrom {\n  cidrs = [\"203.0.113.0/24\"]\n}" + inShop, "From whom?"},
		"to with ingress":           {"kubernetes_pod_partition", "direction = \"ingress\"\nto {\n  labels = { a = \"b\" }\n}" + inShop, "To whom?"},
		"nobody":                    {"kubernetes_pod_partition", "from {}" + inShop, "Nobody named"},
		"not a network":             {"kubernetes_pod_partition", "to {\n  cidrs = [\"203.0.113.7\"]\n}" + inShop, "Not a network"},
		"all addresses":             {"kubernetes_pod_partition", "to {\n  cidrs = [\"0.0.0.0/0\"]\n}" + inShop, "All addresses"},
		"not a port":                {"kubernetes_pod_partition", "destination_ports = [0]" + inShop, "Not a port"},
		"delay without latency":     {"kubernetes_webhook_fault", "mode = \"delay\"\nresources = [\"pods\"]" + inShop, "No latency"},
		"reject with latency":       {"kubernetes_webhook_fault", "latency = \"1s\"\nresources = [\"pods\"]" + inShop, "Refused or late?"},
		"no resources":              {"kubernetes_webhook_fault", "resources = []" + inShop, "Empty list"},
		"everything":                {"kubernetes_webhook_fault", "resources = [\"*.apps\"]" + inShop, "Not a resource for this fault"},
		"what holds claims":         {"kubernetes_webhook_fault", "resources = [\"leases.coordination.k8s.io\"]" + inShop, "Not a resource for this fault"},
		"two slashes":               {"kubernetes_webhook_fault", "resources = [\"pods/a/b\"]" + inShop, "Not a resource for this fault"},
		"a subresource of a group":  {"kubernetes_webhook_fault", "resources = [\"deployments.apps/scale\"]" + inShop, ""},
		"delay with latency":        {"kubernetes_webhook_fault", "mode = \"delay\"\nlatency = \"2s\"\nresources = [\"pods\"]" + inShop, ""},
		"image pull, no attributes": {"kubernetes_image_pull_failure", inShop, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := behaviorOf(t, c.typ)
			diags := b.validate(providertest.Decode(t, b.schema(), c.config))
			if c.summary == "" {
				assert.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, c.summary, diags[0].Summary)
			assert.True(t, strings.HasSuffix(diags[0].Detail, "."), diags[0].Detail)
		})
	}
}

// TestPlanTexts: what a plan says while there is no cluster to read.
func TestPlanTexts(t *testing.T) {
	for name, c := range map[string]struct{ typ, config, effect, undo string }{
		"scale":        {"kubernetes_scale", "replicas = 0" + inShop, "sets the replicas of each to 0", "sets the replicas back"},
		"restart":      {"kubernetes_rollout_restart", inShop, "starts a rollout that replaces every pod", "second rollout"},
		"image":        {"kubernetes_image_pull_failure", "container = \"web\"" + inShop, "image of container web cannot be pulled", "sets the image back"},
		"config":       {"kubernetes_config_change", "set = { B = \"1\", A = \"2\" }\nremove = [\"C\"]" + namedInShop("x"), "sets A, B and removes C in each", "puts back what each key held"},
		"quota":        {"kubernetes_quota_exhaust", inShop, "refuses every new pod", "deletes the quota"},
		"quota, hard":  {"kubernetes_quota_exhaust", "hard = { pods = 3, services = 1 }" + inShop, "limits each namespace to pods 3, services 1", "deletes the quota"},
		"service":      {"kubernetes_service_blackhole", inShop, "takes all endpoints", "puts the selector back"},
		"partition":    {"kubernetes_pod_partition", inShop, "each pod is not reached from anybody and does not reach anybody", "deletes the policy"},
		"partition of": {"kubernetes_pod_partition", "direction = \"ingress\"\ndestination_ports = [80]\nfrom {\n  labels = { app = \"a\" }\n  namespaces = [\"x\"]\n}" + inShop, "each pod is not reached from pods with app=a in x (and what is no pod), at TCP port 80", "deletes the policy"},
		"reject":       {"kubernetes_webhook_fault", "resources = [\"pods\"]" + inShop, "refuses CREATE and UPDATE of pods in each namespace", "deletes the admission policy"},
		"delay":        {"kubernetes_webhook_fault", "mode = \"delay\"\nlatency = \"2s\"\nresources = [\"pods\"]\noperations = [\"DELETE\"]" + inShop, "makes DELETE of pods take 2s longer", "deletes the webhook's configuration"},
	} {
		t.Run(name, func(t *testing.T) {
			b := behaviorOf(t, c.typ)
			plan := providers.FaultPlan{}
			diags := b.plan(t.Context(), planning{config: providertest.Decode(t, b.schema(), c.config), plan: &plan})
			require.False(t, diags.HasErrors(), "%+v", diags)
			assert.Contains(t, plan.Effect, c.effect)
			assert.Contains(t, plan.Undo, c.undo)
		})
	}
}

// TestSecretsStayOutOfPlans: values are sensitive, and no text has them.
func TestSecretsStayOutOfPlans(t *testing.T) {
	b := configChange{of: target.Secret}
	assert.True(t, b.schema().Attribute("set").Sensitive)
	plan := providers.FaultPlan{}
	b.plan(t.Context(), planning{config: providertest.Decode(t, b.schema(), "set = { TOKEN = \"very-secret\" }"+namedInShop("keys")), plan: &plan})
	assert.Contains(t, plan.Effect, "TOKEN")
	assert.NotContains(t, plan.Effect+plan.Undo, "very-secret")
}
