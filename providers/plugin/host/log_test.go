package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestALongLine: half a character before the cut would hide from a mask that a secret was cut there.
func TestALongLine(t *testing.T) {
	var log tail
	_, err := log.Write([]byte(strings.Repeat("a", longest-1) + "é and more\n"))
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(log.String(), "aa…"), log.String())
}
