package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

func podTarget(name, uid, owner string) providers.Target {
	return providers.Target{Kind: "pod", Name: name, UID: uid, Owner: owner}
}

func TestTargetChanges(t *testing.T) {
	a, b := podTarget("shop/a", "u1", "deployment/shop"), podTarget("shop/b", "u2", "deployment/shop")
	for name, c := range map[string]struct {
		planned, now []providers.Target
		want         []string
	}{
		"the same":      {[]providers.Target{a, b}, []providers.Target{b, a}, nil},
		"gone and new":  {[]providers.Target{a}, []providers.Target{b}, []string{"target f: pod/shop/a is gone: was UID u1", "target f: pod/shop/b is new: UID u2"}},
		"another UID":   {[]providers.Target{a}, []providers.Target{podTarget("shop/a", "u9", "")}, []string{"target f: pod/shop/a changed: was UID u1, is UID u9"}},
		"not there yet": {[]providers.Target{{Kind: "process", Name: "p"}}, []providers.Target{{Kind: "process", Name: "p", UID: "17"}}, nil},
		"only one of them was not there yet": {
			[]providers.Target{{Kind: "process", Name: "p"}, a},
			[]providers.Target{{Kind: "process", Name: "p", UID: "17"}, podTarget("shop/a", "u9", "")},
			[]string{"target f: pod/shop/a changed: was UID u1, is UID u9"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			for _, change := range TargetChanges("f", c.planned, c.now) {
				lines = append(lines, change.String())
			}
			assert.Equal(t, c.want, lines)
		})
	}
}

func TestDriftThatIsOnlyOfTargets(t *testing.T) {
	now := samplePlan()
	f := &now.Experiments[0].Faults[0]
	f.Targets[0].UID, f.Eligible, f.Population = "u9", 1, 1
	f.Radius, f.Adds = []string{"1 of 1 process"}, []string{"pods: [other]"}
	now.Findings = nil
	changes := Drift(samplePlan(), now)
	assert.Len(t, changes, 3, "target, blast radius, finding: %v", changes)
	assert.True(t, AboutTargets(changes))

	peers := samplePlan()
	peers.Experiments[0].Faults[0].Adds = []string{"pods: [payments], peers: [other]"}
	changes = Drift(samplePlan(), peers)
	require.Len(t, changes, 1)
	assert.Equal(t, Change{Kind: ChangedTarget, Subject: changes[0].Subject}, changes[0])
	assert.Contains(t, changes[0].Subject, "what it adds")

	f.Effect = "kills it"
	assert.False(t, AboutTargets(Drift(samplePlan(), now)), "somebody edited the configuration")
}

func TestReplaced(t *testing.T) {
	planned := []providers.Target{podTarget("shop/a", "u1", "deployment/shop"), podTarget("shop/b", "u2", "deployment/cart"), podTarget("shop/bare", "u3", "")}
	assert.True(t, Replaced(planned, []providers.Target{
		podTarget("shop/bare", "u3", ""), podTarget("shop/c", "u7", "deployment/cart"), podTarget("shop/a", "u1", "deployment/shop"),
	}))
	assert.False(t, Replaced(planned, planned[:2]), "fewer")
	assert.False(t, Replaced(planned, []providers.Target{planned[0], planned[0], planned[2]}), "other shares")
	assert.False(t, Replaced(planned, []providers.Target{planned[0], planned[1], podTarget("shop/bare", "u4", "")}), "nothing replaces a bare pod")
}
