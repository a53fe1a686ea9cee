package dag

// components are the groups of nodes that need each other, directly or by way
// of others (Tarjan). It keeps its own stack, so that a chain of any length
// cannot exhaust the goroutine's.
func (g *Graph) components() [][]int {
	t := &tarjan{graph: g, index: make([]int, len(g.needs)), low: make([]int, len(g.needs)), onStack: make([]bool, len(g.needs))}
	for node := range g.needs {
		if t.index[node] == 0 {
			t.walk(node)
		}
	}
	return t.found
}

type tarjan struct {
	graph   *Graph
	next    int   // the last index given
	index   []int // order of discovery from 1; 0 for not seen
	low     []int // lowest index reachable
	stack   []int
	onStack []bool
	found   [][]int
}

// frame is a node whose needs are being followed.
type frame struct{ node, next int }

func (t *tarjan) walk(start int) {
	frames := []frame{t.enter(start)}
	for len(frames) > 0 {
		top := &frames[len(frames)-1]
		if top.next == len(t.graph.needs[top.node]) {
			frames = frames[:len(frames)-1]
			t.leave(top.node, frames)
			continue
		}
		other := t.graph.needs[top.node][top.next]
		top.next++
		switch {
		case t.index[other] == 0:
			frames = append(frames, t.enter(other))
		case t.onStack[other]:
			t.low[top.node] = min(t.low[top.node], t.index[other])
		}
	}
}

func (t *tarjan) enter(node int) frame {
	t.next++
	t.index[node], t.low[node] = t.next, t.next
	t.stack, t.onStack[node] = append(t.stack, node), true
	return frame{node: node}
}

// leave closes a node: it hands its low to whoever came from, and takes its
// component off the stack when it is the root of one.
func (t *tarjan) leave(node int, frames []frame) {
	if len(frames) > 0 {
		parent := frames[len(frames)-1].node
		t.low[parent] = min(t.low[parent], t.low[node])
	}
	if t.low[node] != t.index[node] {
		return
	}
	for i := len(t.stack) - 1; ; i-- {
		t.onStack[t.stack[i]] = false
		if t.stack[i] == node {
			t.found = append(t.found, append([]int(nil), t.stack[i:]...))
			t.stack = t.stack[:i]
			return
		}
	}
}
