package dag_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/schema/resolve/internal/dag"
)

func TestOrderPrefersTheLowestFreeNode(t *testing.T) {
	g := dag.New(5)
	g.Need(0, 4)
	g.Need(2, 0)
	assert.Equal(t, []int{1, 3, 4, 0, 2}, g.Order())
	assert.Empty(t, g.Cycles())
}

func TestCyclesAreFoundOncePerGroup(t *testing.T) {
	g := dag.New(7)
	for _, edge := range [][2]int{{1, 2}, {2, 3}, {3, 1}, {5, 5}, {0, 1}, {6, 4}} {
		g.Need(edge[0], edge[1])
	}
	assert.Equal(t, [][]int{{1, 2, 3}, {5}}, g.Cycles())
	assert.Equal(t, []int{4, 6}, g.Order(), "what is on a cycle, or needs one, has no place")
}

func TestLongChainsDoNotExhaustTheStack(t *testing.T) {
	const n = 200_000
	g := dag.New(n)
	for i := 1; i < n; i++ {
		g.Need(i, i-1)
	}
	assert.Len(t, g.Order(), n)
	assert.Empty(t, g.Cycles())
}

// edges are drawn from higher to lower in a random permutation, so there is no
// cycle by construction.
func drawDAG(t *rapid.T) (int, [][2]int) {
	n := rapid.IntRange(2, 30).Draw(t, "nodes")
	rank := rapid.Permutation(numbers(n)).Draw(t, "rank")
	var edges [][2]int
	for range rapid.IntRange(0, 60).Draw(t, "edges") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
		if rank[a] > rank[b] {
			edges = append(edges, [2]int{a, b})
		}
	}
	return n, edges
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func build(n int, edges [][2]int) *dag.Graph {
	g := dag.New(n)
	for _, edge := range edges {
		g.Need(edge[0], edge[1])
	}
	return g
}

func TestRandomGraphsComeInDependencyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges := drawDAG(t)
		g := build(n, edges)
		order := g.Order()
		if len(order) != n || len(g.Cycles()) != 0 {
			t.Fatalf("order %v, cycles %v of an acyclic graph of %d", order, g.Cycles(), n)
		}
		for _, edge := range edges {
			if slices.Index(order, edge[0]) < slices.Index(order, edge[1]) {
				t.Fatalf("%d comes before %d, which it needs: %v", edge[0], edge[1], order)
			}
		}
	})
}

func TestABackEdgeIsAlwaysACycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges := drawDAG(t)
		if len(edges) == 0 {
			t.Skip("no edge to turn back")
		}
		back := rapid.SampledFrom(edges).Draw(t, "back")
		all := append(slices.Clone(edges), [2]int{back[1], back[0]})
		g := build(n, all)
		cycles := g.Cycles()
		if len(cycles) != 1 {
			t.Fatalf("%d cycles, expected one group", len(cycles))
		}
		for i, node := range cycles[0] {
			next := cycles[0][(i+1)%len(cycles[0])]
			if !slices.Contains(all, [2]int{node, next}) {
				t.Fatalf("%v is not a cycle: %d does not need %d", cycles[0], node, next)
			}
		}
		for _, node := range g.Order() {
			if slices.Contains(cycles[0], node) {
				t.Fatalf("%d is on a cycle and has a place in the order", node)
			}
		}
	})
}
