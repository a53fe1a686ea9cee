package dnsfault

import "github.com/miekg/dns"

// Kind is what a rule does.
type Kind string

// The kinds of rules, named after their faults.
const (
	Error Kind = "dns_error" // answers with RCode, or not at all
	Spoof Kind = "dns_spoof" // answers with Records and Addresses
)

// RCode is what an Error rule answers (RFC 1035, section 4.1.1).
type RCode string

// The answers of an Error rule.
const (
	ServFail RCode = "servfail" // the default
	NXDomain RCode = "nxdomain"
	Refused  RCode = "refused"
	Timeout  RCode = "timeout" // no answer
)

// Rule is one fault.
type Rule struct {
	ID   string `json:"id"` // names it in Stats
	Kind Kind   `json:"kind"`

	// Patterns are of names, as the package comment says. A Spoof rule without any
	// matches the owners of its records.
	Patterns []string `json:"patterns,omitempty"`
	// Percent of the matching questions that are hit, each by a choice of its own,
	// above 0 and up to 100. A lookup often is two questions (A and AAAA), and a
	// resolver asks again after SERVFAIL.
	Percent float64 `json:"percent"`

	RCode RCode `json:"rcode,omitempty"` // of Error; empty: servfail

	// Records of Spoof, each one record in the syntax of zone files (RFC 1035,
	// section 5.1), such as "shop.test 5 IN A 192.0.2.1". TTL and class may be left
	// out. All names are absolute, with or without the dot at the end. The owner is
	// a pattern, or @ for every name that Patterns match.
	//
	// A name that has records but none of the type asked for gets an empty answer,
	// else the true AAAA would defeat a false A. A CNAME is followed, first among
	// these records, then to the resolver, as clients do not follow it themselves.
	Records []string `json:"records,omitempty"`
	// Addresses of Spoof maps an owner, as above, to IPv4 and IPv6 addresses.
	Addresses map[string][]string `json:"addresses,omitempty"`
	// TTL in seconds of records that have none. 0 is 0: nobody caches them.
	TTL uint32 `json:"ttl,omitempty"`
}

// code is the number of the rule's RCode; Timeout has none.
func (r Rule) code() int {
	switch r.RCode {
	case NXDomain:
		return dns.RcodeNameError
	case Refused:
		return dns.RcodeRefused
	default:
		return dns.RcodeServerFailure
	}
}
