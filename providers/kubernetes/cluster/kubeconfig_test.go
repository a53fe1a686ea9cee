package cluster_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// kubeconfig writes a file with a cluster, a user and a context of each name, the
// first of which is current.
func kubeconfig(t *testing.T, names ...string) string {
	t.Helper()
	text := "apiVersion: v1\nkind: Config\ncurrent-context: " + names[0] + "\nclusters:\n"
	for _, name := range names {
		text += "- name: " + name + "\n  cluster: {server: 'https://" + name + ".example.com:6443'}\n"
	}
	text += "users:\n- name: u\n  user: {token: t}\ncontexts:\n"
	for _, name := range names {
		text += "- name: " + name + "\n  context: {cluster: " + name + ", user: u}\n"
	}
	path := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestConnectFindsContextAndServer(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	one, two := kubeconfig(t, "staging", "prod"), kubeconfig(t, "dev")
	tests := map[string]struct {
		access  cluster.Access
		env     string // KUBECONFIG
		context string
		server  string
	}{
		"the current context":       {cluster.Access{Kubeconfig: one}, "", "staging", "https://staging.example.com:6443"},
		"a context by name":         {cluster.Access{Kubeconfig: one, Context: "prod"}, "", "prod", "https://prod.example.com:6443"},
		"the environment variable":  {cluster.Access{}, two, "dev", "https://dev.example.com:6443"},
		"several files in it":       {cluster.Access{Context: "dev"}, one + ":" + two, "dev", "https://dev.example.com:6443"},
		"several, the first counts": {cluster.Access{}, two + ":" + one, "dev", "https://dev.example.com:6443"},
		"what was planned":          {cluster.Access{Kubeconfig: one, Server: "https://staging.example.com:6443"}, "", "staging", "https://staging.example.com:6443"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", test.env)
			c, err := cluster.Connect(test.access)
			require.NoError(t, err)
			assert.Equal(t, test.context, c.Context)
			assert.Equal(t, test.server, c.Config.Host)
			assert.Empty(t, c.Config.Impersonate.UserName)
		})
	}
}

func TestConnectSaysWhatIsWrong(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	t.Setenv("HOME", t.TempDir())
	one := kubeconfig(t, "staging", "prod")
	tests := map[string]struct {
		access cluster.Access
		env    string
		want   string
	}{
		"no such file":     {cluster.Access{Kubeconfig: "/nowhere/config"}, "", "/nowhere/config"},
		"no such context":  {cluster.Access{Kubeconfig: one, Context: "dev"}, "", `has no context "dev"; it has prod, staging`},
		"nothing at all":   {cluster.Access{}, "/nowhere/config", "there is no cluster in /nowhere/config"},
		"another cluster":  {cluster.Access{Kubeconfig: one, Server: "https://10.0.0.1"}, "", "staging.example.com:6443, and https://10.0.0.1 was planned for"},
		"not inside a pod": {cluster.Access{InCluster: true}, "", "does not run in a pod"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", test.env)
			_, err := cluster.Connect(test.access)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestFilesAreAbsolute(t *testing.T) {
	t.Setenv("KUBECONFIG", "a:b")
	here, err := os.Getwd()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(here, "a"), cluster.Files(""), "none is there: the first is meant")
	assert.Equal(t, filepath.Join(here, "c")+":"+filepath.Join(here, "d"), cluster.Files("c:d"))
}

// TestAgain: another access to the same kind cluster, as somebody else or as nobody.
func TestAgain(t *testing.T) {
	engines := t.TempDir()
	for _, name := range []string{"docker", "podman"} {
		require.NoError(t, os.WriteFile(filepath.Join(engines, name), []byte("#!/bin/sh\n"), 0o755))
	}
	t.Setenv("PATH", engines)
	t.Setenv(kindcluster.EngineVariable, "")
	first := &cluster.Cluster{
		Access: cluster.Access{Kind: "one", As: "a"}, Context: "kind-one",
		Config: &rest.Config{Host: "https://127.0.0.1:1", Impersonate: rest.ImpersonationConfig{UserName: "a"}},
	}
	for name, c := range map[string]struct {
		access cluster.Access
		is     bool
	}{
		"the same":              {cluster.Access{Kind: "one", Namespaces: []string{"shop"}}, true},
		"as somebody else":      {cluster.Access{Kind: "one", As: "b"}, true},
		"of the engine":         {cluster.Access{Kind: "one", Engine: kindcluster.Docker}, true},
		"of another engine":     {cluster.Access{Kind: "one", Engine: kindcluster.Podman}, false},
		"of an engine not here": {cluster.Access{Kind: "one", Engine: kindcluster.Nerdctl}, false},
		"another":               {cluster.Access{Kind: "two"}, false},
		"by a kubeconfig":       {cluster.Access{Kind: "one", Kubeconfig: "file"}, false},
		"from inside a cluster": {cluster.Access{Kind: "one", InCluster: true}, false},
		"no kind cluster":       {cluster.Access{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.is, first.IsOf(c.access))
			if !c.is {
				return
			}
			again, err := first.Again(c.access)
			require.NoError(t, err)
			assert.Equal(t, c.access, again.Access)
			assert.Equal(t, "kind-one", again.Context)
			assert.Equal(t, first.Config.Host, again.Config.Host)
			assert.Equal(t, c.access.As, again.Config.Impersonate.UserName)
			assert.Equal(t, "a", first.Config.Impersonate.UserName, "the first is as it was")
		})
	}
}
