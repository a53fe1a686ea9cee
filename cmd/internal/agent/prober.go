package agent

import (
	"fmt"
	"io"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/http"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/prober"
	"github.com/gameday-dev/gameday/providers/tcp"
)

// runProber measures inside a cluster, by the protocols that need nothing else of
// this machine.
func runProber(args []string, stderr io.Writer) int {
	set, err := providers.NewSet(http.New(), tcp.New())
	if err != nil {
		fmt.Fprintf(stderr, "prober: %s\n", err)
		return 1
	}
	return prober.Main(set, args, stderr)
}
