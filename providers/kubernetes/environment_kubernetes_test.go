package kubernetes

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// fakeCluster answers what environments ask: what a real server can't be made to
// show at will.
type fakeCluster struct {
	*httptest.Server

	mu      sync.Mutex
	objects map[string][]string // names by collection path, as "namespace/name"
	refuse  map[string]int      // status by path
	deleted []string
}

func newFakeCluster(t *testing.T) *fakeCluster {
	t.Helper()
	f := &fakeCluster{objects: map[string][]string{}, refuse: map[string]int{}}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeCluster) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if code := f.refuse[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "message": "refused", "code": code})
		return
	}
	if r.Method == http.MethodDelete {
		f.deleted = append(f.deleted, r.URL.Path)
		_ = json.NewEncoder(w).Encode(map[string]any{})
		return
	}
	switch {
	case r.URL.Path == "/version":
		_ = json.NewEncoder(w).Encode(map[string]any{"gitVersion": "v1.34.3"})
	case strings.HasPrefix(r.URL.Path, "/api/v1/namespaces/") && strings.Count(r.URL.Path, "/") == 4:
		if !strings.HasSuffix(r.URL.Path, "/shop") {
			w.WriteHeader(http.StatusNotFound)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{})
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"items": f.items(r.URL.Path)})
	}
}

func (f *fakeCluster) items(path string) []any {
	items := []any{}
	for _, full := range f.objects[path] {
		metadata := map[string]any{"name": full, "uid": "uid-" + full}
		if namespace, name, found := strings.Cut(full, "/"); found {
			metadata["namespace"], metadata["name"] = namespace, name
		}
		if strings.HasSuffix(path, "/leases") {
			metadata["labels"] = map[string]any{undo.LabelRun: "r1"}
			metadata["annotations"] = map[string]any{"gameday.dev/claim": `{"id":"f1","run":"r1","address":"experiment.x.fault.y","deadline":"2100-01-01T00:00:00Z"}`}
		}
		items = append(items, map[string]any{"metadata": metadata})
	}
	return items
}

// kubeconfig of the fake, under a context of that name.
func (f *fakeCluster) kubeconfig(t *testing.T, context string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: " + context + "\nclusters: [{name: c, cluster: {server: '" + f.URL + "'}}]\n" +
		"users: [{name: u, user: {token: t}}]\ncontexts: [{name: " + context + ", context: {cluster: c, user: u}}]\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// body is a body of an environment with what is given and null for the rest.
func body(block *schema.Block, given map[string]cty.Value) schema.Values {
	all := map[string]cty.Value{}
	for _, a := range block.Attributes {
		all[a.Name] = cty.NullVal(a.Type.Cty())
		if a.Default != cty.NilVal {
			all[a.Name] = a.Default
		}
	}
	for name, value := range given {
		all[name] = value
	}
	return schema.NewValues(cty.ObjectVal(all))
}

func fence(names ...string) cty.Value {
	var all []cty.Value
	for _, name := range names {
		all = append(all, cty.StringVal(name))
	}
	return cty.ListVal(all)
}

func summaries(diags providers.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Summary)
	}
	return out
}

func TestExistingClusterIsPlanned(t *testing.T) {
	f := newFakeCluster(t)
	env := &existing{New()}
	path := f.kubeconfig(t, "staging")
	values := body(env.Schema(), map[string]cty.Value{
		"kubeconfig": cty.StringVal(filepath.Base(path)), "namespaces": fence("shop"), "agent_image": cty.StringVal("agent:1"),
	})
	req := providers.EnvironmentPlanRequest{Address: "environment.x", Config: values, Dir: filepath.Dir(path)}
	plan, diags := env.Plan(t.Context(), req)
	require.Empty(t, diags)
	assert.Contains(t, plan.Summary, "Kubernetes v1.34.3")
	require.True(t, plan.Outputs.IsWhollyKnown())
	assert.Equal(t, "staging", plan.Outputs.GetAttr("context").AsString())
	access, known := accessOf(providers.EnvironmentState{Outputs: plan.Outputs})
	require.True(t, known)
	assert.Equal(t, path, access.Kubeconfig, "the path holds in any folder")
	assert.Equal(t, f.URL, access.Server)
	assert.Equal(t, []string{"shop"}, access.Namespaces)
	assert.True(t, access.Reaper, "there is an agent")

	req.Offline = true
	f.Close()
	plan, diags = env.Plan(t.Context(), req)
	assert.Empty(t, diags, "only files are looked at")
	_, known = accessOf(providers.EnvironmentState{Outputs: plan.Outputs})
	assert.False(t, known)
}

