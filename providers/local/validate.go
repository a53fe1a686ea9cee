package local

import (
	"cmp"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// identifier is what a name must look like to be used in a reference.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// validateEnvironment finds what the schema cannot express.
func validateEnvironment(values schema.Values) providers.Diagnostics {
	c := readConfig(values)
	var diags providers.Diagnostics
	for _, p := range c.processes {
		diags = append(diags, c.validateProcess(p, values.BlockMap("process")[p.name])...)
	}
	for _, l := range c.links {
		diags = append(diags, c.validateLink(l)...)
	}
	if order := c.validateOrder(); len(order) > 0 {
		return append(diags, order...)
	}
	return append(diags, c.validateStopping()...)
}

// mostStopping is how long processes may take to end, with room for those that are killed then.
const mostStopping = providers.MostDown - 10*time.Second

// validateStopping finds processes that may still be ending when the environment is given up: a process ends after
// those that depend on it.
func (c config) validateStopping() providers.Diagnostics {
	late := slices.DeleteFunc(slices.Clone(c.processes), func(p processConfig) bool { return c.stopping(p) <= mostStopping })
	if len(late) == 0 {
		return nil
	}
	first := slices.MinFunc(late, func(a, b processConfig) int { return cmp.Compare(c.stopping(a), c.stopping(b)) })
	return providers.Errorf(cty.GetAttrPath("process").GetAttr(first.name).GetAttr("stop_timeout"), "Processes may end too late",
		"Process %q may take %s to end, together with those that depend on it and end before it. An environment has %s for that: "+
			"beyond it the run would be dirty. Choose a shorter stop_timeout.", first.name, c.stopping(first), mostStopping)
}

// stopping is how long a process may take from the beginning of the end until it has ended. There are no cycles.
func (c config) stopping(p processConfig) time.Duration {
	var before time.Duration
	for _, other := range c.processes {
		if slices.Contains(other.dependsOn, p.name) {
			before = max(before, c.stopping(other))
		}
	}
	return before + p.stopTimeout
}

func (c config) validateProcess(p processConfig, values schema.Values) providers.Diagnostics {
	path := cty.GetAttrPath("process").GetAttr(p.name)
	diags := validateName(path, p.name)
	if values.Known("command") && values.Attr("command").LengthInt() == 0 {
		diags = append(diags, providers.Errorf(path.GetAttr("command"), "Empty command",
			"A command needs at least the executable, such as [\"./bin/server\"].")...)
	}
	for i, port := range p.ports {
		if !identifier.MatchString(port) {
			diags = append(diags, providers.Errorf(path.GetAttr("ports"), "Invalid port name",
				"%q is not a name that references can use: expected letters, digits, _ and -, not beginning with a digit.", port)...)
		}
		if slices.Contains(p.ports[:i], port) {
			diags = append(diags, providers.Errorf(path.GetAttr("ports"), "Duplicate port", "The port %q is named twice.", port)...)
		}
	}
	return append(diags, p.validateReady(values, path.GetAttr("ready"))...)
}

func (p processConfig) validateReady(values schema.Values, path cty.Path) providers.Diagnostics {
	if p.ready.log != "" {
		if _, err := regexp.Compile(p.ready.log); err != nil {
			return providers.Errorf(path.GetAttr("log"), "Invalid regular expression", "%s.", err)
		}
	}
	if p.ready.http != "" && !strings.HasPrefix(p.ready.http, "/") {
		return providers.Errorf(path.GetAttr("http"), "Invalid path",
			"%q is not a path: expected one that begins with a slash, such as \"/healthz\".", p.ready.http)
	}
	if p.ready.http == "" && !p.ready.tcp || !values.Attr("ports").IsWhollyKnown() {
		return nil
	}
	if _, err := p.readyPort(); err != nil {
		return providers.Errorf(path, "No port to look at", "%s.", err)
	}
	return nil
}

// readyPort is the name of the port that readiness looks at.
func (p processConfig) readyPort() (string, error) {
	switch {
	case p.ready.port == "" && len(p.ports) == 1:
		return p.ports[0], nil
	case p.ready.port == "":
		return "", fmt.Errorf("process %q has %d ports, so ready needs port, the name of the one to look at", p.name, len(p.ports))
	case !slices.Contains(p.ports, p.ready.port):
		return "", fmt.Errorf("process %q has no port %q in its ports%s", p.name, p.ready.port, meant(p.ready.port, p.ports))
	}
	return p.ready.port, nil
}

func (c config) validateLink(l linkConfig) providers.Diagnostics {
	path := cty.GetAttrPath("link").GetAttr(l.name)
	diags := validateName(path, l.name)
	if _, _, err := net.SplitHostPort(l.to); l.to != "" && err != nil {
		diags = append(diags, providers.Errorf(path.GetAttr("to"), "Invalid address",
			"%q is not an address: expected host:port, such as self.process.web.address.http.", l.to)...)
	}
	if _, found := c.process(l.from); l.from != "" && !found {
		diags = append(diags, c.unknownProcess(path.GetAttr("from"), l.from)...)
	}
	return diags
}

func validateName(path cty.Path, name string) providers.Diagnostics {
	if identifier.MatchString(name) {
		return nil
	}
	return providers.Errorf(path, "Invalid name",
		"%q is not a name that references can use: expected letters, digits, _ and -, not beginning with a digit.", name)
}

// validateOrder finds unknown names and cycles in depends_on.
func (c config) validateOrder() providers.Diagnostics {
	var diags providers.Diagnostics
	for _, p := range c.processes {
		path := cty.GetAttrPath("process").GetAttr(p.name).GetAttr("depends_on")
		for _, name := range p.dependsOn {
			if _, found := c.process(name); !found {
				diags = append(diags, c.unknownProcess(path, name)...)
			}
		}
		if way := c.cycle(p.name, p.name, nil); way != nil {
			diags = append(diags, providers.Errorf(path, "Processes wait for each other",
				"%s: no one of them could start first. Remove one of these dependencies.", strings.Join(way, " → "))...)
		}
	}
	return diags
}

// cycle is a way from a process back to goal, or nil. Every process on a cycle
// has one, so each is reported where it is written.
func (c config) cycle(from, goal string, way []string) []string {
	p, _ := c.process(from)
	way = append(way[:len(way):len(way)], from)
	for _, next := range p.dependsOn {
		if next == goal {
			return append(way, goal)
		}
		if slices.Contains(way, next) {
			continue
		}
		if found := c.cycle(next, goal, way); found != nil {
			return found
		}
	}
	return nil
}

func (c config) unknownProcess(path cty.Path, name string) providers.Diagnostics {
	return providers.Errorf(path, "Unknown process", "This environment has no process %q%s.", name, meant(name, c.processNames()))
}

// meant completes a sentence about a name that does not exist.
func meant(name string, names []string) string {
	if nearest := schema.Nearest(name, names); nearest != "" {
		return fmt.Sprintf(" (did you mean %q?)", nearest)
	}
	if len(names) == 0 {
		return "; it has none"
	}
	return "; it has " + strings.Join(names, ", ")
}
