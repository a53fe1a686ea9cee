//go:build e2e

package kubernetes

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

// apiConformances are the faults on API objects that the kit can try many times in
// a reasonable time: those that wait for no rollout.
func apiConformances() []conformance {
	named := func(name string) string {
		return "\ntarget {\n  namespace = \"NAMESPACE\"\n  names     = [\"" + name + "\"]\n}"
	}
	const namespace = "\ntarget {\n  namespace = \"NAMESPACE\"\n}"
	return []conformance{
		{typ: "kubernetes_config_change", config: "set = { URL = \"x\", LOGO = \"text\" }\nremove = [\"EMPTY\"]" + named("settings")},
		{typ: "kubernetes_secret_change", config: "set = { TOKEN = \"x\" }\nremove = [\"USER\"]" + named("keys")},
		{typ: "kubernetes_quota_exhaust", config: namespace},
		{typ: "kubernetes_service_blackhole", config: named("payments")},
		{typ: "kubernetes_webhook_fault", config: "resources = [\"configmaps\", \"deployments.apps\"]" + namespace},
	}
}

func TestAPIConformance(t *testing.T) {
	require.NoError(t, flag.Set("rapid.checks", checks))
	t.Parallel()
	for _, c := range apiConformances() {
		t.Run(c.typ, func(t *testing.T) {
			t.Parallel()
			c.run(t, New())
		})
	}
}