func TestPlanOfExistingClusterWarnsAndRefuses(t *testing.T) {
	f := newFakeCluster(t)
	path := cty.StringVal(f.kubeconfig(t, "staging"))
	gone := newFakeCluster(t)
	closed := cty.StringVal(gone.kubeconfig(t, "gone"))
	gone.Close()
	refusing := newFakeCluster(t)
	refusing.refuse["/version"] = http.StatusUnauthorized
	tests := map[string]struct {
		given map[string]cty.Value
		want  []string
		says  string
	}{
		"no fence":            {map[string]cty.Value{"kubeconfig": path}, []string{"No fence"}, "kube-system"},
		"a missing namespace": {map[string]cty.Value{"kubeconfig": path, "namespaces": fence("shop", "lost")}, []string{"Namespace not found"}, "has no namespace lost"},
		"an empty fence":      {map[string]cty.Value{"kubeconfig": path, "namespaces": cty.ListValEmpty(cty.String)}, []string{"Empty fence"}, ""},
		"a bad name":          {map[string]cty.Value{"kubeconfig": path, "namespaces": fence("Shop")}, []string{"Invalid namespace"}, `"Shop"`},
		"a reaper of nothing": {map[string]cty.Value{"kubeconfig": path, "namespaces": fence("shop"), "reaper": cty.True}, []string{"No image for the reaper"}, "agent_image"},
		"no server":           {map[string]cty.Value{"kubeconfig": closed, "namespaces": fence("shop")}, []string{"Cannot reach the cluster"}, `context "gone"`},
		"no such context":     {map[string]cty.Value{"kubeconfig": path, "context": cty.StringVal("prod"), "namespaces": fence("shop")}, []string{"Cannot reach the cluster"}, "it has staging"},
		"bad credentials":     {map[string]cty.Value{"kubeconfig": cty.StringVal(refusing.kubeconfig(t, "old")), "namespaces": fence("shop")}, []string{"Cannot reach the cluster"}, "does not accept the credentials"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := &existing{New()}
			_, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: "environment.x", Config: body(env.Schema(), test.given)})
			require.Equal(t, test.want, summaries(diags))
			assert.Contains(t, diags[0].Detail, test.says)
		})
	}
}

// prepared is a handle of an environment on the fake.
func prepared(t *testing.T, env *existing, values schema.Values) providers.EnvironmentHandle {
	t.Helper()
	handle, diags := env.Prepare(t.Context(), providers.EnvironmentPrepareRequest{Run: "r1", RunDir: "/run", Address: "environment.x", Name: "x", Config: values})
	require.Empty(t, diags)
	return handle
}

// TestAClusterThatWasPlannedAMomentAgoIsNotAskedAgain: apply plans and brings up in
// one go.
func TestAClusterThatWasPlannedAMomentAgoIsNotAskedAgain(t *testing.T) {
	f := newFakeCluster(t)
	env := &existing{New()}
	values := body(env.Schema(), map[string]cty.Value{"kubeconfig": cty.StringVal(f.kubeconfig(t, "staging")), "namespaces": fence("shop")})
	_, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: "environment.x", Config: values})
	require.Empty(t, diags)
	s, err := env.provider.reach(accessFrom(values, ""))
	require.NoError(t, err)
	asked := s.greeting.at
	handle := prepared(t, env, values)
	_, diags = env.Up(t.Context(), providers.UpRequest{Handle: handle})
	require.Empty(t, diags)
	if time.Since(asked) < freshFor { // or else this machine is too slow to tell
		assert.Equal(t, asked, s.greeting.at)
	}

	s.greeting.at = time.Now().Add(-freshFor)
	f.refuse["/version"] = http.StatusServiceUnavailable
	_, diags = env.Up(t.Context(), providers.UpRequest{Handle: handle})
	require.NotEmpty(t, diags, "after that moment it is asked anew")
}

