package kubernetes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestClustersThatStayKeepTheirLogs themselves.
func TestClustersThatStayKeepTheirLogs(t *testing.T) {
	dir := t.TempDir()
	from, diags := handle{Run: "r", Kind: &kindHandle{Name: "lab", Dir: dir, Existed: true}}.encode("environment.kind.lab", typeKind)
	require.Empty(t, diags)
	require.NoError(t, (&kind{provider: New()}).KeepLogs(t.Context(), from, func(step string) { assert.Fail(t, step) }))
	assert.NoDirExists(t, kindHandle{Dir: dir}.logs())
}
