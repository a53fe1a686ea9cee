package engines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/miekg/dns"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
)

// resolvConf is the same in every container of a pod.
const resolvConf = "/etc/resolv.conf"

// names answers questions of the pod to its resolvers.
type names struct{ tables }

// Start listens before any question is led there.
func (e names) Start(ctx context.Context, id string, deadline time.Time, raw json.RawMessage) (agent.Running, error) {
	asked, err := read[task.Names](raw)
	if err != nil {
		return nil, err
	}
	e.tidy()
	config, err := dns.ClientConfigFromFile(resolvConf)
	if err != nil {
		return nil, fmt.Errorf("read whom the pod asks for names: %w", err)
	}
	return startNames(ctx, id, asked.For(deadline, config.Servers))
}

// startNames leads questions to the upstreams of a specification to an engine.
func startNames(ctx context.Context, id string, spec dnsfault.Spec) (agent.Running, error) {
	peers, err := firewall.ParsePeers(spec.Upstreams)
	if err != nil {
		return nil, fmt.Errorf("read whom the pod asks for names: %s: %w", resolvConf, err)
	}
	for _, p := range peers {
		if listen := loopback(p.Addr().Is6()); !slices.Contains(spec.Listen, listen) {
			spec.Listen = append(spec.Listen, listen)
		}
	}
	if err := straight(firewall.Scope{Direction: firewall.Egress}, "Put a fault into the pods that the names stand for, or choose one on packets"); err != nil {
		return nil, err
	}
	if err := aloneWithNames(id); err != nil {
		return nil, err
	}
	engine, err := dnsfault.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	r := &namesRunning{engine: engine, drained: make(chan struct{})}
	for _, protocol := range []firewall.Protocol{firewall.UDP, firewall.TCP} {
		table, err := firewall.Install(firewall.Spec{
			ID: id + part + string(protocol), Deadline: spec.Deadline, Verdict: firewall.Redirect(engine.Port()),
			Scope: firewall.Scope{Direction: firewall.Egress, Protocol: protocol, Peers: peers, DestinationPorts: []firewall.PortRange{firewall.Port(dnsPort)}},
		})
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		r.tables = append(r.tables, table)
	}
	if err := aloneWithNames(id); err != nil { // another came at the same moment
		return nil, errors.Join(err, r.Close())
	}
	if err := firewall.Forget(ctx, peers, dnsPort, engine.Port()); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}
