package docs

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationsInJSONValidate(t *testing.T) {
	configurations := blocksOf(t, "json configuration")
	require.NotEmpty(t, configurations)
	built := sandbox(t)
	for _, b := range configurations {
		t.Run(name(b), func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "docs.gameday.hcl.json"), []byte(b.text), 0o644))
			_, err := shell(t, built, "bin/gameday validate "+dir)
			assert.NoError(t, err)
		})
	}
}
