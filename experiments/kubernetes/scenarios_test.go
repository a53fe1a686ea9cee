package kubernetes_test

// scenario is a folder beside this file, and what the fragile shop must break in
// it. The resilient one must break nothing.
type scenario struct {
	dir    string
	broken []string // assertions that the fault must break on the fragile shop
	nodes  bool     // it acts on the nodes of a zone, and so on whatever else is there
	turns  bool     // variants take turns: it starts so many pods that two of it fight for the processors, or cuts the path to what measures the other
}

// scenarios is the library.
func scenarios() []scenario {
	available, noGap, served := "assert.available", "assert.no_gap", "assert.served"
	return []scenario{
		{dir: "pod-loss", broken: []string{available, noGap}},
		{dir: "rollout-under-load", broken: []string{available, noGap, served}, turns: true},
		{dir: "quota-exhaustion", broken: []string{available, noGap}},
		{dir: "dependency-crash-loop", broken: []string{available, noGap}},
		{dir: "dependency-gone", broken: []string{available, noGap}},
		{dir: "bad-image", broken: []string{available, noGap}},
		{dir: "bad-config", broken: []string{available, noGap}},
		{dir: "admission-outage", broken: []string{available, noGap}},
		{dir: "zone-loss", broken: []string{available, noGap}, nodes: true},
		{dir: "drain-during-traffic", broken: []string{available, noGap, served}, nodes: true},
		{dir: "node-loss", broken: []string{available, noGap}, nodes: true, turns: true},
	}
}

// variants are those of the shop.
func variants() []string { return []string{fragile, resilient} }

const (
	fragile   = "fragile"
	resilient = "resilient"
)
