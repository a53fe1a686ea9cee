package providertest

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Harness is a fault type with everything that it takes to try it.
type Harness struct {
	Fault  providers.Fault
	Config string // HCL, the body of the fault
	Run    string // run id that the environment carries

	// Environment is up, and nothing is wrong with it.
	Environment providers.EnvironmentState

	// Planned is the same environment before it was up; its zero value leaves the
	// test of that out.
	Planned providers.EnvironmentState

	// Stimulate creates what the fault shows its effect on, such as a request. It
	// is called again and again until the fault is proven; its own failures do
	// not matter. Nil when the fault needs none.
	Stimulate func(ctx context.Context)

	// Healthy says what is wrong with the targets, nil when they work as if there
	// were no fault. It is asked after reverts.
	Healthy func(ctx context.Context) error

	// Settles says that others have to act before a revert is complete, such as the
	// controllers of a cluster: then the fault is gone some time after it, within
	// Timeout. Otherwise it is gone when Revert returns.
	Settles bool

	// Fresh reverts in another process that knows nothing but the record. See
	// FreshRevert.
	Fresh func(ctx context.Context, record []byte) error

	// Killed injects in another process, and kills that (SIGKILL) when the fault is in place: it must be gone
	// at its deadline all the same, by what stands beside it. See KilledInject. Nil leaves the test of that out.
	Killed func(ctx context.Context, injection []byte) error

	// Forgets says why an injection is not refused that comes after its revert, where that can't be
	// helped: another revert must undo it then. Empty, as it should be, for a fault that remembers.
	Forgets string

	// Timeout bounds each call of the contract. Zero means 15 s.
	Timeout time.Duration
}

// Decode decodes an HCL body as the host does, without variables.
func Decode(t require.TestingT, block *schema.Block, body string) schema.Values {
	if h, ok := t.(*testing.T); ok {
		h.Helper()
	}
	values, err := decode(block, body)
	require.NoError(t, err)
	return values
}

func decode(block *schema.Block, body string) (schema.Values, error) {
	file, diags := hclsyntax.ParseConfig([]byte(body), "body.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return schema.Values{}, diags
	}
	value, diags := hcldec.Decode(file.Body, block.Spec(), nil)
	if diags.HasErrors() {
		return schema.Values{}, diags
	}
	return schema.NewValues(value), nil
}

// noErrors fails the test when there are error diagnostics.
func noErrors(t require.TestingT, diags providers.Diagnostics) {
	for _, d := range diags {
		require.NotEqual(t, providers.Error, d.Severity, "%s: %s", d.Summary, d.Detail)
	}
}
