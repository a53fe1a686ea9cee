package kubernetes

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// attemptsOf are the first injection of a record and another of the same.
func attemptsOf(i injection) map[string]injection {
	first, second := i, i
	first.again, second.again = false, true
	return map[string]injection{"first": first, "again": second}
}

// assertMissed: what was gone before the first injection fails it; before another it may
// be what the first has hit.
func assertMissed(t *testing.T, attempt, what string, err error) {
	t.Helper()
	if attempt == "again" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, what+" had ended by itself before it could be hit")
}

// TestContainerThatEndedByItselfIsNoHit has a node of kind whose runtime knows no such
// container any more.
func TestContainerThatEndedByItselfIsNoHit(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\n[ ! -e \"" + dir + "/ended\" ] || { echo 'ctr: process already finished: not found' >&2; exit 1; }\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o700))
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	data, err := json.Marshal([]shot{{Shot: nodes.Shot{Node: claim.NodeStep{Node: "worker", Via: "kind/docker"}, Container: "5f3a9c0d1e2b4a"}, Name: "app"}})
	require.NoError(t, err)
	i := injection{
		session: sessionOn(undo.API{}), data: data, record: providers.Record{ID: "id", Targets: []providers.Target{podTarget("a")}},
		config: providertest.Decode(t, containerKill{}.schema(), "target { names = [\"a\"] }"),
	}
	for attempt, i := range attemptsOf(i) {
		require.NoError(t, containerKill{}.inject(t.Context(), i), attempt)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ended"), nil, 0o600))
	for attempt, i := range attemptsOf(i) {
		assertMissed(t, attempt, "the container app of shop/a (5f3a9c0d1e2b)", containerKill{}.inject(t.Context(), i))
	}
}

// TestPodThatEndedByItselfIsNoHit: it is gone, or its replacement has its name.
func TestPodThatEndedByItselfIsNoHit(t *testing.T) {
	for name, status := range map[string]int{"gone": http.StatusNotFound, "replaced": http.StatusConflict} {
		server, api := apitest.New(t)
		server.Meet(func(string, string) int { return status })
		config := providertest.Decode(t, podKill{}.schema(), "target { names = [\"a\"] }")
		i := injection{session: sessionOn(api), config: config, record: providers.Record{Targets: []providers.Target{podTarget("a")}}}
		for attempt, i := range attemptsOf(i) {
			t.Run(name+", deleted, "+attempt, func(t *testing.T) {
				assertMissed(t, attempt, "the pod shop/a", podKill{}.inject(t.Context(), i))
			})
			t.Run(name+", evicted, "+attempt, func(t *testing.T) {
				left, err := i.evict(t.Context(), []guest{{Name: "shop/a", UID: "uid-a"}})
				assertMissed(t, attempt, "the pod shop/a", err)
				assert.Empty(t, left)
			})
		}
	}
}

// telling is a harm that tells which injections were repeated.
type telling struct {
	harm
	again *[]bool
}

func (h telling) inject(_ context.Context, i injection) error {
	*h.again = append(*h.again, i.again)
	return nil
}

// TestAnInjectionKnowsThatItIsRepeated, in another process, too; after the revert the same
// record begins anew.
func TestAnInjectionKnowsThatItIsRepeated(t *testing.T) {
	c := newCrash(t, time.Minute)
	var again []bool
	inject := func() {
		f := c.fault()
		f.behavior = telling{again: &again}
		require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: c.record}))
	}
	inject()
	inject()
	require.NoError(t, c.fault().Revert(t.Context(), c.record))
	inject()
	assert.Empty(t, cmp.Diff([]bool{false, true, false}, again))
}

// TestAnInjectionAfterItsRevertIsRefused: a call that was held up comes when nobody waits for it any more. It leaves nothing,
// no claim either.
func TestAnInjectionAfterItsRevertIsRefused(t *testing.T) {
	c := newCrash(t, time.Minute)
	f := c.fault()
	require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: c.record}))
	require.NoError(t, f.Revert(t.Context(), c.record))
	before := c.Paths()
	require.ErrorIs(t, f.Inject(t.Context(), providers.InjectRequest{Record: c.record}), errReverted)
	assert.Equal(t, before, c.Paths())
}

// TestAgentThatMissesAPartIsNoProof: neither the part that is there nor the other pods.
func TestAgentThatMissesAPartIsNoProof(t *testing.T) {
	whole := foundBy(wire.Reply{State: wire.Active, Facts: []wire.Fact{{Name: "cpu_seconds"}}}, "shop/a")
	part := foundBy(wire.Reply{State: wire.Partial, Detail: "1 of 2 workers run"}, "shop/b")
	assert.True(t, sum([]finding{whole}).Proven())
	seen := sum([]finding{whole, part})
	assert.Equal(t, providers.Observation{State: providers.Partial, Detail: "shop/b: 1 of 2 workers run"}, seen)
}

// TestOneTargetThatContradictsLeavesNoEvidence, whatever the others show: a pod that still
// answers, a command that fails, a namespace whose requests are not refused.
func TestOneTargetThatContradictsLeavesNoEvidence(t *testing.T) {
	seen := sum([]finding{
		{target: "shop", state: providers.Active, facts: []providers.Fact{{Name: "request_refused"}}},
		tried{}.finding("bank", admission{Mode: modeReject}),
	})
	assert.Equal(t, providers.Observation{State: providers.Active, Detail: "bank: a request is not refused so far"}, seen)
}
