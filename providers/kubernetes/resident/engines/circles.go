package engines

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// straight refuses a fault on what goes out of a pod that redirects it: what the agent passes on is led to the mesh's proxy, and what
// that passes on to the agent, until there are no descriptors left. Nobody could tell the proxy's connections from the app's.
func straight(scope firewall.Scope, instead string) error {
	if scope.Direction == firewall.Ingress {
		return nil
	}
	others, err := firewall.Diverters()
	if err != nil || len(others) == 0 {
		return err
	}
	return fmt.Errorf("the pod redirects what it sends (%s), as a mesh does: what gameday's agent passes on would be led to the mesh's proxy, and what that passes on to the agent, "+
		"round in circles. %s", strings.Join(others, ", "), instead)
}
