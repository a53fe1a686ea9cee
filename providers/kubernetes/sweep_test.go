package kubernetes

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const (
	strayWebhook = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gameday-far"
	strayPod     = "/api/v1/namespaces/shop/pods/gameday-far"
	strayQuota   = "/api/v1/namespaces/shop/resourcequotas/gameday-near"
	strayConfig  = "/api/v1/namespaces/shop/configmaps/settings"
)

// swept is a cluster in memory that is swept by a user of the namespace shop.
type swept struct {
	*apitest.Server
	t      *testing.T
	access cluster.Access
	store  claim.Store
}

func newSwept(t *testing.T) *swept {
	t.Helper()
	server, api := apitest.New(t)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(kubeconfig, []byte("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- {name: c, cluster: {server: '"+api.Base+"'}}\ncontexts:\n- {name: c, context: {cluster: c}}\n"), 0o600))
	s := &swept{server, t, cluster.Access{Kubeconfig: kubeconfig, Namespaces: []string{"shop"}}, claim.Store{API: api}}
	s.serves("v1", "configmaps", "secrets", "resourcequotas", "pods")
	s.serves("admissionregistration.k8s.io/v1", "validatingwebhookconfigurations")
	return s
}

// serves says in discovery that the cluster has kinds.
func (s *swept) serves(version string, plurals ...string) {
	var resources []any
	for _, plural := range plurals {
		resources = append(resources, map[string]any{"name": plural, "kind": plural, "namespaced": version == "v1", "verbs": []any{"list"}})
	}
	list := map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
	group, name, grouped := strings.Cut(version, "/")
	if !grouped {
		s.Put("/api", map[string]any{"kind": "APIVersions", "versions": []any{version}})
		s.Put("/api/"+version, list)
		return
	}
	of := map[string]any{"groupVersion": version, "version": name}
	s.Put("/apis", map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": []any{map[string]any{"name": group, "versions": []any{of}, "preferredVersion": of}}})
	s.Put("/apis/"+version, list)
}

// added puts an object there as a fault adds one.
func (s *swept) added(path, id string) {
	namespace, name := "", path[strings.LastIndex(path, "/")+1:]
	if _, below, found := strings.Cut(path, "/namespaces/"); found {
		namespace, _, _ = strings.Cut(below, "/")
	}
	s.Put(path, map[string]any{"metadata": map[string]any{
		"name": name, "namespace": namespace, "labels": map[string]any{undo.LabelFault: id, undo.LabelRun: "run-" + id},
	}})
}

// claims lets another run claim a target in a namespace.
func (s *swept) claims(id, namespace string) {
	s.t.Helper()
	require.NoError(s.t, s.store.Take(s.t.Context(), claim.Claim{
		ID: id, Run: "run-" + id, Targets: []claim.Target{{Kind: "namespace", Name: namespace, UID: namespace}}, Deadline: time.Now().Add(time.Minute),
	}))
}

func (s *swept) sweep(req providers.SweepRequest) (map[string]providers.Orphan, providers.Diagnostics) {
	s.t.Helper()
	found, diags := New().sweep(s.t.Context(), s.access, req)
	out := map[string]providers.Orphan{}
	for _, o := range found {
		out[o.Type+" "+o.ID] = o
	}
	return out, diags
}

// TestSweepLeavesWhatIsClaimedElsewhere: who sweeps one namespace sees the marks on what
// is in none, and on pods that a fault in another has put here, and not their claims.
func TestSweepLeavesWhatIsClaimedElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		hidden, claimed bool // the claims of other namespaces; whether there is one
		req             providers.SweepRequest
		stays           bool
		kept            string
	}{
		"claimed":                       {false, true, providers.SweepRequest{}, true, ""},
		"claimed by nobody":             {false, false, providers.SweepRequest{}, false, ""},
		"perhaps claimed":               {true, true, providers.SweepRequest{}, true, "its claim may stand where"},
		"perhaps claimed, all are dead": {true, true, providers.SweepRequest{Alive: true}, true, "its claim may stand where"},
		"its run is dead":               {true, true, providers.SweepRequest{Alive: true, Run: "run-far"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			s.added(strayWebhook, "far")
			s.added(strayPod, "far")
			if c.claimed {
				s.claims("far", "bank")
			}
			if c.hidden {
				s.Meet(func(_, path string) int {
					if path == "/apis/coordination.k8s.io/v1/leases" {
						return http.StatusForbidden
					}
					return 0
				})
			}
			found, _ := s.sweep(c.req)
			assert.Equal(t, c.stays, s.Get(strayWebhook) != nil)
			assert.Equal(t, c.stays, s.Get(strayPod) != nil)
			assert.Contains(t, found["validatingwebhookconfiguration far"].Kept, c.kept)
			assert.Contains(t, found["pod far"].Kept, c.kept)
		})
	}
}

