package cli

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/schema/config"
)

// load reads a directory and the variables for it. The configuration is there
// also with errors, for the excerpts of its files.
func load(dir string, vars *varFlags) (*launch.Configuration, hcl.Diagnostics) {
	cfg, diags := config.LoadDir(dir, config.WithVersion(releasedVersion()))
	c := &launch.Configuration{Dir: dir, Config: cfg, Version: currentVersion()}
	assignments, wrong := vars.assignments()
	given, more := launch.Variables(cfg.Sources, dir, assignments)
	c.Given = given
	diags = append(append(diags, more...), wrong...)
	set, err := registry.Builtin()
	if err != nil {
		return c, append(diags, asDiagnostics(err)...)
	}
	c.Set = set
	return c, diags
}
