package target_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// pods is a world of n pods of some applications, in some order.
func pods(t *rapid.T) *world.World {
	n := rapid.IntRange(1, 60).Draw(t, "pods")
	w := &world.World{}
	for i := range n {
		app := rapid.SampledFrom([]string{"cart", "payments"}).Draw(t, "app")
		w.Pods = append(w.Pods, pod("shop", app, i, "worker-1"))
	}
	return w
}

func shuffled(w *world.World, seed uint64) *world.World {
	other := &world.World{Pods: slices.Clone(w.Pods)}
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(other.Pods), func(i, j int) {
		other.Pods[i], other.Pods[j] = other.Pods[j], other.Pods[i]
	})
	return other
}

func TestAChoiceDependsOnNothingButTheBlockTheWorldAndTheSeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, seed := pods(t), rapid.Int64().Draw(t, "seed")
		given := body(t, target.Pod, attrs{"percent": cty.NumberIntVal(rapid.Int64Range(1, 100).Draw(t, "percent"))})
		once, diags := target.Choose(target.Pod, given, w, nil, seed)
		require.Empty(t, diags)
		again, _ := target.Choose(target.Pod, given, shuffled(w, rapid.Uint64().Draw(t, "order")), nil, seed)
		assert.Equal(t, once, again)
		assert.True(t, slices.IsSorted(namesOf(once.Targets)))
	})
}

func TestCountAndPercentLimitTheChoice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, seed := pods(t), rapid.Int64().Draw(t, "seed")
		eligible := 0
		for _, p := range w.Pods {
			if p.Labels["app"] == "cart" {
				eligible++
			}
		}
		given := attrs{"labels": pairs("app", "cart")}
		want := eligible
		n := rapid.IntRange(1, 100).Draw(t, "n")
		switch rapid.SampledFrom([]string{"all", "count", "percent"}).Draw(t, "limit") {
		case "count":
			given["count"], want = cty.NumberIntVal(int64(n)), min(n, eligible)
		case "percent":
			given["percent"] = cty.NumberIntVal(int64(n))
			want = int(math.Ceil(float64(eligible*n) / 100))
		}
		choice, diags := target.Choose(target.Pod, body(t, target.Pod, given), w, nil, seed)
		assert.Equal(t, eligible == 0, diags.HasErrors(), "something is chosen where there is something")
		assert.Len(t, choice.Targets, want)
		assert.Equal(t, eligible, choice.Eligible)
		assert.Equal(t, len(w.Pods), choice.Population)
		for _, c := range choice.Targets {
			assert.Contains(t, c.Name, "cart")
		}
	})
}

// What a pod draws is its own: when another one appears, at most that one takes a
// place.
func TestANewPodChangesAtMostOneOfTheChosen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, seed := pods(t), rapid.Int64().Draw(t, "seed")
		given := body(t, target.Pod, attrs{"count": cty.NumberIntVal(rapid.Int64Range(1, 60).Draw(t, "count"))})
		before, _ := target.Choose(target.Pod, given, w, nil, seed)
		more := &world.World{Pods: append(slices.Clone(w.Pods), pod("shop", "late", 0, "worker-1"))}
		after, _ := target.Choose(target.Pod, given, more, nil, seed)
		lost := 0
		for _, c := range before.Targets {
			if !slices.Contains(after.Targets, c) {
				lost++
			}
		}
		assert.LessOrEqual(t, lost, 1)
	})
}

func TestDifferentSeedsChooseDifferently(t *testing.T) {
	w := &world.World{Pods: []corev1.Pod{pod("shop", "cart", 1, "n"), pod("shop", "cart", 2, "n"), pod("shop", "cart", 3, "n")}}
	chosen := map[string]bool{}
	for seed := range int64(50) {
		choice, diags := target.Choose(target.Pod, body(t, target.Pod, attrs{"count": cty.NumberIntVal(1)}), w, nil, seed)
		require.Empty(t, diags)
		chosen[choice.Targets[0].Name] = true
	}
	assert.Len(t, chosen, 3, "each of them has its turn")
}
