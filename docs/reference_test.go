package docs

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// referencePage is what gameday says of itself.
const referencePage = "reference.md"

func TestReferenceIsWhatSchemaPrints(t *testing.T) {
	page, err := shell(t, sandbox(t), "bin/gameday schema -format=markdown")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(referencePage, []byte(page), 0o644))
	}
	committed, err := os.ReadFile(referencePage)
	require.NoError(t, err)
	require.Equal(t, string(committed), page, "run make golden if the blocks and types have changed")
}
