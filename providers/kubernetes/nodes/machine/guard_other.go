//go:build !unix

package machine

import (
	"context"
	"fmt"
	"io"
	goruntime "runtime"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// GuardMain says that there are no guards on this system.
func GuardMain(_ []string, stderr io.Writer) int {
	fmt.Fprintf(stderr, "%s does not work on %s\n", GuardRole, goruntime.GOOS)
	return 2
}

func startGuard(context.Context, string, claim.NodeStep, time.Time) error {
	return fmt.Errorf("%w: there are none on %s", errNoGuard, goruntime.GOOS)
}

func endGuard(context.Context, string, string) error { return nil }
