package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// environment is the type "local".
type environment struct{ provider *Provider }

var (
	_ providers.Environment  = (*environment)(nil)
	_ providers.WithValidate = (*environment)(nil)
)

func (e *environment) TypeName() string { return typeName }

func (e *environment) Schema() *schema.Block { return environmentSchema() }

func (e *environment) Validate(_ context.Context, values schema.Values) providers.Diagnostics {
	return validateEnvironment(values)
}

// Plan says what would be started. It looks for the commands, as a build that
// was forgotten is better found now.
func (e *environment) Plan(_ context.Context, req providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	diags := validateEnvironment(req.Config)
	if diags.HasErrors() {
		return providers.EnvironmentPlan{}, diags
	}
	c := readConfig(req.Config)
	plan := providers.EnvironmentPlan{
		Summary:   fmt.Sprintf("%s, %s on this machine", count(len(c.processes), "process", "processes"), count(len(c.links), "link", "links")),
		Steps:     c.steps(),
		Undo:      "the supervisor ends every process group, also when gameday is killed",
		Inventory: c.inventory(places{}, supervisor.Status{}),
		Outputs:   places{}.outputs(c),
		Labels:    c.labels(),
	}
	if err := supervisor.Supported(); err != nil {
		diags = append(diags, providers.Warningf(nil, "Not on this system", "%s.", capital(err))...)
	}
	return plan, append(diags, c.missingCommands(req.Config, req.Dir)...)
}

func (c config) missingCommands(values schema.Values, dir string) providers.Diagnostics {
	var diags providers.Diagnostics
	for _, p := range c.processes {
		if !values.BlockMap("process")[p.name].Attr("command").IsWhollyKnown() || len(p.command) == 0 {
			continue
		}
		if _, err := findCommand(p.command[0], dir, os.Getenv("PATH")); err != nil {
			path := cty.GetAttrPath("process").GetAttr(p.name).GetAttr("command")
			diags = append(diags, providers.Warningf(path, "Command not found", "%s. Bringing the environment up would fail.", err)...)
		}
	}
	return diags
}

// steps are what Up will do.
func (c config) steps() []string {
	var steps []string
	for _, l := range c.links {
		step := "open link " + l.name
		if l.from != "" {
			step += " from " + l.from
		}
		steps = append(steps, step)
	}
	for _, p := range c.processes {
		steps = append(steps, p.step())
	}
	return steps
}

func (p processConfig) step() string {
	step := "start process " + p.name
	if len(p.command) > 0 {
		step += ": " + strings.Join(p.command, " ")
	}
	if len(p.dependsOn) > 0 {
		step += ", after " + strings.Join(p.dependsOn, ", ")
	}
	switch {
	case p.ready.http != "":
		step += "; ready when GET " + p.ready.http + " answers"
	case p.ready.tcp:
		step += "; ready when its port accepts"
	case p.ready.log != "":
		step += fmt.Sprintf("; ready when its log matches %q", p.ready.log)
	case len(p.ready.exec) > 0:
		step += "; ready when " + p.ready.exec[0] + " succeeds"
	}
	return step
}

// unsupported refuses to do on this system what needs a supervisor.
func unsupported(err error) providers.Diagnostics {
	return providers.Errorf(nil, "Not on this system", "%s.", capital(err))
}

func capital(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Prepare names the socket of the supervisor that Up will start.
func (e *environment) Prepare(_ context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	if err := supervisor.Supported(); err != nil {
		return providers.EnvironmentHandle{}, unsupported(err)
	}
	if !filepath.IsAbs(req.RunDir) {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Run folder is not absolute",
			"The run folder %q must be an absolute path: the handle is used from any directory.", req.RunDir)
	}
	data, err := newHandle(req).encode()
	if err != nil {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Cannot make the handle", "%s.", err)
	}
	return providers.EnvironmentHandle{Run: req.Run, Address: req.Address, Type: typeName, Data: data}, nil
}
