package local_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMemoryOfTheWorkerIsNoEvidence has a ramp whose first step is all that is taken. With what
// the worker needs for itself, it would be more than enough.
func TestMemoryOfTheWorkerIsNoEvidence(t *testing.T) {
	const config = "size = \"8Mi\"\nramp = \"1h\"\nreserve = \"0B\""
	w := newWorld(t, "").up()
	fault, record := w.fault("local_memory_stress"), w.prepare("local_memory_stress", config, time.Minute)
	require.NoError(t, fault.Inject(t.Context(), providers.InjectRequest{
		Record: record, Environment: w.state, Config: providertest.Decode(t, fault.Schema(), config),
	}))
	var seen providers.Observation
	eventually(t, func() (err error) {
		if seen, err = fault.Observe(t.Context(), record); err == nil && seen.Detail == "0 of 8388608 bytes are taken" {
			err = errors.New("the first step is not taken yet")
		}
		return err
	})
	assert.Equal(t, providers.Partial, seen.State)
	assert.Equal(t, "4194304 of 8388608 bytes are taken", seen.Detail)
	require.NoError(t, fault.Revert(t.Context(), record))
}
