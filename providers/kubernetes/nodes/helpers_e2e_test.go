//go:build e2e

package nodes_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var no = cty.False

func object(values map[string]cty.Value) cty.Value { return cty.ObjectVal(values) }

func quantity(text string) resource.Quantity { return resource.MustParse(text) }

// uids are those of the pods that are not being deleted.
func (b *bench) uids() map[string]bool {
	b.t.Helper()
	pods, err := b.pods(b.t.Context())
	require.NoError(b.t, err)
	out := map[string]bool{}
	for i := range pods {
		if pods[i].DeletionTimestamp == nil {
			out[string(pods[i].UID)] = true
		}
	}
	return out
}

// setQuota changes what the quota "full" allows, and waits until that holds.
func (b *bench) setQuota(hard corev1.ResourceList) {
	b.t.Helper()
	quotas := b.cluster.Typed.CoreV1().ResourceQuotas(b.namespace)
	quota, err := quotas.Get(b.t.Context(), "full", metav1.GetOptions{})
	require.NoError(b.t, err)
	quota.Spec.Hard = hard
	_, err = quotas.Update(b.t.Context(), quota, metav1.UpdateOptions{})
	require.NoError(b.t, err)
	b.eventually("the quota", func(ctx context.Context) error {
		quota, err := quotas.Get(ctx, "full", metav1.GetOptions{})
		if err == nil && len(quota.Status.Hard) != len(hard) {
			return context.DeadlineExceeded
		}
		for name := range hard {
			if _, known := quota.Status.Hard[name]; !known {
				return context.DeadlineExceeded
			}
		}
		return err
	})
}

// never watches for a while that something does not happen. It looks from this goroutine, so that no look outlasts the test.
func (b *bench) never(what string, happened func() bool) {
	b.t.Helper()
	ticker, end := time.NewTicker(200*time.Millisecond), time.Now().Add(3*time.Second)
	defer ticker.Stop()
	for now := range ticker.C {
		require.False(b.t, happened(), what)
		if now.After(end) {
			return
		}
	}
}

func jsonInto(text []byte, into any) error { return json.Unmarshal(text, into) }
