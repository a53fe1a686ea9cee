package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// scope is which packets of the pod are meant, and the names of peers that the agent
// looks up.
func (at site) scope(ctx context.Context) (firewall.Scope, []string, error) {
	v := at.config
	s := firewall.Scope{
		Direction: firewall.Direction(v.String("direction")), Protocol: firewall.Protocol(v.String("protocol")), Device: v.String("device"),
	}
	var errs [3]error
	s.SourcePorts, errs[0] = portRanges(v.Strings("source_ports"))
	s.DestinationPorts, errs[1] = portRanges(v.Strings("destination_ports"))
	var hosts []string
	s.Peers, hosts, errs[2] = at.peers(ctx)
	return s, hosts, errors.Join(errs[:]...)
}

// streamScope is which connections are meant.
func (at site) streamScope(ctx context.Context) (firewall.Scope, []string, error) {
	peers, hosts, err := at.peers(ctx)
	return firewall.Scope{
		Direction: firewall.Direction(at.config.String("direction")), Protocol: firewall.TCP, Peers: peers,
		DestinationPorts: []firewall.PortRange{firewall.Port(uint16(at.config.Int("port")))},
	}, hosts, err
}

func portRanges(texts []string) ([]firewall.PortRange, error) {
	var out []firewall.PortRange
	var errs []error
	for _, text := range texts {
		var r firewall.PortRange
		errs = append(errs, r.UnmarshalText([]byte(text)))
		out = append(out, r)
	}
	return out, errors.Join(errs...)
}

// peers are the other ends, and those that are named: nil for everybody. Pods and
// services are those of now; what starts later is not among them.
func (at site) peers(ctx context.Context) ([]netip.Prefix, []string, error) {
	if !at.config.Has("to") {
		return nil, nil, nil
	}
	block := at.config.Block("to")
	peers, err := firewall.ParsePeers(block.Strings("cidrs"))
	if err != nil || at.session == nil {
		return peers, block.Strings("hosts"), err
	}
	w, err := at.session.read(ctx, freshFor)
	if err != nil {
		return nil, nil, err
	}
	pods, err := at.peerPods(block, w)
	if err != nil {
		return nil, nil, err
	}
	services, err := servicePeers(block.Strings("services"), w)
	return append(append(peers, pods...), services...), block.Strings("hosts"), err
}

// peerPods are the addresses of the pods that a block selects; none where it names no
// pods at all.
func (at site) peerPods(block schema.Values, w *world.World) ([]netip.Prefix, error) {
	if !selectsPods(block) {
		return nil, nil
	}
	choice, diags := target.Choose(target.Pod, block, w, at.session.Access.Namespaces, at.seed)
	if diags.HasErrors() {
		return nil, fmt.Errorf("choose the pods in to: %s", diagnosed(diags))
	}
	var texts []string
	for _, pod := range podsNamed(w, uidsOf(choice.Targets)) {
		for _, ip := range pod.Status.PodIPs {
			texts = append(texts, ip.IP)
		}
	}
	return firewall.ParsePeers(texts)
}

func diagnosed(diags providers.Diagnostics) string {
	var texts []string
	for _, d := range diags {
		texts = append(texts, d.Summary+": "+d.Detail)
	}
	return strings.Join(texts, "; ")
}

// selectsPods reports whether a block says anything of pods.
func selectsPods(block schema.Values) bool {
	for _, a := range target.Block(target.Pod).Block.Attributes {
		if !isPeerless(a.Name) && block.Has(a.Name) {
			return true
		}
	}
	return false
}

// isPeerless names attributes of targets that mean nothing for peers.
func isPeerless(name string) bool { return name == "count" || name == "percent" || name == "container" }

// servicePeers are the addresses of services and of what stands behind them: a pod
// sends to the one, and what comes in may be from the other.
func servicePeers(names []string, w *world.World) ([]netip.Prefix, error) {
	var texts []string
	for _, name := range names {
		found := serviceAddresses(name, w)
		if len(found) == 0 {
			return nil, fmt.Errorf("the service %q in to has no address, or is not in a namespace of the environment: write namespace/name, or name its host in hosts", name)
		}
		texts = append(texts, found...)
	}
	return firewall.ParsePeers(texts)
}

func serviceAddresses(name string, w *world.World) []string {
	var texts []string
	for i := range w.Services {
		if s := &w.Services[i]; s.Namespace+"/"+s.Name == name {
			for _, ip := range s.Spec.ClusterIPs {
				if _, err := netip.ParseAddr(ip); err == nil { // "None" is not one
					texts = append(texts, ip)
				}
			}
		}
	}
	for i := range w.Slices {
		if s := &w.Slices[i]; s.Namespace+"/"+s.Labels[discoveryv1.LabelServiceName] == name {
			for _, e := range s.Endpoints {
				texts = append(texts, e.Addresses...)
			}
		}
	}
	return texts
}
