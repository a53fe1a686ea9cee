package kubernetes

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRefusalsNameTheOtherFault as its author knows it.
func TestRefusalsNameTheOtherFault(t *testing.T) {
	var a addresses
	refused := errors.New("the faults 01A, 01B are in place in this pod")
	assert.Equal(t, refused, a.explain(refused), "those of another run")
	a.add("01B", "fault.kubernetes_http_status.b")
	a.add("01A", "fault.kubernetes_http_delay.a")
	a.add("01C", "fault.kubernetes_http_delay.c")
	err := a.explain(refused)
	require.ErrorIs(t, err, refused)
	assert.EqualError(t, err, "the faults 01A, 01B are in place in this pod (01A is fault.kubernetes_http_delay.a, 01B is fault.kubernetes_http_status.b)")
	assert.NoError(t, a.explain(nil))
}
