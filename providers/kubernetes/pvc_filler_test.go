package kubernetes

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TestFillsAsItsUser: as the user of a pod that mounts the claim.
func TestFillsAsItsUser(t *testing.T) {
	user, group := int64(1000), int64(2000)
	pod := aPod("db")
	pod.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: &user, FSGroup: &group}
	pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "orders"},
	}}}
	server, api := apitest.New(t)
	claimed := providers.Target{Kind: "pvc", Name: "shop/orders", UID: "uid-orders"}
	at := "/api/v1/namespaces/shop/pods/" + fillerName("id", claimed)
	i := injection{
		session: sessionOn(api, pod), steps: []undo.Step{{Kind: undo.Remove, Path: at}}, config: schema.NewValues(cty.ObjectVal(map[string]cty.Value{
			"size": cty.NullVal(cty.Number), "percent": cty.NumberIntVal(50), "reserve": cty.NullVal(cty.Number), "path": cty.StringVal(""),
		})),
		record: providers.Record{ID: "id", Run: "run", Targets: []providers.Target{claimed}, Deadline: time.Now().Add(time.Minute)},
	}
	require.Error(t, pvcFill{}.inject(t.Context(), i), "nothing runs the pod here")
	spec := server.Get(at)["spec"].(map[string]any)
	assert.Equal(t, map[string]any{"runAsUser": 1000.0, "fsGroup": 2000.0}, spec["securityContext"])
	container := spec["containers"].([]any)[0].(map[string]any)
	assert.NotContains(t, container["securityContext"], "runAsUser", "root would be refused where its user is not")
}

// TestOneLogThatFails does not end an injection.
func TestOneLogThatFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/log") {
			http.Error(w, "the kubelet is busy", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		pod := aPod("filler")
		pod.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
		_ = json.NewEncoder(w).Encode(pod)
	}))
	t.Cleanup(server.Close)
	typed, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
	require.NoError(t, err)
	s := newSession(&cluster.Cluster{Typed: typed})
	_, detail, err := s.holding(t.Context(), "id", podTarget("filler"))
	require.NoError(t, err)
	assert.Contains(t, detail, "could not be read")
}
