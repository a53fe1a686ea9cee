package local

import (
	"net"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// places are what is known of an environment beyond its configuration. A nil map
// means that nothing of the kind is known yet.
type places struct {
	ports map[string]map[string]int // of processes, by process and port name
	links map[string]int            // ports of links, by name
	logs  map[string]string         // of processes
	pids  map[string]int            // of processes
}

// host is where everything listens.
const host = "127.0.0.1"

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// outputs is what references to the environment, and self in its body, evaluate
// to: process.NAME.{address.PORT, ports.PORT, pid, log}, link.NAME.{address, port}.
func (p places) outputs(c config) cty.Value {
	processes, links := map[string]cty.Value{}, map[string]cty.Value{}
	for _, process := range c.processes {
		processes[process.name] = p.process(process)
	}
	for _, link := range c.links {
		port, known := p.links[link.name]
		links[link.name] = cty.ObjectVal(map[string]cty.Value{
			"address": textOr(known, address(port)),
			"port":    numberOr(known, port),
		})
	}
	return cty.ObjectVal(map[string]cty.Value{"process": object(processes), "link": object(links)})
}

func (p places) process(process processConfig) cty.Value {
	addresses, ports := map[string]cty.Value{}, map[string]cty.Value{}
	for _, name := range process.ports {
		port, known := p.ports[process.name][name]
		addresses[name], ports[name] = textOr(known, address(port)), numberOr(known, port)
	}
	log, logKnown := p.logs[process.name]
	pid, pidKnown := p.pids[process.name]
	return cty.ObjectVal(map[string]cty.Value{
		"address": object(addresses),
		"ports":   object(ports),
		"log":     textOr(logKnown, log),
		"pid":     numberOr(pidKnown, pid),
	})
}

func object(attributes map[string]cty.Value) cty.Value {
	if len(attributes) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(attributes)
}

func textOr(known bool, value string) cty.Value {
	if !known {
		return cty.UnknownVal(cty.String)
	}
	return cty.StringVal(value)
}

func numberOr(known bool, value int) cty.Value {
	if !known {
		return cty.UnknownVal(cty.Number)
	}
	return cty.NumberIntVal(int64(value))
}

// withPids adds the process ids of a running environment.
func (p places) withPids(status supervisor.Status) places {
	p.pids = map[string]int{}
	for _, process := range status.Processes {
		p.pids[process.Name] = process.Identity.PID
	}
	return p
}
