package inside

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

func TestNamesAreThoseOfARunAndAnEnvironment(t *testing.T) {
	const run = "01M82GB5HWWKJ99VEYT2X8ZKSK"
	one, other := name(run, "environment.a", 0), name(run, "environment.b", 0)
	assert.NotEqual(t, one, other)
	assert.NotEqual(t, one, name(run, "environment.a", 1))
	assert.Equal(t, one, name(run, "environment.a", 0))
	assert.Regexp(t, `^gameday-prober-01m82gb5hwwkj99veyt2x8zksk-[0-9a-f]{6}$`, one)
	for _, strange := range []string{"", "A/B", "a.very.long.run.that.nobody.would.ever.have.thought.of"} {
		assert.Regexp(t, `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, name(strange, "e", 12))
		assert.LessOrEqual(t, len(name(strange, "e", 12)), 63)
	}
}

// TestThePodIsAllowedWhereTheLevelIsRestricted checks what Pod Security asks for
// at its strictest level.
func TestThePodIsAllowedWhereTheLevelIsRestricted(t *testing.T) {
	p := pod(cluster.Access{Namespaces: []string{"shop", "other"}, AgentImage: "agent"}, "R", "n", nil)
	assert.Equal(t, "shop", p.Namespace)
	assert.Equal(t, "R", p.Labels["gameday.dev/run"], "faults leave out what bears it")
	assert.True(t, *p.Spec.SecurityContext.RunAsNonRoot)
	assert.Nil(t, p.Spec.SecurityContext.RunAsUser, "OpenShift gives each namespace users of its own, and refuses others")
	assert.Nil(t, p.Spec.SecurityContext.RunAsGroup)
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, p.Spec.SecurityContext.SeccompProfile.Type)
	assert.False(t, *p.Spec.AutomountServiceAccountToken)
	c := p.Spec.Containers[0]
	assert.Equal(t, "agent", c.Image)
	assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
	assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
	assert.Empty(t, c.Command, "the image says what its program is")
	assert.Nil(t, p.Spec.Affinity)
	assert.Equal(t, "default", Namespace(cluster.Access{}))
}

func TestANodeOnWhichOneWasLostIsAvoided(t *testing.T) {
	p := pod(cluster.Access{Kind: "dev"}, "R", "n", []string{"worker"})
	terms := p.Spec.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution
	require.Len(t, terms, 2)
	assert.Equal(t, []string{"worker"}, terms[0].Preference.MatchExpressions[0].Values)
	assert.Greater(t, terms[0].Weight, terms[1].Weight)
	assert.Nil(t, p.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution, "one node is better than none")
}

func TestNodesThatAreTargetsAreAvoided(t *testing.T) {
	pods := newPods(&cluster.Cluster{}, "R", "environment.a")
	targets := []providers.Target{{Kind: "node", Name: "worker"}, {Kind: "pod", Name: "shop/web"}, {Kind: "node", Name: "worker2"}}
	pods.shun(targets)
	pods.shun(targets)
	assert.Equal(t, []string{"worker", "worker2"}, pods.avoid)
}

func TestFilesOfAConfigurationGoAlong(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("authority"), 0o600))
	config := cty.ObjectVal(map[string]cty.Value{
		"url": cty.StringVal("https://payments"),
		"tls": cty.ObjectVal(map[string]cty.Value{
			"ca_file": cty.StringVal("ca.pem"), "cert_file": cty.NullVal(cty.String), "key_file": cty.NullVal(cty.String),
			"server_name": cty.StringVal("shop"),
		}),
	})
	req := providers.InsideRequest{Type: "http", OpenRequest: providers.OpenRequest{Config: schema.NewValues(config), Dir: dir, Timeout: time.Second}}
	open, diags := message(&cluster.Cluster{Access: cluster.Access{AgentImage: "agent"}}, req)
	require.Empty(t, diags)
	assert.Equal(t, map[string][]byte{"0.pem": []byte("authority")}, open.Files)
	assert.Contains(t, string(open.Config), `"ca_file":"0.pem"`)
	assert.Contains(t, string(open.Config), `"server_name":"shop"`)

	req.Dir = t.TempDir()
	_, diags = message(&cluster.Cluster{Access: cluster.Access{AgentImage: "agent"}}, req)
	require.True(t, diags.HasErrors())
	assert.Equal(t, cty.GetAttrPath("tls").GetAttr("ca_file"), diags[0].Path)

	_, diags = message(&cluster.Cluster{}, req)
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, "agent_image")
}

func TestWhatRunsInside(t *testing.T) {
	assert.True(t, Runs(providers.KindProbe, "http"))
	assert.True(t, Runs(providers.KindProbe, "tcp"))
	assert.True(t, Runs(providers.KindLoad, "http"))
	assert.False(t, Runs(providers.KindProbe, "exec"), "its program is here")
	assert.False(t, Runs(providers.KindFault, "http"))
}
