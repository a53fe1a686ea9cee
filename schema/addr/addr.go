// Package addr names things: typed addresses of everything in a configuration,
// their text form, and the parsing of those that users give.
package addr

import (
	"strings"
)

// ModulePath is the way from the root module to a module, by call names.
type ModulePath []string

// String is "module.a.module.b", or "" for the root.
func (p ModulePath) String() string {
	parts := make([]string, len(p))
	for i, name := range p {
		parts[i] = "module." + name
	}
	return strings.Join(parts, ".")
}

// Key tells the instances of a for_each apart. The zero Key means that there is
// just one.
type Key struct {
	Text string
	Set  bool
}

// EachKey is the key of a for_each instance.
func EachKey(text string) Key { return Key{Text: text, Set: true} }

// String is `["a"]`, or "" for no key.
func (k Key) String() string {
	if !k.Set {
		return ""
	}
	return "[" + quote(k.Text) + "]"
}

// ModuleStep is one call on the way to a module instance.
type ModuleStep struct {
	Name string
	Key  Key
}

// ModuleInstance is an instance of a module; empty for the root.
type ModuleInstance []ModuleStep

// String is `module.a["x"].module.b`, or "" for the root.
func (m ModuleInstance) String() string {
	parts := make([]string, len(m))
	for i, step := range m {
		parts[i] = "module." + step.Name + step.Key.String()
	}
	return strings.Join(parts, ".")
}

// Child is the instance that a call with key makes inside m.
func (m ModuleInstance) Child(name string, key Key) ModuleInstance {
	return append(m[:len(m):len(m)], ModuleStep{name, key})
}

// Object is a named thing in a module: an environment, an experiment, a suite.
type Object struct {
	Module ModuleInstance
	Kind   string // "environment", "experiment", "suite"
	Name   string
}

// String is `module.a.experiment.x`.
func (o Object) String() string {
	return prefixed(o.Module.String(), o.Kind+"."+o.Name)
}

// Part is a named thing inside an experiment: a fault, a probe, an assertion.
type Part struct {
	Experiment Object
	Kind       string // "fault", "probe", "load", "assert", "stop_condition", "action"
	Name       string
	Key        Key
}

// String is `experiment.x.fault.y["k"]`.
func (p Part) String() string { return p.Experiment.String() + "." + p.Local() }

// Local is the address inside the experiment: `fault.y["k"]`.
func (p Part) Local() string { return p.Kind + "." + p.Name + p.Key.String() }

func prefixed(prefix, rest string) string {
	if prefix == "" {
		return rest
	}
	return prefix + "." + rest
}
