package kubernetes

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

// TestRightsOfAProber are asked for where the prober would stand.
func TestRightsOfAProber(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review authorizationv1.SelfSubjectAccessReview
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&review))
		of := review.Spec.ResourceAttributes
		review.Status.Allowed = of.Namespace == "shop" && of.Subresource == ""
		w.Header().Set("Content-Type", "application/json")
		assert.NoError(t, json.NewEncoder(w).Encode(review))
	}))
	defer server.Close()
	client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json", AcceptContentTypes: "application/json"}})
	require.NoError(t, err)
	env := providers.EnvironmentState{Type: typeKubernetes, Outputs: outputs(cluster.Access{Namespaces: []string{"shop", "bank"}, AgentImage: "agent:1"})}
	at, known := accessOf(env)
	require.True(t, known)
	p := New()
	p.sessions.all = map[string]*session{at.Key(): {Cluster: &cluster.Cluster{Access: at, Typed: client}}}
	told, err := (&existing{provider: p}).CheckInside(t.Context(), env)
	require.NoError(t, err)
	var missing []string
	for _, right := range told {
		if !right.Held {
			missing = append(missing, right.Action)
			assert.Contains(t, right.Detail, "from = \"cluster\"")
		}
	}
	assert.Equal(t, "get, create pods/portforward in shop", strings.Join(missing, "; "))

	told, err = (&kind{provider: p}).CheckInside(t.Context(), providers.EnvironmentState{Type: typeKind})
	require.NoError(t, err)
	assert.Empty(t, told, "the cluster is not there yet")
}
