//go:build e2e

package kubernetes

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// TestWhatIsOutsideOfANamespaceGoesWithIt: a namespace that is deleted takes the claim and the reaper along, and what
// the fault has put outside selects it by name: it would act in the next one of that name.
func TestWhatIsOutsideOfANamespaceGoesWithIt(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]string{"a policy": "", "a webhook": "mode = \"delay\"\nlatency = \"200ms\"\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newAPIFixture(t)
			f := x.fault(t, "kubernetes_webhook_fault", mode+"resources = [\"pods\"]\ntarget {\n  namespace = \"NAMESPACE\"\n}")
			record := f.prepare(t)
			f.inject(t, record)
			r, err := readRecord(record)
			require.NoError(t, err)
			outside := slices.DeleteFunc(r.Steps, func(s undo.Step) bool { return strings.Contains(s.Path, "/namespaces/") })
			require.NotEmpty(t, outside)
			for _, step := range outside {
				_, err := x.API.Get(t.Context(), step.Path)
				require.NoError(t, err)
			}
			require.NoError(t, x.Typed.CoreV1().Namespaces().Delete(t.Context(), x.namespace, metav1.DeleteOptions{}))
			require.Eventually(t, func() bool {
				return !slices.ContainsFunc(outside, func(s undo.Step) bool {
					_, err := x.API.Get(t.Context(), s.Path)
					return !undo.IsNotFound(err)
				})
			}, apiPatience, apiTick, "nobody of gameday's is left")
		})
	}
}
