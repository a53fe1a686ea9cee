package kubernetes_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	strict "sigs.k8s.io/yaml"
)

// shop is what the manifests of one variant hold, by name.
type shop struct {
	deployments map[string]*appsv1.Deployment
	services    map[string]*corev1.Service
	budgets     map[string]*policyv1.PodDisruptionBudget
	configs     map[string]*corev1.ConfigMap
}

// read decodes every manifest of a variant. A field that Kubernetes does not have
// is an error, and so is an object outside the variant's namespace.
func read(t *testing.T, variant string) shop {
	t.Helper()
	files, err := filepath.Glob(variant + "/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	s := shop{
		map[string]*appsv1.Deployment{},
		map[string]*corev1.Service{},
		map[string]*policyv1.PodDisruptionBudget{},
		map[string]*corev1.ConfigMap{},
	}
	for _, file := range files {
		for _, object := range objects(t, file) {
			switch o := object.(type) {
			case *appsv1.Deployment:
				s.deployments[o.Name] = o
				assert.Equal(t, "shop-"+variant, o.Namespace)
			case *corev1.Service:
				s.services[o.Name] = o
				assert.Equal(t, "shop-"+variant, o.Namespace)
			case *policyv1.PodDisruptionBudget:
				s.budgets[o.Name] = o
				assert.Equal(t, "shop-"+variant, o.Namespace)
			case *corev1.ConfigMap:
				s.configs[o.Name] = o
				assert.Equal(t, "shop-"+variant, o.Namespace)
			case *corev1.Namespace:
				assert.Equal(t, "shop-"+variant, o.Name)
			default:
				t.Errorf("%s holds a %T, which this test does not know", file, o)
			}
		}
	}
	return s
}

func objects(t *testing.T, file string) []runtime.Object {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	defer documents.Close()
	var all []runtime.Object
	for {
		buffer := make([]byte, len(text))
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(buffer[:n], nil, nil)
		require.NoError(t, err, "%s", file)
		require.NoError(t, strict.UnmarshalStrict(buffer[:n], object), "%s", file)
		all = append(all, object)
	}
}

func services() []string { return []string{"storefront", "checkout", "payments"} }

// TestVariantsAreWhole looks at what both have in common.
func TestVariantsAreWhole(t *testing.T) {
	for _, variant := range []string{"fragile", "resilient"} {
		s := read(t, variant)
		require.Contains(t, s.configs, "shop")
		for _, name := range services() {
			require.Contains(t, s.deployments, name)
			require.Contains(t, s.services, name)
			d, pod := s.deployments[name], s.deployments[name].Spec.Template.Spec
			assert.Equal(t, d.Spec.Selector.MatchLabels, d.Spec.Template.Labels)
			assert.Equal(t, d.Spec.Template.Labels, s.services[name].Spec.Selector)
			require.Len(t, pod.Containers, 1)
			c := pod.Containers[0]
			assert.Equal(t, "gameday/shop:dev", c.Image)
			assert.Equal(t, corev1.PullIfNotPresent, c.ImagePullPolicy)
			assert.Equal(t, name, c.Args[0])
			assert.Contains(t, c.Args, "-warmup=3s", "what starts at once shows nothing of readiness")
			assert.True(t, *pod.SecurityContext.RunAsNonRoot)
			assert.LessOrEqual(t, c.Resources.Requests.Cpu().MilliValue(), int64(10))
			assert.NotZero(t, c.Resources.Limits.Memory().Value())
		}
	}
}

// TestFragileLacksWhatResilientHas holds the manifests against the table of the
// README: what the scenarios tell apart is there, and nothing else.
func TestFragileLacksWhatResilientHas(t *testing.T) {
	fragile, resilient := read(t, "fragile"), read(t, "resilient")
	assert.Empty(t, fragile.budgets)
	for _, name := range services() {
		d := fragile.deployments[name].Spec
		c := d.Template.Spec.Containers[0]
		assert.EqualValues(t, 1, *d.Replicas)
		assert.Equal(t, 1, d.Strategy.RollingUpdate.MaxUnavailable.IntValue())
		assert.Empty(t, d.Template.Spec.TopologySpreadConstraints)
		assert.Equal(t, map[string]string{"topology.kubernetes.io/zone": "zone-a"}, d.Template.Spec.NodeSelector)
		assert.Nil(t, c.ReadinessProbe)
		assert.Nil(t, c.StartupProbe)
		assert.Nil(t, c.LivenessProbe)
		assert.Nil(t, c.Lifecycle)

		d = resilient.deployments[name].Spec
		c = d.Template.Spec.Containers[0]
		assert.Greater(t, *d.Replicas, int32(1))
		assert.Equal(t, 0, d.Strategy.RollingUpdate.MaxUnavailable.IntValue())
		assert.Len(t, d.Template.Spec.TopologySpreadConstraints, 2)
		assert.NotNil(t, c.ReadinessProbe)
		assert.NotNil(t, c.StartupProbe)
		assert.NotNil(t, c.LivenessProbe)
		assert.NotNil(t, c.Lifecycle.PreStop.Sleep)
		assert.Greater(t, *d.Template.Spec.TerminationGracePeriodSeconds, c.Lifecycle.PreStop.Sleep.Seconds+2)
		require.Contains(t, resilient.budgets, name)
		assert.Equal(t, 1, resilient.budgets[name].Spec.MaxUnavailable.IntValue())
	}
	assert.Equal(t, fragile.configs["shop"].Data, resilient.configs["shop"].Data)
}
