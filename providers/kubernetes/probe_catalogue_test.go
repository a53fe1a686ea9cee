package kubernetes

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
)

// fakeKinds counts how often it is asked for everything.
type fakeKinds struct {
	discovery.DiscoveryInterface

	resources []metav1.APIResource
	err       error
	asked     int
}

func (f *fakeKinds) ServerPreferredResources() ([]*metav1.APIResourceList, error) {
	f.asked++
	return []*metav1.APIResourceList{{GroupVersion: "v1", APIResources: f.resources}}, f.err
}

func watched(kind, name string) metav1.APIResource {
	return metav1.APIResource{Kind: kind, Name: name, Verbs: metav1.Verbs{"list", "watch"}}
}

func TestKindsAreAskedForOnce(t *testing.T) {
	var known catalogue
	api := &fakeKinds{resources: []metav1.APIResource{watched("Pod", "pods")}}
	for range 3 {
		found, diags := wanted{kind: "Pod"}.find(t.Context(), &known, api)
		require.Empty(t, diags)
		assert.Equal(t, "pods", found.Resource)
	}
	assert.Equal(t, 1, api.asked)

	api.resources = append(api.resources, watched("Widget", "widgets"))
	_, diags := wanted{kind: "Widget"}.find(t.Context(), &known, api)
	assert.Empty(t, diags, "a kind that is newer than what was kept is asked for")
	assert.Equal(t, 2, api.asked)
}

func TestHalfAnAnswerOfKindsIsNotKept(t *testing.T) {
	var known catalogue
	api := &fakeKinds{resources: []metav1.APIResource{watched("Pod", "pods")}, err: errors.New("a group is away")}
	for range 2 {
		_, diags := wanted{kind: "Pod"}.find(t.Context(), &known, api)
		assert.Empty(t, diags)
	}
	assert.Equal(t, 2, api.asked)
}
