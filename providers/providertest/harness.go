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

	// Timeout bounds each call of the contract. Zero means 15 s.
	Timeout time.Duration
}

// Decode decodes an HCL body as the host does, without variables.
func Decode(t require.TestingT, block *schema.Block, body string) schema.Values {
	if h, ok := t.(*testing.T); ok {
		h.Helper()
	}
	file, diags := hclsyntax.ParseConfig([]byte(body), "body.hcl", hcl.InitialPos)
	require.False(t, diags.HasErrors(), "%s", diags)
	value, diags := hcldec.Decode(file.Body, block.Spec(), nil)
	require.False(t, diags.HasErrors(), "%s", diags)
	return schema.NewValues(value)
}

// noErrors fails the test when there are error diagnostics.
func noErrors(t require.TestingT, diags providers.Diagnostics) {
	for _, d := range diags {
		require.NotEqual(t, providers.Error, d.Severity, "%s: %s", d.Summary, d.Detail)
	}
}
