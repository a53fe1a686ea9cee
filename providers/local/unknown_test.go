package local_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
	"github.com/gameday-dev/gameday/providers/schema"
)

// TestPlanSaysWhatItDoesNotKnow plans with values that are not known yet: the
// effect must not be told with zeros in their place.
func TestPlanSaysWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t, linkedServer)
	for fault, test := range map[string]struct{ config, unknown, effect string }{
		"local_network_delay": {
			"latency = \"1s\"\ntarget {}", "latency",
			"delays what passes through links: every chunk of bytes arrives later, in order (latency is known only when the run is applied)",
		},
		"local_process_kill": {
			"target {}", "signal",
			"sends a signal to processes, each with its whole process group (signal is known only when the run is applied)",
		},
		"local_cpu_stress": {
			"load = 50", "load",
			"uses up processor time of this machine (load is known only when the run is applied)",
		},
	} {
		known := providertest.Decode(t, w.fault(fault).Schema(), test.config)
		attributes := known.Cty().AsValueMap()
		attributes[test.unknown] = cty.UnknownVal(attributes[test.unknown].Type())
		plan, diags := w.fault(fault).Plan(t.Context(), providers.FaultPlanRequest{
			Config: schema.NewValues(cty.ObjectVal(attributes)), Environment: w.planned(),
		})
		require.Empty(t, diags)
		assert.Equal(t, test.effect, plan.Effect)
		assert.NotEmpty(t, plan.Targets, "they do not depend on it")
		for _, chosen := range plan.Targets {
			assert.True(t, plan.Counted.Holds(chosen), "%+v is of the kind that was counted: %v", chosen, plan.Counted.Kinds)
		}
	}
}
