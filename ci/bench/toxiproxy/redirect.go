package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// insideRole is this program in the namespace in which it measures the redirect.
const insideRole = "redirect"

// idleRules are faults that meet no request and no connection of the traffic: what their
// redirect costs is what everything in a fault's scope pays that is not hit.
func idleRules() map[string]string {
	return map[string]string{
		"gameday, http_status": `{"id":"r","kind":"http_status","percent":100,"status":503,"match":{"path":"/never/**"}}`,
		"gameday, tcp_reset":   `{"id":"r","kind":"reset","probability":1e-15,"seed":1}`,
	}
}

// startPods makes a pod for each way: the server alone; with the agent, which was told to
// redirect; and with Toxiproxy on a port of its own, which is how it is used.
func startPods(s settings) (ways []way, stop func(), err error) {
	var children []*child
	stop = func() {
		for _, c := range children {
			c.stop()
		}
	}
	for n, name := range redirectTrial().ways {
		started, address, err := startPod(n, name, s.agent)
		children = append(children, started...)
		if err != nil {
			stop()
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		ways = append(ways, way{name: name, address: address, command: func(string) error { return nil }})
	}
	return ways, stop, nil
}

func startPod(n int, name, agent string) (children []*child, address string, err error) {
	p, err := newPod(n)
	if err != nil {
		return nil, "", err
	}
	server, err := p.start("server", "")
	if err != nil {
		return nil, "", err
	}
	children, address = append(children, server), server.address
	rule, redirected := idleRules()[name]
	switch {
	case redirected:
		c, err := p.redirect(agent, port(address), rule)
		if err != nil {
			return children, "", err
		}
		children = append(children, c)
	case name == "toxiproxy":
		c, err := p.start(name, address)
		if err != nil {
			return children, "", err
		}
		children, address = append(children, c), c.address
	}
	return children, address, nil
}

func port(address string) string {
	_, port, _ := strings.Cut(address, ":")
	return port
}

// redirect starts the agent in the pod and asks it for a fault on the streams to a port, as the
// runner does.
func (p pod) redirect(agent, port, rule string) (*child, error) {
	const name = "bench"
	cmd := exec.Command(agent, "resident", "-name="+name)
	cmd.Stderr = os.Stderr
	if err := p.inside(cmd.Start); err != nil {
		return nil, fmt.Errorf("start the agent: %w", err)
	}
	c := &child{cmd: cmd, end: func() { _ = cmd.Process.Signal(os.Interrupt) }}
	const lasts = time.Hour
	fault := &wire.Fault{
		Engine: "streams", Deadline: time.Now().Add(lasts), For: lasts,
		Spec: fmt.Appendf(nil, `{"scope":{"direction":"ingress","destination_ports":[%q]},"rules":[%s]}`, port, rule),
	}
	return c, p.ask(agent, name, wire.Request{Version: wire.Version, Op: wire.Inject, ID: name, Fault: fault})
}

// ask carries a request to the agent of a name.
func (p pod) ask(agent, name string, request wire.Request) error {
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	cmd := exec.Command(agent, "ask", "-name="+name)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, os.Stderr
	if err := p.inside(cmd.Run); err != nil {
		return fmt.Errorf("ask the agent: %w", err)
	}
	reply, err := wire.Read[wire.Reply](&out)
	if err != nil {
		return err
	}
	return reply.Err()
}
