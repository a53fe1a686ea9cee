//go:build e2e

package crashmatrix

import (
	"context"
	"maps"
	"strings"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/dynamic"
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
	dyn, err := dynamic.NewForConfig(b.config)
	if err != nil {
		return nil, err
	}
	namespaces := []string{b.namespace}
	var outside []string // nobody else's: those faults run alone
	if b.fault.alone {
		outside = []string{"nodes"}
		namespaces = claim.Around(namespaces) // where their reapers and claims are
	}
	return snapshot.Taker{Discovery: b.client.Discovery(), Dynamic: dyn}.Take(b.t.Context(), namespaces, outside)
}

// unchanged compares the cluster with what it was, field by field.
func (b *bench) unchanged(ctx context.Context) (bool, string) {
	if ok, why := b.ready(ctx); !ok {
		return false, why
	}
	now, err := b.take()
	if err != nil {
		return false, err.Error()
	}
	if b.claimMayStay {
		maps.DeleteFunc(now, func(key string, _ map[string]any) bool { return strings.Contains(key, "/leases/gameday-") })
	}
	diff := snapshot.Diff(b.before, now)
	return diff == "", "- before, + now:\n" + diff
}

// asBefore waits for controllers and nodes to be well, and then nothing is
// different.
func (b *bench) asBefore(c *crash) {
	b.t.Helper()
	b.await(c, "every object is as it was", b.unchanged)
}
