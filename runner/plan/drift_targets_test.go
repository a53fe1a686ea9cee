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

	now.Files[0].SHA256 = checksum([]byte("edited"))
	assert.False(t, AboutTargets(Drift(samplePlan(), now)), "somebody edited the configuration")
}

// What merely follows from other targets is told with what it was and what it is, and
// does not count as an edit.
func TestDriftOfWhatFollowsFromTargets(t *testing.T) {
	const subject = "experiment.slow.fault.payments: "
	replaced := func(f *Fault) { f.Targets[0].UID = "u9" }
	for name, c := range map[string]struct {
		change func(*Fault)
		want   Change // with other targets
		alone  bool   // whether it is about targets by itself
		beside bool   // and beside other targets
	}{
		"namespaces": {func(f *Fault) { f.Namespaces = []string{"canary", "shop"} }, Change{ChangedTarget, subject + "namespaces beside those of its targets", "", "canary, shop"}, true, true},
		"locks":      {func(f *Fault) { f.Locks = []string{"machine/disk"} }, Change{ChangedTarget, subject + "locks", "machine/cpu", "machine/disk"}, true, true},
		"a permission that is new": {
			func(f *Fault) {
				f.Permissions = append(f.Permissions, providers.Permission{Action: "delete pods", Held: true})
			},
			Change{ChangedTarget, subject + "permission to delete pods", "", "held"},
			true, true,
		},
		"a permission that is gone": {func(f *Fault) { f.Permissions = nil }, Change{ChangedTarget, subject + "permission to send SIGSTOP", "held", ""}, true, true},
		"a permission that was taken away": {
			func(f *Fault) {
				f.Permissions = []providers.Permission{{Action: "send SIGSTOP", Detail: "Ask for it."}}
			},
			Change{ChangedTarget, subject + "permission to send SIGSTOP", "held", "missing (Ask for it.)"},
			true, true,
		},
		"undo":     {func(f *Fault) { f.Undo = "SIGKILL" }, Change{ChangedTarget, subject + "undo", "SIGCONT", "SIGKILL"}, false, true},
		"guard":    {func(f *Fault) { f.Guard = "" }, Change{ChangedTarget, subject + "guard", "supervisor", ""}, false, true},
		"effect":   {func(f *Fault) { f.Effect = "kills it" }, Change{ChangedTarget, subject + "effect", "stops every thread", "kills it"}, false, true},
		"duration": {func(f *Fault) { f.Duration = 9 }, Change{ChangedExperiment, "experiment.slow.fault.payments", "", ""}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			now := samplePlan()
			f := &now.Experiments[0].Faults[0]
			c.change(f)
			alone := Drift(samplePlan(), now)
			require.Len(t, alone, 1)
			assert.Equal(t, c.alone, AboutTargets(alone), "%v", alone)
			replaced(f)
			both := Drift(samplePlan(), now)
			assert.Contains(t, both, c.want)
			assert.Equal(t, c.beside, AboutTargets(both), "%v", both)
		})
	}
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

func TestNewTargets(t *testing.T) {
	a, b := podTarget("shop/a", "u1", "deployment/shop"), podTarget("shop/b", "u2", "deployment/shop")
	again := podTarget("shop/a", "u9", "deployment/shop")
	assert.Empty(t, New([]providers.Target{a, b}, []providers.Target{b, a}))
	assert.Equal(t, []providers.Target{again}, New([]providers.Target{a, b}, []providers.Target{b, again}))
	assert.Empty(t, New([]providers.Target{{Kind: "process", Name: "p"}}, []providers.Target{{Kind: "process", Name: "p", UID: "17"}}), "it was not there yet")
}

// What a fault on a target may have replaced: everything of its owner, or, where its
// effect is on nobody knows what, everything around it.
func TestHarmed(t *testing.T) {
	checkout, storefront := podTarget("shop/c", "u1", "deployment/checkout"), podTarget("shop/s", "u2", "deployment/storefront")
	canary := podTarget("canary/c", "u3", "deployment/checkout")
	all := []providers.Target{checkout, storefront, canary}
	for name, c := range map[string]struct {
		on    providers.Target
		holds []providers.Target
	}{
		"a pod":                   {podTarget("shop/x", "u9", "deployment/checkout"), all[:1]},
		"a pod that nobody owns":  {podTarget("shop/c", "u1", ""), nil},
		"a deployment":            {providers.Target{Kind: "deployment", Name: "shop/checkout"}, all[:1]},
		"another deployment":      {providers.Target{Kind: "deployment", Name: "shop/checkout-eu"}, nil},
		"a ConfigMap":             {providers.Target{Kind: "configmap", Name: "shop/settings"}, all[:2]},
		"a namespace":             {providers.Target{Kind: "namespace", Name: "canary"}, all[2:]},
		"a node":                  {providers.Target{Kind: "node", Name: "worker"}, all},
		"a process":               {providers.Target{Kind: "process", Name: "web", Owner: "restart = always"}, nil},
		"a process that stays so": {providers.Target{Kind: "process", Name: "web"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var held []providers.Target
			for _, target := range all {
				if Harmed(c.on).Holds(target) {
					held = append(held, target)
				}
			}
			assert.Equal(t, c.holds, held)
		})
	}
	web := providers.Target{Kind: "process", Name: "web", Owner: "restart = always"}
	assert.True(t, Harmed(web).Holds(web))
	assert.False(t, Harmed(web).Holds(providers.Target{Kind: "process", Name: "db", Owner: "restart = always"}))
}
