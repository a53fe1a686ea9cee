package local

import (
	"maps"
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers/schema"
)

// config is an environment's body. Slices are sorted by name.
type config struct {
	processes []processConfig
	links     []linkConfig
}

type processConfig struct {
	name        string
	command     []string
	env         map[string]string
	dir         string
	ports       []string
	labels      map[string]string
	restart     string
	stopSignal  string
	stopTimeout time.Duration
	dependsOn   []string
	ready       readyConfig
}

type readyConfig struct {
	http     string
	tcp      bool
	log      string
	exec     []string
	port     string
	interval time.Duration
	timeout  time.Duration
}

type linkConfig struct {
	name   string
	to     string
	from   string
	labels map[string]string
}

// readConfig reads a decoded body; what is unknown reads as its zero value.
func readConfig(values schema.Values) config {
	var c config
	processes := values.BlockMap("process")
	for _, name := range slices.Sorted(maps.Keys(processes)) {
		c.processes = append(c.processes, readProcess(name, processes[name]))
	}
	links := values.BlockMap("link")
	for _, name := range slices.Sorted(maps.Keys(links)) {
		v := links[name]
		c.links = append(c.links, linkConfig{
			name: name, to: v.String("to"), from: v.String("from"), labels: v.StringMap("labels"),
		})
	}
	return c
}

func readProcess(name string, v schema.Values) processConfig {
	return processConfig{
		name: name, command: v.Strings("command"), env: v.StringMap("env"), dir: v.String("dir"),
		ports: v.Strings("ports"), labels: v.StringMap("labels"), restart: v.String("restart"),
		stopSignal: v.String("stop_signal"), stopTimeout: v.Duration("stop_timeout"),
		dependsOn: v.Strings("depends_on"), ready: readReady(v.Block("ready"), v.Has("ready")),
	}
}

func readReady(v schema.Values, set bool) readyConfig {
	if !set {
		return readyConfig{interval: 50 * time.Millisecond, timeout: 10 * time.Second}
	}
	return readyConfig{
		http: v.String("http"), tcp: v.Bool("tcp"), log: v.String("log"), exec: v.Strings("exec"),
		port: v.String("port"), interval: v.Duration("interval"), timeout: v.Duration("timeout"),
	}
}

func (c config) process(name string) (processConfig, bool) {
	i := slices.IndexFunc(c.processes, func(p processConfig) bool { return p.name == name })
	if i < 0 {
		return processConfig{}, false
	}
	return c.processes[i], true
}

func (c config) processNames() []string {
	var names []string
	for _, p := range c.processes {
		names = append(names, p.name)
	}
	return names
}
