package resolve

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// cycle reports a cycle with the place of every reference on it.
func (p *problems) cycle(cycle []int, places map[[2]int]hcl.Range, describe func(int) (string, hcl.Range)) {
	var lines strings.Builder
	for i, from := range cycle {
		to := cycle[(i+1)%len(cycle)]
		fromName, _ := describe(from)
		toName, _ := describe(to)
		fmt.Fprintf(&lines, "\n  %s refers to %s at %s", fromName, toName, places[[2]int{from, to}])
	}
	name, at := describe(cycle[0])
	if len(cycle) == 1 {
		p.errorf(at, "Reference to itself", "%s refers to itself:%s%s", name, lines.String(), selfHint(name))
		return
	}
	p.errorf(at, "Cycle of references", "%s depends on itself, by way of:%s\nNone of them can be evaluated first. Remove one of the references.", name, lines.String())
}

func selfHint(name string) string {
	if strings.HasPrefix(name, kindEnvironment+".") {
		return "\nInside its own body an environment is called self."
	}
	return ""
}
