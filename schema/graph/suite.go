package graph

import (
	"fmt"
	"strconv"

	"github.com/gameday-dev/gameday/schema/resolve"
)

// suite draws a suite, with edges to the experiments that it judges. A gate stands
// in its label: it is how the suite judges, and nothing else depends on it.
func (g *Graph) suite(s *resolve.Suite) {
	address := s.Addr.String()
	g.nodes = append(g.nodes, node{id(address), address + gateText(s), "suite"})
	for _, experiment := range s.Experiments {
		g.edges = append(g.edges, edge{id(address), id(experiment), "judges"})
	}
}

// gateText is what a suite's gate lets pass, as a line of its own; empty where
// there is no gate.
func gateText(s *resolve.Suite) string {
	if !s.HasGate {
		return ""
	}
	return fmt.Sprintf("\ngate: min_score %s, max_inconclusive %d", strconv.FormatFloat(s.MinScore, 'g', -1, 64), s.MaxInconclusive)
}
