package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/verdict"
)

// secretive is a cluster without claims that lets nobody list Secrets.
func secretive(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	text := map[string]string{
		"/api":                                `{"kind": "APIVersions", "versions": ["v1"]}`,
		"/apis":                               `{"kind": "APIGroupList", "apiVersion": "v1", "groups": []}`,
		"/api/v1":                             `{"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": "secrets", "kind": "Secret", "namespaced": true, "verbs": ["list"]}]}`,
		"/apis/coordination.k8s.io/v1/leases": `{"items": []}`,
	}[r.URL.Path]
	if text == "" {
		w.WriteHeader(http.StatusForbidden)
		text = `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403}`
	}
	_, _ = w.Write([]byte(text)) // the client is gone, then
}

// TestSweepOfWhatIsHidden: what is claimed is all that a killed run leaves, so that a user
// with the least role ends a sweep well; but it is told where nobody could look.
func TestSweepOfWhatIsHidden(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(secretive))
	defer server.Close()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(kubeconfig, []byte("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- {name: c, cluster: {server: '"+server.URL+"'}}\ncontexts:\n- {name: c, context: {cluster: c}}\n"), 0o600))
	var out, problems strings.Builder
	code := Main([]string{"sweep", "-kubeconfig", kubeconfig}, Stdio{In: strings.NewReader(""), Out: &out, Err: &problems}, Hooks{})
	assert.Equal(t, verdict.ExitPassed, code, problems.String())
	assert.Contains(t, problems.String(), "Warning: Not everything was looked at")
	assert.Contains(t, problems.String(), "may not list secrets")
	assert.Equal(t, "Nothing was left that this user may see.\n", out.String())
}
