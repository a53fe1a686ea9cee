//go:build e2e

package crashmatrix

import (
	"context"
	"maps"
	"strings"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/k8s/resources"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/snapshot"
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
	return b.unchangedBut(ctx, func(key string) bool {
		return strings.Contains(key, "/gameday-reaper-") || (b.fault.stepless || b.fault.byNode || b.fault.inside) && strings.Contains(key, "/leases/gameday-")
	})
}

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
