package exec

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestVariablesStay: values of variables, secrets among them, do not reach
// commands by themselves.
func TestVariablesStay(t *testing.T) {
	t.Setenv("GAMEDAY_VAR_token", "secret")
	t.Setenv("ELSE", "here")
	assert.NotContains(t, inherited(), "GAMEDAY_VAR_token=secret")
	assert.Contains(t, inherited(), "ELSE=here")
}
