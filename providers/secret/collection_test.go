package secret_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers/secret"
)

// TestLaterSecrets: a run meets some only when an environment is up.
func TestLaterSecrets(t *testing.T) {
	var met secret.Collection
	const text = "hunter22 and swordfish"
	assert.True(t, met.Empty())
	assert.Equal(t, text, met.Text(text))
	met.Add("hunter22")
	assert.Equal(t, "(sensitive) and swordfish", met.Text(text))
	met.Add("swordfish")
	met.Add("hunter22")
	assert.Equal(t, "(sensitive) and (sensitive)", met.Text(text))
	met.Add("")
	assert.Equal(t, []string{"swordfish", "hunter22"}, met.Texts())
	assert.False(t, met.Empty())
}
