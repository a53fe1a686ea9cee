package firewall_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/firewall"
)

func prefixes(texts ...string) []netip.Prefix {
	found := []netip.Prefix{}
	for _, text := range texts {
		found = append(found, netip.MustParsePrefix(text))
	}
	return found
}

// TestRivals: of a fault on what comes in to port 80, by whichever verdict, and by whatever another has.
func TestRivals(t *testing.T) {
	on := func(d firewall.Direction, ports ...firewall.PortRange) firewall.Scope {
		return firewall.Scope{Direction: d, Protocol: firewall.TCP, DestinationPorts: ports}
	}
	web := firewall.Port(80)
	to := func(s firewall.Scope, peers ...string) firewall.Scope {
		s.Peers = prefixes(peers...)
		return s
	}
	moving := func(s firewall.Scope) firewall.Scope {
		s.Moving = true
		return s
	}
	in := on(firewall.Ingress, web)
	for name, c := range map[string]struct {
		there, wanted firewall.Scope
		rivals        bool
	}{
		"the same":                 {in, in, true},
		"the other direction":      {in, on(firewall.Egress, web), false},
		"both directions":          {in, on(firewall.Both, web), true},
		"both directions there":    {on("", web), on(firewall.Egress, web), true},
		"another port":             {in, on(firewall.Ingress, firewall.Port(81)), false},
		"ports that have it":       {in, on(firewall.Ingress, firewall.PortRange{First: 79, Last: 90}), true},
		"ports on both sides":      {in, on(firewall.Ingress, firewall.PortRange{First: 1, Last: 79}, firewall.PortRange{First: 81, Last: 65535}), false},
		"the last port":            {on(firewall.Ingress, firewall.Port(65535)), on(firewall.Ingress, firewall.PortRange{First: 81, Last: 65535}), true},
		"all ports":                {in, on(firewall.Ingress), true},
		"all ports there":          {on(firewall.Ingress), in, true},
		"of other source ports":    {firewall.Scope{Protocol: firewall.TCP, SourcePorts: []firewall.PortRange{web}}, firewall.Scope{SourcePorts: []firewall.PortRange{firewall.Port(81)}}, false},
		"somebody of everybody":    {in, to(in, "10.0.0.7/32"), true},
		"somebody there":           {to(in, "10.0.0.7/32"), in, true},
		"others":                   {to(in, "10.0.0.7/32", "fd00::7/128"), to(in, "10.0.0.6/32", "10.0.0.8/29", "fd00::8/125"), false},
		"one of several":           {to(in, "10.0.0.7/32", "fd00::7/128"), to(in, "10.1.0.0/16", "fd00::/64"), true},
		"one of the other family":  {to(in, "10.0.0.7/32"), to(in, "fd00::7/128"), false},
		"nobody":                   {in, to(in), false},
		"names":                    {to(in, "10.0.0.7/32"), moving(to(in, "10.0.0.8/32")), true},
		"names there":              {moving(to(in, "10.0.0.7/32")), to(in, "10.0.0.8/32"), true},
		"names, on another port":   {moving(to(in, "10.0.0.7/32")), on(firewall.Ingress, firewall.Port(81)), false},
		"names there of no family": {moving(to(in)), to(in), false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, verdict := range []firewall.Verdict{firewall.Transparent(9), firewall.Redirect(9)} {
				table, err := firewall.Install(firewall.Spec{ID: "first", Scope: c.there, Verdict: verdict, Deadline: time.Now().Add(long)})
				require.NoError(t, err)
				found, err := firewall.Rivals("second", c.wanted)
				require.NoError(t, err)
				assert.Equal(t, c.rivals, len(found) == 1 && found[0] == "first", "%v", found)
				assert.NoError(t, table.Lift())
			}
		})
	}
}

// TestNoRivals: neither a fault itself, nor one that has ended, nor those on packets or questions.
func TestNoRivals(t *testing.T) {
	scope := onPort(80)
	udp := scope
	udp.Protocol = firewall.UDP
	for id, s := range map[string]firewall.Spec{
		"self":   {Scope: scope, Verdict: firewall.Transparent(9)},
		"ended":  {Scope: scope, Verdict: firewall.Redirect(9)},
		"drop":   {Scope: scope, Verdict: firewall.Drop()},
		"queue":  {Scope: scope, Verdict: firewall.Queue(9, true)},
		"names":  {Scope: udp, Verdict: firewall.Redirect(9)},
		"second": {Scope: scope, Verdict: firewall.Redirect(9)},
		"first":  {Scope: scope, Verdict: firewall.Redirect(9)},
	} {
		s.ID, s.Deadline = id, time.Now().Add(long)
		table, err := firewall.Install(s)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, table.Lift()) })
	}
	require.NoError(t, firewall.Disarm("ended"))
	found, err := firewall.Rivals("self", scope)
	require.NoError(t, err)
	assert.Equal(t, []string{"first", "second"}, found)
}
