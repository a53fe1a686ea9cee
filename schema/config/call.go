package config

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/schema/syntax"
)

// Bounds on modules, against calls that multiply.
const (
	maxModuleDepth = 32
	maxModuleCalls = 2000
)

func (d *moduleDecoder) call(block *hcl.Block, name string) *ModuleCall {
	content, rest := d.partial(block, bodySchema([]string{"source!", "for_each", "depends_on"}))
	c := &ModuleCall{
		Name:      name,
		Source:    d.staticString(content, "source"),
		ForEach:   argument(content, "for_each"),
		DependsOn: d.dependsOn(content),
		Inputs:    d.attributes(rest),
		DeclRange: block.DefRange,
	}
	if c.Source != "" {
		c.Module = d.child(c, content.Attributes["source"].Expr.Range())
	}
	return c
}

// child loads the module that a call names; nil, with an error, if it cannot.
func (d *moduleDecoder) child(c *ModuleCall, at hcl.Range) *Module {
	if detail := badSource(c.Source); detail != "" {
		d.invalid(at, "Invalid module source", "%s", detail)
		return nil
	}
	d.calls++
	if len(d.chain.dirs) > maxModuleDepth || d.calls > maxModuleCalls {
		d.invalid(at, "Too many modules", "Modules may call one another up to %d levels deep, and %d times in all.", maxModuleDepth, maxModuleCalls)
		return nil
	}
	dir := filepath.Join(d.module.Dir, filepath.FromSlash(c.Source))
	if names, diags := syntax.FindConfig(dir); len(names) == 0 {
		for _, diag := range diags {
			d.invalid(at, "Module not found", "The module %q cannot be loaded. %s", c.Name, diag.Detail)
		}
		return nil
	}
	if chain, loops := d.chain.loop(dir); loops {
		d.invalid(at, "Module calls itself", "The modules call one another in a circle: %s.", strings.Join(chain, " → "))
		return nil
	}
	path := append(slices.Clone(d.module.Path), c.Name)
	return d.loader.module(dir, path, d.chain)
}

// badSource says why a source cannot be loaded; "" if it can be tried.
func badSource(source string) string {
	switch {
	case strings.HasPrefix(source, "./"), strings.HasPrefix(source, "../"), source == "..", source == ".":
		return ""
	case filepath.IsAbs(source):
		return "An absolute path ties the configuration to one machine. Give the path from this directory, starting with ./ or ../."
	case strings.Contains(source, "://"), strings.Contains(source, "::"), strings.HasPrefix(source, "git@"):
		return "Modules are local directories; fetching them is not supported by this version. Give a path that starts with ./ or ../."
	default:
		return "Modules are local directories, and the path of one starts with ./ or ../. Did you mean \"./" + source + "\"?"
	}
}

// lineage is the directories from the root module to the current one.
type lineage struct{ dirs []directory }

// directory is one as it is shown, and what tells it apart, whatever way leads
// there.
type directory struct{ shown, real string }

func newDirectory(dir string) directory {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return directory{dir, dir}
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		abs = resolved
	}
	return directory{dir, abs}
}

func (l lineage) with(dir string) lineage {
	return lineage{append(slices.Clone(l.dirs), newDirectory(dir))}
}

// loop finds dir among its own ancestors and gives the way from there and back,
// each directory in quotes.
func (l lineage) loop(dir string) ([]string, bool) {
	wanted := newDirectory(dir).real
	first := slices.IndexFunc(l.dirs, func(ancestor directory) bool { return ancestor.real == wanted })
	if first < 0 {
		return nil, false
	}
	var chain []string
	for _, ancestor := range append(slices.Clone(l.dirs[first:]), l.dirs[first]) {
		chain = append(chain, strconv.Quote(ancestor.shown))
	}
	return chain, true
}