// TestSweepGoesByTheClustersClock: with its own, a machine that is ahead would undo what is
// alive. Where the cluster does not say what time it is, everything may be.
func TestSweepGoesByTheClustersClock(t *testing.T) {
	for name, c := range map[string]struct {
		passed, ahead time.Duration // since the claim was made; of the cluster's clock before this machine's
		undated       bool
		undone        bool
	}{
		"alive, this machine is ahead":  {0, -time.Hour, false, false},
		"over, this machine is behind":  {2 * time.Hour, time.Hour, false, true},
		"over, and the clocks agree":    {2 * time.Hour, 0, false, true},
		"over, and the server is mute":  {2 * time.Hour, 0, true, false},
		"alive, this machine is behind": {0, time.Hour, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			s.Ahead(c.ahead - c.passed)
			now := time.Now()
			s.claims("near", "shop")
			s.Edit(claim.Path("shop", "near"), func(o map[string]any) { // by a claimant whose clock is that of the cluster
				held := claim.Claim{ID: "near", Run: "run-near", Targets: []claim.Target{{Kind: "pod", Name: "shop/a", UID: "a"}}, Deadline: now.Add(c.ahead - c.passed + time.Minute)}
				text, err := undo.Pack(held)
				assert.NoError(t, err)
				o["metadata"].(map[string]any)["annotations"] = map[string]any{claim.Annotation: text}
			})
			s.Ahead(c.ahead)
			if c.undated {
				s.Undated()
			}
			found, _ := s.sweep(providers.SweepRequest{})
			assert.Equal(t, c.undone, s.Get(claim.Path("shop", "near")) == nil)
			require.Len(t, found, 1)
			for _, o := range found {
				assert.Equal(t, c.undone, o.Undone, "%+v", o)
			}
		})
	}
}

// TestSweepUndoesWhatIsHere: a changed object and its claim are in one namespace.
func TestSweepUndoesWhatIsHere(t *testing.T) {
	s := newSwept(t)
	s.Put(strayConfig, map[string]any{"metadata": map[string]any{"name": "settings", "namespace": "shop"}, "data": map[string]any{"key": "value"}})
	require.NoError(t, s.store.API.Change(t.Context(), "near", undo.Step{Kind: undo.Restore, Path: strayConfig}, []undo.Edit{{Pointer: "/data/key", To: "broken"}}))
	s.Meet(func(_, path string) int {
		if path == "/apis/coordination.k8s.io/v1/leases" {
			return http.StatusForbidden
		}
		return 0
	})
	found, diags := s.sweep(providers.SweepRequest{})
	assert.Empty(t, diags)
	assert.True(t, found["configmap near"].Undone, "%+v", found)
	assert.Equal(t, map[string]any{"key": "value"}, s.Get(strayConfig)["data"])
}

// TestSweepLeavesWhatAnUnreadableClaimNames: a newer gameday may have written it, until
// it expires.
func TestSweepLeavesWhatAnUnreadableClaimNames(t *testing.T) {
	for name, c := range map[string]struct {
		lives time.Duration
		stays bool
	}{"alive": {time.Minute, true}, "expired": {-time.Minute, false}} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			s.added(strayQuota, "NEAR")
			s.Put(claim.Path("shop", "NEAR"), map[string]any{
				"metadata": map[string]any{
					"name": "gameday-near", "namespace": "shop", "uid": "u", "creationTimestamp": time.Now().Add(c.lives - time.Minute).UTC().Format(time.RFC3339),
					"labels": map[string]any{claim.Label: "true"}, "annotations": map[string]any{claim.Annotation: "of a later version"},
				},
				"spec": map[string]any{"leaseDurationSeconds": 60},
			})
			found, _ := s.sweep(providers.SweepRequest{})
			assert.Equal(t, c.stays, s.Get(strayQuota) != nil)
			assert.Contains(t, found["claim shop/gameday-near"].Error, "is none")
		})
	}
}

// TestSweepSaysWhatItDidNotLookAt: the roles for faults let no one list what they change.
func TestSweepSaysWhatItDidNotLookAt(t *testing.T) {
	s := newSwept(t)
	s.Meet(func(_, path string) int {
		if strings.HasSuffix(path, "/secrets") || strings.HasSuffix(path, "/validatingwebhookconfigurations") {
			return http.StatusForbidden
		}
		return 0
	})
	found, diags := s.sweep(providers.SweepRequest{})
	assert.Empty(t, found)
	require.Len(t, diags, 1)
	assert.Equal(t, providers.Warning, diags[0].Severity)
	assert.Contains(t, diags[0].Detail, "may not list secrets in shop, validatingwebhookconfigurations, so")
}
