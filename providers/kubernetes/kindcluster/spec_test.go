package kindcluster_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

const threeNodes = `
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
- role: worker
  image: other:v1
  labels: {zone: a, made: by-hand}
- role: worker
featureGates:
  KubeletInUserNamespace: true
`

func TestSpecResolvesToKindsConfiguration(t *testing.T) {
	spec := kindcluster.Spec{Name: "shop", Image: "node:v1", ControlPlanes: 1, Workers: 2, Labels: map[string]string{"made": "here"}}
	config, err := spec.Resolve()
	require.NoError(t, err)
	require.Len(t, config.Nodes, 3)
	assert.Equal(t, "shop", config.Name)
	assert.Equal(t, v1alpha4.ControlPlaneRole, config.Nodes[0].Role)
	for _, n := range config.Nodes {
		assert.Equal(t, "node:v1", n.Image)
		assert.Equal(t, map[string]string{"made": "here"}, n.Labels)
	}
	assert.Equal(t, "127.0.0.1", config.Networking.APIServerAddress, "defaults are filled in")
}

func TestSpecMergesConfiguration(t *testing.T) {
	spec := kindcluster.Spec{Name: "shop", Image: "node:v1", Config: threeNodes, Labels: map[string]string{"made": "here"}}
	config, err := spec.Resolve()
	require.NoError(t, err)
	require.Len(t, config.Nodes, 3)
	assert.Equal(t, []string{"node:v1", "other:v1", "node:v1"}, []string{config.Nodes[0].Image, config.Nodes[1].Image, config.Nodes[2].Image})
	assert.Equal(t, map[string]string{"zone": "a", "made": "by-hand"}, config.Nodes[1].Labels, "what a node says itself counts more")
	assert.True(t, config.FeatureGates["KubeletInUserNamespace"])
	assert.Equal(t, map[string]string{"made": "here"}, spec.Labels, "the spec is not changed")
}

// TestSpecMarksEveryNode beside what the node has itself.
func TestSpecMarksEveryNode(t *testing.T) {
	own := v1alpha4.Mount{HostPath: "/data", ContainerPath: "/data"}
	mark := v1alpha4.Mount{HostPath: "/dev/null", ContainerPath: "/etc/gameday.dev/made-by/r1", Readonly: true}
	spec := kindcluster.Spec{Name: "shop", Mark: "r1", Config: "nodes: [{role: control-plane, extraMounts: [{hostPath: /data, containerPath: /data}]}, {role: worker}]"}
	config, err := spec.Resolve()
	require.NoError(t, err)
	require.Len(t, config.Nodes, 2)
	assert.Equal(t, []v1alpha4.Mount{own, mark}, config.Nodes[0].ExtraMounts)
	assert.Equal(t, []v1alpha4.Mount{mark}, config.Nodes[1].ExtraMounts)
}

func TestSpecWithoutAnythingIsOneNode(t *testing.T) {
	config, err := kindcluster.Spec{Name: "shop"}.Resolve()
	require.NoError(t, err)
	require.Len(t, config.Nodes, 1)
	assert.Contains(t, config.Nodes[0].Image, "kindest/node:", "kind's default image")
}

func TestSpecRefusesWhatIsWrong(t *testing.T) {
	tests := map[string]struct {
		spec kindcluster.Spec
		want string
	}{
		"nodes given twice":       {kindcluster.Spec{Name: "a", ControlPlanes: 1, Config: threeNodes}, "nodes are given twice"},
		"another name":            {kindcluster.Spec{Name: "a", Config: "name: b"}, `names the cluster "b"`},
		"a misspelt field":        {kindcluster.Spec{Name: "a", Config: "networkin: {}"}, "field networkin not found"},
		"another kind":            {kindcluster.Spec{Name: "a", Config: "kind: Pod"}, "expected kind Cluster"},
		"several documents":       {kindcluster.Spec{Name: "a", Config: "kind: Cluster\n---\nkind: Cluster"}, "found several"},
		"no YAML":                 {kindcluster.Spec{Name: "a", Config: "\t:"}, "read the configuration of kind"},
		"a name in upper case":    {kindcluster.Spec{Name: "Shop"}, "lower case"},
		"a name that is too long": {kindcluster.Spec{Name: strings.Repeat("a", 51)}, "51 characters"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := test.spec.Resolve()
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func found(nodes ...kindcluster.Node) *kindcluster.Found {
	return &kindcluster.Found{Name: "shop", Nodes: nodes}
}

func TestMatches(t *testing.T) {
	control := kindcluster.Node{Name: "shop-control-plane", Role: "control-plane", Image: "node:v1", State: "running"}
	worker := kindcluster.Node{Name: "shop-worker", Role: "worker", Image: "node:v1", State: "running"}
	paused, old := worker, worker
	paused.State, old.Image = "paused", "node:v0"
	balancer := kindcluster.Node{Name: "shop-external-load-balancer", Role: "external-load-balancer", Image: "envoy", State: "running"}
	two := kindcluster.Spec{Name: "shop", Image: "node:v1", ControlPlanes: 1, Workers: 1}
	tests := map[string]struct {
		found *kindcluster.Found
		spec  kindcluster.Spec
		want  string // empty for a match
	}{
		"as described":              {found(control, worker), two, ""},
		"in another order":          {found(worker, control), two, ""},
		"a load balancer":           {found(control, balancer, worker), two, ""},
		"a worker less":             {found(control), two, "it has 0 worker nodes instead of 1"},
		"a worker more":             {found(control, worker, worker), two, "it has 2 worker nodes instead of 1"},
		"a node of another image":   {found(control, old), two, "its node shop-worker is of image node:v0"},
		"an image nobody asked for": {found(control, old), kindcluster.Spec{Name: "shop", ControlPlanes: 1, Workers: 1}, ""},
		"a node that is paused":     {found(control, paused), two, "its node shop-worker is paused"},
		"nodes of a configuration":  {found(control, worker), kindcluster.Spec{Name: "shop", Config: threeNodes}, "it has 1 worker nodes instead of 2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.found.Matches(test.spec)
			if test.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorIs(t, err, kindcluster.ErrMismatch)
			assert.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, "kind delete cluster --name shop", "what to do")
		})
	}
}
