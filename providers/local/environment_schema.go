package local

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
)

// Types of attributes, by their shape.
func text() schema.Type     { return schema.Type{Kind: schema.String} }
func texts() schema.Type    { return schema.Type{Kind: schema.String, Of: schema.ListOf} }
func textMap() schema.Type  { return schema.Type{Kind: schema.String, Of: schema.MapOf} }
func duration() schema.Type { return schema.Type{Kind: schema.Duration} }
func integer() schema.Type  { return schema.Type{Kind: schema.Whole} }
func percent() schema.Type  { return schema.Type{Kind: schema.Percent} }
func size() schema.Type     { return schema.Type{Kind: schema.Size} }
func boolean() schema.Type  { return schema.Type{Kind: schema.Bool} }

func environmentSchema() *schema.Block {
	return &schema.Block{
		Description: "Processes on this machine and links between them. All of it is ended with the run, also when gameday is killed.",
		Blocks: []schema.NestedBlock{
			{Name: "process", Label: "name", Nesting: schema.Map, Block: processSchema()},
			{Name: "link", Label: "name", Nesting: schema.Map, Block: linkSchema()},
		},
	}
}

func processSchema() *schema.Block {
	return &schema.Block{
		Description: "A process. It leads a process group of its own, which is ended as a whole. What it prints goes to a log in the run folder.",
		Attributes: []schema.Attribute{
			{
				Name: "command", Type: texts(), Required: true, Example: `["./bin/server", "-v"]`,
				Description: "The executable and its arguments, without a shell. A name without a slash is looked up in PATH; a relative path starts in the configuration's directory.",
			},
			{
				Name: "env", Type: textMap(), Example: `{ LISTEN = self.process.web.address.http }`,
				Description: "Environment variables, added to those of gameday itself. GAMEDAY_VAR_ variables are not passed on.",
			},
			{
				Name: "dir", Type: text(),
				Description: "Working directory. A relative path starts in the configuration's directory, which is also the default.",
			},
			{
				Name: "ports", Type: texts(), Example: `["http"]`,
				Description: "Names of ports. A free port of 127.0.0.1 is chosen for each: self.process.NAME.ports.PORT is its number, self.process.NAME.address.PORT its host:port.",
			},
			{Name: "labels", Type: textMap(), Description: "Labels by which faults select the process."},
			{
				Name: "restart", Type: text(), Default: cty.StringVal("never"), OneOf: []string{"never", "always", "on_failure"},
				Description: "When the process is started again after it ended by itself. on_failure means an exit code other than 0, or a signal.",
			},
			{
				Name: "stop_signal", Type: text(), Default: cty.StringVal("SIGTERM"), OneOf: signalNames(),
				Description: "The signal that asks the process to end.",
			},
			{
				Name: "stop_timeout", Type: duration(), Default: cty.StringVal("5s"),
				Description: "How long the process may take to end before it gets SIGKILL. All processes together have 50 s, one after the other as they depend on each other.",
			},
			{
				Name: "depends_on", Type: texts(), Example: `["database"]`,
				Description: "Names of processes that must be ready before this one starts. It is stopped before them.",
			},
		},
		Blocks: []schema.NestedBlock{{Name: "ready", Nesting: schema.Single, Block: readySchema()}},
	}
}

func readySchema() *schema.Block {
	return &schema.Block{
		Description: "How it is known that the process is ready. Without it, a process is ready as soon as it runs.",
		Attributes: []schema.Attribute{
			{Name: "http", Type: text(), Example: `"/healthz"`, Description: "Path that answers a GET with 2xx or 3xx."},
			{Name: "tcp", Type: boolean(), Description: "Whether it is enough that the port accepts connections."},
			{Name: "log", Type: text(), Example: `"listening on"`, Description: "Regular expression (RE2) that the log of this start matches; ^ and $ are the ends of a line."},
			{Name: "exec", Type: texts(), Example: `["pg_isready"]`, Description: "Command that ends with exit code 0. It runs with the process's environment and directory."},
			{Name: "port", Type: text(), Description: "Name of the port that http and tcp use. Not needed when the process has only one."},
			{Name: "interval", Type: duration(), Default: cty.StringVal("50ms"), Min: schema.Number(0.001), Description: "Time between two looks."},
			{Name: "timeout", Type: duration(), Default: cty.StringVal("10s"), Min: schema.Number(0.001), Description: "How long the process may take to become ready. Where a fault ended it, it has 60 s, or until 5 s after that fault's deadline; beyond them the run is dirty."},
		},
		Exclusive: [][]string{{"http", "tcp", "log", "exec"}},
	}
}

func linkSchema() *schema.Block {
	return &schema.Block{
		Description: "A hop of TCP that faults can act on: whoever connects to self.link.NAME.address reaches the address in to.",
		Attributes: []schema.Attribute{
			{Name: "to", Type: text(), Required: true, Example: `self.process.web.address.http`, Description: "host:port that the link leads to."},
			{Name: "from", Type: text(), Example: `"checkout"`, Description: "Name of the process that uses the link. It is shown in plans and changes nothing."},
			{Name: "labels", Type: textMap(), Description: "Labels by which faults select the link."},
		},
	}
}
