// Package dag orders things that depend on each other.
package dag

import (
	"container/heap"
	"slices"
)

// A Graph says which of the nodes 0 to n-1 need which.
type Graph struct{ needs [][]int }

// New is a graph of n nodes that need nothing.
func New(n int) *Graph { return &Graph{needs: make([][]int, n)} }

// Need says that node comes after other. Saying it twice changes nothing.
func (g *Graph) Need(node, other int) {
	if !slices.Contains(g.needs[node], other) {
		g.needs[node] = append(g.needs[node], other)
	}
}

// Order is every node that is not on a cycle and does not depend on one, each
// after what it needs, and of the nodes that are free to come next always the
// lowest. A caller that numbers nodes by preference gets a stable order.
func (g *Graph) Order() []int {
	waiting, needed := g.invert()
	var free minHeap
	for node, n := range waiting {
		if n == 0 {
			free = append(free, node)
		}
	}
	heap.Init(&free)
	order := make([]int, 0, len(g.needs))
	for len(free) > 0 {
		node, _ := heap.Pop(&free).(int)
		order = append(order, node)
		for _, dependent := range needed[node] {
			if waiting[dependent]--; waiting[dependent] == 0 {
				heap.Push(&free, dependent)
			}
		}
	}
	return order
}

// invert counts what each node waits for and lists who waits for it.
func (g *Graph) invert() (waiting []int, needed [][]int) {
	waiting, needed = make([]int, len(g.needs)), make([][]int, len(g.needs))
	for node, others := range g.needs {
		waiting[node] = len(others)
		for _, other := range others {
			needed[other] = append(needed[other], node)
		}
	}
	return waiting, needed
}

// Cycles is one cycle for each group of nodes that need each other, as nodes
// where each needs the next and the last needs the first. It starts with the
// lowest node of the group; groups are in the order of their lowest nodes.
func (g *Graph) Cycles() [][]int {
	var cycles [][]int
	for _, group := range g.components() {
		if len(group) > 1 || slices.Contains(g.needs[group[0]], group[0]) {
			cycles = append(cycles, g.shortest(slices.Min(group), group))
		}
	}
	slices.SortFunc(cycles, func(a, b []int) int { return a[0] - b[0] })
	return cycles
}

// shortest is a shortest way from start back to itself inside its component,
// found breadth first.
func (g *Graph) shortest(start int, group []int) []int {
	inside := make(map[int]bool, len(group))
	for _, node := range group {
		inside[node] = true
	}
	from := map[int]int{}
	queue := []int{start}
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		for _, next := range g.needs[node] {
			if next == start {
				return trace(from, start, node)
			}
			if _, seen := from[next]; !seen && inside[next] {
				from[next] = node
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func trace(from map[int]int, start, end int) []int {
	path := []int{end}
	for node := end; node != start; {
		node = from[node]
		path = append(path, node)
	}
	slices.Reverse(path)
	return path
}

type minHeap []int

func (h minHeap) Len() int           { return len(h) }
func (h minHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h minHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *minHeap) Push(x any)        { n, _ := x.(int); *h = append(*h, n) }
func (h *minHeap) Pop() any {
	last := len(*h) - 1
	node := (*h)[last]
	*h = (*h)[:last]
	return node
}
