package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// endsIn is a configuration whose block "to" has a body.
func endsIn(t *testing.T, f inPod, to string) planning {
	t.Helper()
	ledger, pending := aPod("ledger-1"), aPod("new-1")
	ledger.Labels, ledger.Status.PodIPs = map[string]string{"app": "ledger"}, []corev1.PodIP{{IP: "10.0.0.7"}}
	pending.Labels = map[string]string{"app": "new"}
	s := sessionOn(undo.API{})
	s.Access.Namespaces, s.Access.AgentImage = []string{"shop"}, "agent:1"
	return planning{
		session: s, plan: &providers.FaultPlan{}, choice: target.Choice{Targets: []providers.Target{podTarget("web-1")}},
		config: providertest.Decode(t, f.schema(), "percent = 1\ntarget {}\nto {\n"+to+"\n}"),
		world: worldOf(
			t, aPod("web-1"), ledger, pending,
			&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "ledger"}, Spec: corev1.ServiceSpec{ClusterIPs: []string{"10.96.0.1"}}},
			&discoveryv1.EndpointSlice{
				ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: "ledger-1", Labels: map[string]string{discoveryv1.LabelServiceName: "ledger"}},
				AddressType: discoveryv1.AddressTypeIPv4, Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"10.0.0.7"}}},
			},
		),
	}
}

// TestOtherEndsAreToldInAPlan, whole and bounded.
func TestOtherEndsAreToldInAPlan(t *testing.T) {
	f := inPodNamed(t, "kubernetes_network_loss")
	for name, c := range map[string]struct{ to, want string }{
		"pods":     {`labels = { app = "ledger" }`, "only traffic with pod shop/ledger-1"},
		"services": {`services = ["shop/ledger"]`, "only traffic with service shop/ledger (2 addresses)"},
		"all": {
			"labels = { app = \"ledger\" }\nservices = [\"shop/ledger\"]\nhosts = [\"a.example.com\"]\ncidrs = [\"10.1.0.1\", \"10.1.0.2\", \"10.1.0.3\", \"10.1.0.4\", \"10.1.0.5\", \"10.1.0.6\"]",
			"only traffic with pod shop/ledger-1, service shop/ledger (2 addresses), networks 10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4, 10.1.0.5 and 1 more, host a.example.com",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := endsIn(t, f, c.to)
			require.Empty(t, f.plan(t.Context(), p))
			assert.Contains(t, p.plan.Radius, c.want)
		})
	}
}

// TestOtherEndsAreLookedUpByAPlan: what an injection would refuse, a plan does, and says where it is written.
func TestOtherEndsAreLookedUpByAPlan(t *testing.T) {
	f := inPodNamed(t, "kubernetes_network_loss")
	to := cty.GetAttrPath("to")
	for name, c := range map[string]struct {
		to, summary, detail string
		path                cty.Path
	}{
		"a service that is not there": {`services = ["shop/ledger", "shop/ledgr"]`, "Unknown service", `The service "shop/ledgr" in to has no address`, to.GetAttr("services").IndexInt(1)},
		"labels that nothing has":     {`labels = { app = "ledgr" }`, "Nothing selected", `Did you mean "ledger"?`, to},
		"outside of the fence":        {`namespace = "bank"`, "Namespace outside the fence", "The environment allows faults in shop only", to.GetAttr("namespace")},
		"a name that is not there":    {`names = ["ledger-2"]`, "Unknown pod", `There is no pod "ledger-2" in namespace shop.`, to.GetAttr("names").IndexInt(0)},
	} {
		t.Run(name, func(t *testing.T) {
			p := endsIn(t, f, c.to)
			require.Empty(t, f.validate(p.config), "its form is right")
			diags := f.plan(t.Context(), p)
			require.Len(t, diags, 1)
			assert.Equal(t, providers.Error, diags[0].Severity)
			assert.Equal(t, c.summary, diags[0].Summary)
			assert.Contains(t, diags[0].Detail, c.detail)
			assert.Equal(t, c.path, diags[0].Path)
		})
	}
	p := endsIn(t, f, `labels = { app = "new" }`)
	diags := f.plan(t.Context(), p)
	require.Len(t, diags, 1)
	assert.Equal(t, providers.Warning, diags[0].Severity, "it may have an address when the fault begins")
	p.world = nil
	assert.Empty(t, f.plan(t.Context(), p), "the cluster is not up yet")
}

// TestTheFormOfOtherEnds is checked without a cluster.
func TestTheFormOfOtherEnds(t *testing.T) {
	to := cty.GetAttrPath("to")
	for name, c := range map[string]struct {
		to, summary string
		path        cty.Path
	}{
		"expressions":              {`expressions = "app in"`, "Not a label selector", to.GetAttr("expressions")},
		"fields":                   {`fields = { "spec.nodename" = "x" }`, "Unknown field", to.GetAttr("fields")},
		"an owner":                 {`owner = "payments"`, "Not an owner", to.GetAttr("owner")},
		"a network":                {`cidrs = ["10.0.0.0/8", "10.0.0/8"]`, "Not an address or a network", to.GetAttr("cidrs").IndexInt(1)},
		"a service":                {`services = ["ledger"]`, "Not a service", to.GetAttr("services").IndexInt(0)},
		"nobody":                   {``, "Nobody named", to},
		"nobody, by lists of none": {"cidrs = []\nhosts = []", "Nobody named", to},
	} {
		for _, typ := range []string{"kubernetes_network_loss", "kubernetes_http_abort"} {
			t.Run(typ+", "+name, func(t *testing.T) {
				f := inPodNamed(t, typ)
				own := map[string]string{"kubernetes_network_loss": "percent = 1", "kubernetes_http_abort": "port = 80"}[typ]
				diags := f.validate(providertest.Decode(t, f.schema(), own+"\ntarget {}\nto {\n"+c.to+"\n}"))
				require.Len(t, diags, 1)
				assert.Equal(t, c.summary, diags[0].Summary)
				assert.Equal(t, c.path, diags[0].Path)
			})
		}
	}
	f := inPodNamed(t, "kubernetes_network_loss")
	assert.Empty(t, f.validate(providertest.Decode(t, f.schema(), "percent = 1\ntarget {}")), "everybody")
}
