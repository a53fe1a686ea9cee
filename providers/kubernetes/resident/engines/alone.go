package engines

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// Of several faults that lead the same connections, or questions, the kernel has one get them. The others would do
// nothing, and go on showing what they did before, so they are refused. The kernel is asked who is there, as an agent
// outside of the pod has one fault alone, and what has ended, but still serves somebody, is in nobody's way.

// aloneWithStreams refuses a fault on connections beside others on some of them.
func aloneWithStreams(id string, scope firewall.Scope) error {
	others, err := firewall.Rivals(id, scope)
	if err != nil {
		return err
	}
	others = slices.DeleteFunc(others, func(other string) bool { _, is := ofNames(other); return is })
	if len(others) == 0 {
		return nil
	}
	return fmt.Errorf("the fault %s is in place in this pod, for connections in the same direction, to the same port and with the same peers, or with peers that cannot be told apart: "+
		"each connection passes one fault alone, and the other would have no effect. Let one begin when the other has ended, by a delay that is some seconds longer than until then, or choose other ports, directions or peers", strings.Join(others, ", "))
}

// aloneWithNames refuses a fault on names beside another: all lead the questions to the same resolvers.
func aloneWithNames(id string) error {
	infos, err := firewall.List()
	if err != nil {
		return err
	}
	for _, info := range infos {
		if other, is := ofNames(info.ID); is && other != id && info.Left > 0 {
			return fmt.Errorf("the fault %s is in place in this pod, for questions for names, too: each question passes one fault alone, and the other would have no effect. "+
				"Name all patterns in one fault, or let one begin when the other has ended, by a delay that is some seconds longer than until then", other)
		}
	}
	return nil
}

// ofNames is the fault on names whose table this is.
func ofNames(table string) (fault string, is bool) {
	for _, protocol := range []firewall.Protocol{firewall.UDP, firewall.TCP} {
		if fault, is := strings.CutSuffix(table, part+string(protocol)); is {
			return fault, true
		}
	}
	return "", false
}
