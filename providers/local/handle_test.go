package local

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
)

// TestEnvironmentsOfModulesHaveTheirOwnPlace prepares environments that share
// their name and their run.
func TestEnvironmentsOfModulesHaveTheirOwnPlace(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{
		"environment.shop", `module.a["x"].environment.shop`, `module.a["y"].environment.shop`,
		`module.a["x/y"].environment.shop`, `module.a["x y"].environment.shop`, `module.a["../.."].environment.shop`,
	} {
		for _, runDir := range []string{"/run", "/run/" + strings.Repeat("deep/", 30)} {
			h := newHandle(providers.EnvironmentPrepareRequest{Run: "r", RunDir: runDir, Address: address, Name: "shop"})
			assert.Less(t, len(h.Socket), 108)
			assert.NotContains(t, h.Dir, "/..")
			for _, place := range []string{h.Dir, h.Socket} {
				require.Empty(t, seen[place], "%s is shared with %s", place, address)
				seen[place] = address
			}
		}
	}
	plain := newHandle(providers.EnvironmentPrepareRequest{Run: "r", RunDir: "/run", Address: "environment.shop", Name: "shop"})
	assert.Equal(t, "/run/environments/shop", plain.Dir)
}

func TestHandlesOfOthersAreRefused(t *testing.T) {
	for name, handle := range map[string]providers.EnvironmentHandle{
		`of type "kind"`:     {Address: "environment.x", Type: "kind"},
		"read the handle of": {Address: "environment.x", Type: "local", Data: []byte("{")},
		"lacks its run":      {Address: "environment.x", Type: "local", Data: []byte("{}")},
	} {
		_, err := readHandle(handle)
		assert.ErrorContains(t, err, name)
	}
}
