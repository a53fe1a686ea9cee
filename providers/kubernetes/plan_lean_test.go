package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
)

// TestBlackholeCountsEndpoints as a plan reads them, not as the API server has them.
func TestBlackholeCountsEndpoints(t *testing.T) {
	no := false
	w := worldOf(
		t,
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", UID: "u"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "web"}}},
		&discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Namespace: "shop", Name: "web-1", Labels: map[string]string{discoveryv1.LabelServiceName: "web"}},
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints: []discoveryv1.Endpoint{
				{Addresses: []string{"10.0.0.1"}},
				{Addresses: []string{"10.0.0.2"}},
				{Addresses: []string{"10.0.0.3"}, Conditions: discoveryv1.EndpointConditions{Ready: &no}},
			},
		},
	)
	plan := &providers.FaultPlan{}
	diags := serviceBlackhole{}.plan(t.Context(), planning{
		world: w, plan: plan, choice: target.Choice{Targets: []providers.Target{{Kind: "service", Name: "shop/web", UID: "u"}}},
	})
	assert.Empty(t, diags)
	assert.Equal(t, []string{"service/shop/web loses 2 ready endpoints"}, plan.Radius)
}
