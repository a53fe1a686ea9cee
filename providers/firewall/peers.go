package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"go4.org/netipx"
)

// ParsePeers reads addresses ("10.0.0.7", "fd00::7") and CIDRs ("10.0.0.0/8"). The
// result is never nil, so that no peers are nobody.
func ParsePeers(texts []string) ([]netip.Prefix, error) {
	peers := make([]netip.Prefix, 0, len(texts))
	var errs []error
	for _, text := range texts {
		peer, err := parsePeer(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("peer %q: expected an IP address or a CIDR: %w", text, err))
			continue
		}
		peers = append(peers, peer)
	}
	return peers, errors.Join(errs...)
}

func parsePeer(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	if addr.Zone() != "" {
		return netip.Prefix{}, errors.New("a zone cannot be matched; name the device in the scope")
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// ranges are the addresses that a set of peers has, without those excluded, sorted and
// disjoint as the kernel wants its intervals.
func ranges(peers, excluded []netip.Prefix, everybody netip.Prefix) ([]netipx.IPRange, error) {
	if peers == nil {
		peers = []netip.Prefix{everybody}
	}
	var set netipx.IPSetBuilder
	addAll(peers, everybody, set.AddPrefix)
	addAll(excluded, everybody, set.RemovePrefix)
	built, err := set.IPSet()
	if err != nil {
		return nil, fmt.Errorf("merge the peers: %w", err)
	}
	return built.Ranges(), nil
}

// addAll hands on the prefixes of one address family.
func addAll(prefixes []netip.Prefix, family netip.Prefix, add func(netip.Prefix)) {
	for _, p := range prefixes {
		if p.Addr().Is4() == family.Addr().Is4() {
			add(p.Masked())
		}
	}
}