func TestExistingClusterComesUpAndIsCleaned(t *testing.T) {
	f := newFakeCluster(t)
	env := &existing{New()}
	values := body(env.Schema(), map[string]cty.Value{"kubeconfig": cty.StringVal(f.kubeconfig(t, "staging")), "namespaces": fence("shop")})
	handle := prepared(t, env, values)
	state, diags := env.Up(t.Context(), providers.UpRequest{Handle: handle, Progress: func(string) {}})
	require.Empty(t, diags)
	assert.True(t, state.Up)

	f.objects["/api/v1/namespaces/shop/pods"] = []string{"shop/reaper"}
	f.objects["/apis/rbac.authorization.k8s.io/v1/clusterroles"] = []string{"gameday-r1"}
	fresh := &existing{New()} // another process
	left, err := fresh.Leftovers(t.Context(), handle)
	require.NoError(t, err)
	assert.Equal(t, []string{"pod shop/reaper", "clusterrole gameday-r1"}, left)
	require.NoError(t, fresh.Down(t.Context(), handle))
	require.NoError(t, fresh.Down(t.Context(), handle))
	assert.Equal(t, []string{"/api/v1/namespaces/shop/pods/reaper", "/apis/rbac.authorization.k8s.io/v1/clusterroles/gameday-r1"}, f.deleted[:2])

	f.refuse["/apis/rbac.authorization.k8s.io/v1/clusterroles"] = http.StatusForbidden
	f.objects = map[string][]string{}
	left, err = fresh.Leftovers(t.Context(), handle)
	require.NoError(t, err, "who may not list has not added")
	assert.Empty(t, left)
	f.refuse["/api/v1/namespaces/shop/pods"] = http.StatusInternalServerError
	_, err = fresh.Leftovers(t.Context(), handle)
	assert.Error(t, err, "what is not known is not taken for nothing")
}

func TestDownLeavesTheReaperToFaultsThatAreNotUndone(t *testing.T) {
	f := newFakeCluster(t)
	env := &existing{New()}
	handle := prepared(t, env, body(env.Schema(), map[string]cty.Value{"kubeconfig": cty.StringVal(f.kubeconfig(t, "staging")), "namespaces": fence("shop")}))
	f.objects["/apis/coordination.k8s.io/v1/namespaces/shop/leases"] = []string{"shop/gameday-f1"}
	f.objects["/api/v1/namespaces/shop/pods"] = []string{"shop/reaper"}
	err := env.Down(t.Context(), handle)
	require.ErrorIs(t, err, errClaimed)
	assert.ErrorContains(t, err, "experiment.x.fault.y")
	assert.Empty(t, slices.DeleteFunc(f.deleted, func(path string) bool { return strings.Contains(path, "leases") }))
}

func TestPlannedClusterIsKeptWhenTheContextChanges(t *testing.T) {
	approved, other := newFakeCluster(t), newFakeCluster(t)
	path := approved.kubeconfig(t, "staging")
	env := &existing{New()}
	values := body(env.Schema(), map[string]cty.Value{"kubeconfig": cty.StringVal(path), "namespaces": fence("shop")})
	_, diags := env.Plan(t.Context(), providers.EnvironmentPlanRequest{Address: "environment.x", Config: values})
	require.Empty(t, diags)
	text, err := os.ReadFile(other.kubeconfig(t, "prod"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))

	handle := prepared(t, env, values)
	_, err = (&existing{New()}).Leftovers(t.Context(), handle)
	assert.ErrorContains(t, err, `no context "staging"`, "an undo in another process does not meet the other cluster")
}
