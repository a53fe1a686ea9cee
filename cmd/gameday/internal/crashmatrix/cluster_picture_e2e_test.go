//go:build e2e

package crashmatrix

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/k8s/resources"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// user is as whom gameday works in these tests: a service account with the role
// that gameday itself says is the least for the fault's type.
const user = "gameday"

// grant makes that service account and gives it that role.
func (b *bench) grant() {
	b.t.Helper()
	c := &crash{t: b.t, name: b.faultType, dir: b.t.TempDir(), tmp: b.t.TempDir()}
	code := c.gameday("schema", "-rbac", "-name", b.namespace, "-namespace", b.namespace, "-service-account", b.namespace+"/"+user, b.faultType)
	require.Equal(b.t, 0, code, c.output)
	api, err := resources.New(b.config)
	require.NoError(b.t, err)
	account := "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: " + user + ", namespace: " + b.namespace + "}\n---\n"
	require.NoError(b.t, decoder.DecodeEach(b.t.Context(), strings.NewReader(account+c.output), decoder.CreateHandler(api)), c.output)
	b.t.Cleanup(func() { // what the namespace does not take with it
		_ = decoder.DecodeEach(context.Background(), strings.NewReader(c.output), decoder.DeleteHandler(api))
	})
}

// take is a picture of the namespace, and of what the fault may touch outside.
func (b *bench) take() (snapshot.Snapshot, error) {
	namespaces := []string{b.namespace}
	var outside []string // nobody else's: those faults run alone
	if b.fault.alone {
		outside = []string{"nodes"}
		namespaces = claim.Around(namespaces) // where their reapers and claims are
	}
	return b.taker.Take(b.t.Context(), namespaces, outside)
}

// unchanged compares the cluster with what it was, field by field.
func (b *bench) unchanged(ctx context.Context) (bool, string) {
	return b.unchangedBut(ctx, func(string) bool { return false })
}

// undone is unchanged but for what goes later: a reaper stays a minute, for the next
// fault of its run; and nothing in the cluster looks after a fault that leaves nothing to
// undo in the API, whose expired claim is for recover, sweep or the next run to remove.
func (b *bench) undone(ctx context.Context) (bool, string) {
	if standing, err := b.standing(ctx); err != nil || standing != "" {
		return false, cmp.Or(standing, fmt.Sprint(err))
	}
	return b.unchangedBut(ctx, func(key string) bool {
		return strings.Contains(key, "/gameday-reaper-") || b.claimStays() && strings.Contains(key, "/leases/gameday-")
	})
}

// standing says of a claim why it is too early to look at anything else: its time is not over, or the reaper has not taken
// it away yet. A picture is dozens of requests, and the cluster has others to answer.
func (b *bench) standing(ctx context.Context) (string, error) {
	namespace := b.namespace
	if b.fault.alone {
		namespace = claim.ClusterNamespace
	}
	leases, err := b.client.CoordinationV1().Leases(namespace).List(ctx, metav1.ListOptions{LabelSelector: claim.Label})
	if err != nil {
		return "", err
	}
	for _, lease := range leases.Items {
		var c claim.Claim
		if err := undo.Unpack(lease.Annotations[claim.Annotation], &c); err != nil {
			return "", err
		}
		if !b.claimStays() || time.Now().Before(c.Deadline) {
			return fmt.Sprintf("the claim %s stands, its deadline is %s", lease.Name, c.Deadline), nil
		}
	}
	return "", nil
}

// claimStays reports whether nothing in the cluster undoes the fault, and so nothing there takes its claim away.
func (b *bench) claimStays() bool { return b.fault.stepless || b.fault.byNode || b.fault.inside }

func (b *bench) unchangedBut(ctx context.Context, goesLater func(key string) bool) (bool, string) {
	if ok, why := b.ready(ctx); !ok {
		return false, why
	}
	if b.fault.inside {
		if ok, why := b.nothingInside(ctx); !ok {
			return false, why
		}
	}
	now, err := b.take()
	if err != nil {
		return false, err.Error()
	}
	maps.DeleteFunc(now, func(key string, _ map[string]any) bool { return goesLater(key) })
	diff := snapshot.Diff(b.before, now)
	return diff == "", "- before, + now:\n" + diff
}

// asBefore waits for controllers and nodes to be well, and then nothing is
// different.
func (b *bench) asBefore(c *crash) {
	b.t.Helper()
	b.await(c, "every object is as it was", b.unchanged)
}
