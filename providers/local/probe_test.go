package local_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

func (w *world) probe(t *testing.T, config string) (providers.Prober, providers.Diagnostics) {
	t.Helper()
	probe := w.provider.Types().Probes[0]
	return probe.Open(t.Context(), providers.OpenRequest{
		Config: providertest.Decode(t, probe.Schema(), config), Environment: w.state,
	})
}

func TestProcessProbe(t *testing.T) {
	w := newWorld(t, oneServer).up()
	prober, diags := w.probe(t, `process = "web"`)
	require.Empty(t, diags)
	defer prober.Close()
	sample := prober.Sample(t.Context())
	require.True(t, sample.OK, sample.Error)
	require.NotNil(t, sample.Value)
	assert.Greater(t, *sample.Value, 1e5, "bytes of memory")
	assert.True(t, sample.Fields.GetAttr("alive").True())
	assert.Empty(t, sample.Fields.Type().TestConformance(w.provider.Types().Probes[0].SampleType()))

	require.NoError(t, syscall.Kill(w.process("web").Identity.PID, syscall.SIGKILL))
	eventually(t, func() error {
		sample = prober.Sample(t.Context())
		if sample.OK || sample.Error != "process web is not alive: ended by signal 9 (SIGKILL)" {
			return fmt.Errorf("ok %t, error %q", sample.OK, sample.Error)
		}
		return nil
	})
	assert.True(t, sample.Fields.GetAttr("pid").RawEquals(cty.NullVal(cty.Number)))
	assert.Nil(t, sample.Value)
}

func TestProcessProbeMetric(t *testing.T) {
	w := newWorld(t, oneServer).up()
	prober, diags := w.probe(t, "process = \"web\"\nmetric = \"restarts\"")
	require.Empty(t, diags)
	defer prober.Close()
	require.Equal(t, 0.0, *prober.Sample(t.Context()).Value)
}

func TestProcessProbeOfUnknownProcess(t *testing.T) {
	w := newWorld(t, oneServer).up()
	_, diags := w.probe(t, `process = "wb"`)
	require.True(t, diags.HasErrors())
	assert.Contains(t, diags[0].Detail, `did you mean "web"?`)
}

func TestProcessProbeSummary(t *testing.T) {
	probe := newWorld(t, oneServer).provider.Types().Probes[0]
	summary, ok := probe.(providers.WithSummary)
	require.True(t, ok)
	config := providertest.Decode(t, probe.Schema(), `process = "web"`)
	assert.Equal(t, "process web, its memory_bytes", summary.Summary(config))
}
