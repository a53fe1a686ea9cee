package firewall

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSpecSurvivesJSON(t *testing.T) {
	for _, peers := range [][]netip.Prefix{nil, {}, {netip.MustParsePrefix("10.0.0.0/8")}} {
		spec := Spec{
			ID: "x", Verdict: Queue(7, true), Deadline: time.Unix(1, 0).UTC(),
			Scope: Scope{Direction: Both, Peers: peers, SourcePorts: []PortRange{Port(80), {First: 1, Last: 9}}},
		}
		text, err := json.Marshal(spec)
		require.NoError(t, err)
		var read Spec
		require.NoError(t, json.Unmarshal(text, &read))
		assert.Empty(t, cmp.Diff(spec, read, cmpopts.EquateComparable(netip.Prefix{})), "nobody is not everybody")
	}
}

func TestParsePeers(t *testing.T) {
	peers, err := ParsePeers([]string{"10.0.0.7", "10.0.0.0/8", "::ffff:10.0.0.8", "fd00::/8"})
	require.NoError(t, err)
	var texts []string
	for _, peer := range peers {
		texts = append(texts, peer.String())
	}
	assert.Equal(t, []string{"10.0.0.7/32", "10.0.0.0/8", "10.0.0.8/32", "fd00::/8"}, texts)
	_, err = ParsePeers([]string{"shop", "fe80::1%eth0"})
	assert.ErrorContains(t, err, "shop")
	assert.ErrorContains(t, err, "zone")
}

func TestValidate(t *testing.T) {
	for want, scope := range map[string]Scope{
		"direction":     {Direction: "up"},
		"protocol":      {Protocol: "sctp"},
		"ICMP has none": {Protocol: ICMP, SourcePorts: []PortRange{Port(1)}},
		"at most 15":    {Device: "a-name-that-is-too-long"},
		"lower one":     {SourcePorts: []PortRange{{First: 9, Last: 1}}},
		"a peer":        {Peers: []netip.Prefix{{}}},
	} {
		assert.ErrorContains(t, scope.Validate(), want)
	}
}

func TestMergedPortsAreTheSamePorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		port := rapid.Uint16Range(1, 40)
		given := rapid.SliceOf(rapid.Custom(func(t *rapid.T) PortRange {
			a, b := port.Draw(t, "a"), port.Draw(t, "b")
			return PortRange{First: min(a, b), Last: max(a, b)}
		})).Draw(t, "ranges")
		merged := mergePorts(given)
		for p := range uint16(50) {
			assert.Equal(t, contain(given, p), contain(merged, p))
		}
		for i := 1; i < len(merged); i++ {
			assert.Greater(t, merged[i].First, merged[i-1].Last+1)
		}
	})
}

func contain(ranges []PortRange, port uint16) bool {
	for _, r := range ranges {
		if r.First <= port && port <= r.Last {
			return true
		}
	}
	return false
}

func FuzzPortRange(f *testing.F) {
	f.Add("80")
	f.Add("8000-8080")
	f.Fuzz(func(t *testing.T, text string) {
		var r PortRange
		if r.UnmarshalText([]byte(text)) != nil {
			return
		}
		var again PortRange
		require.NoError(t, again.UnmarshalText([]byte(r.String())))
		assert.Equal(t, r, again)
	})
}

func FuzzParsePeers(f *testing.F) {
	f.Add("10.0.0.0/8")
	f.Add("fd00::1")
	f.Fuzz(func(t *testing.T, text string) {
		peers, err := ParsePeers([]string{text})
		if err == nil {
			assert.NoError(t, Scope{Peers: peers}.Validate())
		}
	})
}
