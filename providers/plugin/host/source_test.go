package host

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestVariables: what begins with GAMEDAY_ is for every program, but values of variables are not.
func TestVariables(t *testing.T) {
	all := []string{"GAMEDAY_VAR_x=s", "GAMEDAY_LOG=debug", "GAMEDAY_VAR_y=t", "PATH=/bin", "TOKEN=u", "GAMEDAY_VARIANT=v"}
	assert.Equal(t, []string{"GAMEDAY_LOG=debug", "GAMEDAY_VAR_y=t", "PATH=/bin", "GAMEDAY_VARIANT=v"}, variables(all, []string{"GAMEDAY_VAR_y"}))
}
