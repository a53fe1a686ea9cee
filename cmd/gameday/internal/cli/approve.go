package cli

import (
	"bufio"
	"strings"
)

// approve asks whether the plan that was shown shall be run.
func (s *session) approve() bool {
	if s.printf("\nDo you want to run these experiments?\n  Only \"yes\" is taken for an approval.\n\n  Enter a value: ") != nil {
		return false
	}
	answer, _ := bufio.NewReader(s.In).ReadString('\n') // an end of input is no approval
	return strings.TrimSpace(answer) == "yes"
}
