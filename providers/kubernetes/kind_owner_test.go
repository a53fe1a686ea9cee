package kubernetes

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// fakeKind is a kind cluster "lab" of one node, as an engine tells of it.
type fakeKind struct {
	t   *testing.T
	dir string // of the engine: what it has, and how it was called
}

// newFakeKind puts the cluster there. Its API server is the given one; nil for one that is silent.
func newFakeKind(t *testing.T, node string, api *httptest.Server) *fakeKind {
	t.Helper()
	k := &fakeKind{t: t, dir: t.TempDir()}
	port := "1"
	if api != nil {
		var err error
		_, port, err = net.SplitHostPort(api.Listener.Addr().String())
		require.NoError(t, err)
		k.put("admin.conf", adminOf(api))
	}
	k.put("node", node)
	engine(t, "HERE="+k.dir+`
echo "$*" >> $HERE/calls
case "$*" in
	rm*) rm $HERE/node; [ ! -e $HERE/next ] || mv $HERE/next $HERE/node;;
	ps*{{.Names}}*) [ ! -e $HERE/node ] || echo lab-control-plane;;
	ps*) [ ! -e $HERE/node ] || echo a;;
	inspect*--type=container*) cat $HERE/node;;
	inspect*desktop.docker.io*) echo;;
	inspect*NetworkSettings*) printf '127.0.0.1\t`+port+`\n';;
	inspect*) echo control-plane;;
	exec*admin.conf) cat $HERE/admin.conf;;
	*) exit 1;;
esac`)
	return k
}

func (k *fakeKind) put(name, text string) {
	k.t.Helper()
	require.NoError(k.t, os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o600))
}

// deletions is how often nodes were deleted.
func (k *fakeKind) deletions() int {
	k.t.Helper()
	calls, err := os.ReadFile(filepath.Join(k.dir, "calls"))
	require.NoError(k.t, err)
	return strings.Count("\n"+string(calls), "\nrm ")
}

// kindNode is a node's container, with the mark of a run; empty for none.
func kindNode(role, mark string) string {
	mounts := `{"Destination":"/var"}`
	if mark != "" {
		mounts += `,{"Destination":"/etc/gameday.dev/made-by/` + mark + `"}`
	}
	return fmt.Sprintf(`{"Name":"lab-%s","Role":%q,"Image":"node:v1","State":"running","Mounts":[%s]}`, role, role, mounts)
}

// nodesServer is an API server that knows nodes alone: one for each set of labels.
func nodesServer(t *testing.T, labels ...map[string]string) *httptest.Server {
	t.Helper()
	list := corev1.NodeList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NodeList"}}
	for i, of := range labels {
		list.Items = append(list.Items, corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("lab-%d", i), Labels: of}})
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/api/v1/nodes" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(list)
	}))
	t.Cleanup(server.Close)
	return server
}

// adminOf is what kubeadm leaves on a control plane.
func adminOf(api *httptest.Server) string {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: api.Certificate().Raw})
	return `apiVersion: v1
kind: Config
current-context: admin@lab
clusters: [{name: lab, cluster: {server: "https://lab-control-plane:6443", certificate-authority-data: ` + base64.StdEncoding.EncodeToString(ca) + `}}]
users: [{name: admin, user: {token: none}}]
contexts: [{name: admin@lab, context: {cluster: lab, user: admin}}]
`
}

// ofRun is the handle of run r1, from which the cluster was not there before, and its folder. An older gameday made
// no marks.
func ofRun(t *testing.T, marked bool) (from providers.EnvironmentHandle, dir string) {
	t.Helper()
	dir = t.TempDir()
	from, diags := handle{
		Run: "r1", Access: cluster.Access{Kind: "lab", Context: kindcluster.Context("lab")},
		Kind: &kindHandle{Name: "lab", Dir: dir, Marked: marked},
	}.encode("environment.lab", typeKind)
	require.Empty(t, diags)
	return from, dir
}

// TestOnlyAClusterOfTheRunIsDeleted: others may have made one of its name since the run looked.
func TestOnlyAClusterOfTheRunIsDeleted(t *testing.T) {
	const plane, balancer = "control-plane", "external-load-balancer"
	unlabelled, ours, others := map[string]string{"a": "b"}, map[string]string{labelMadeBy: "r1"}, map[string]string{labelMadeBy: "r2"}
	tests := map[string]struct {
		node   string
		labels []map[string]string // of the nodes in the cluster
		silent bool                // the API server does not answer
		older  bool                // the handle is of a gameday that made no marks
		stays  bool
	}{
		"made by hand":                              {node: kindNode(plane, ""), labels: []map[string]string{unlabelled}, stays: true},
		"made by hand, an older handle":             {node: kindNode(plane, ""), labels: []map[string]string{unlabelled, nil}, older: true, stays: true},
		"made by hand, and silent":                  {node: kindNode(plane, ""), silent: true, stays: true},
		"being made by hand":                        {node: kindNode(plane, ""), stays: true},
		"made by another run":                       {node: kindNode(plane, "r2"), silent: true, stays: true},
		"made by another run of an older gameday":   {node: kindNode(plane, ""), labels: []map[string]string{others}, older: true, stays: true},
		"ours, and silent":                          {node: kindNode(plane, "r1"), silent: true},
		"ours, labels replaced by the user's":       {node: kindNode(plane, "r1"), labels: []map[string]string{unlabelled}},
		"ours, half made":                           {node: kindNode(plane, "r1")},
		"ours, only a load balancer yet":            {node: kindNode(balancer, ""), silent: true},
		"ours, an older handle":                     {node: kindNode(plane, ""), labels: []map[string]string{unlabelled, ours}, older: true},
		"ours, an older handle, half made":          {node: kindNode(plane, ""), older: true},
		"an older handle, nothing says whose it is": {node: kindNode(plane, ""), silent: true, older: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var api *httptest.Server
			if !test.silent {
				api = nodesServer(t, test.labels...)
			}
			k := newFakeKind(t, test.node, api)
			from, dir := ofRun(t, !test.older)
			require.NoError(t, os.WriteFile(kindHandle{Dir: dir}.kubeconfig(), nil, 0o600)) // finished: no straggler
			env := &kind{New()}
			left, err := env.Leftovers(t.Context(), from)
			require.NoError(t, err)
			require.NoError(t, env.Down(t.Context(), from))
			if test.stays {
				assert.Empty(t, left)
				assert.Zero(t, k.deletions())
				assert.FileExists(t, filepath.Join(k.dir, "node"))
				return
			}
			assert.Len(t, left, 1)
			assert.Equal(t, 1, k.deletions())
			left, err = env.Leftovers(t.Context(), from)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// TestStragglersAreDeleted, which a command of the run that was killed adds, and not what somebody else makes then.
func TestStragglersAreDeleted(t *testing.T) {
	for maker, want := range map[string]int{"r1": 2, "r2": 1, "": 1} {
		t.Run("made by "+maker, func(t *testing.T) {
			k := newFakeKind(t, kindNode("control-plane", "r1"), nil)
			k.put("next", kindNode("control-plane", maker))
			from, _ := ofRun(t, true)
			require.NoError(t, (&kind{New()}).Down(t.Context(), from))
			assert.Equal(t, want, k.deletions())
		})
	}
}
