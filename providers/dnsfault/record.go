package dnsfault

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// record is one to answer with, and for which names.
type record struct {
	owner string // canonical; empty: every name that the rule's patterns match
	names pattern
	rr    dns.RR
}

func (r record) of(name string) bool { return r.owner == "" || r.names.matches(name) }

// cname is the canonical target of a CNAME, or false.
func (r record) cname() (string, bool) {
	alias, ok := r.rr.(*dns.CNAME)
	if !ok {
		return "", false
	}
	return canonical(alias.Target), true
}

// parseRecord reads one line of a zone file. The owner is cut off first, since a
// pattern need not be a name that the parser of zones takes.
func parseRecord(text string, ttl uint32) (record, error) {
	owner, rest := cutOwner(text)
	if rest == "" || strings.HasPrefix(owner, "$") || strings.HasPrefix(owner, ";") {
		return record{}, fmt.Errorf(`record %q: expected "OWNER TYPE DATA", such as "shop.test A 192.0.2.1"`, text)
	}
	rr, err := parseZoneLine(rest, ttl)
	if err != nil {
		return record{}, fmt.Errorf(`record %q: %w; expected "OWNER TYPE DATA", such as "shop.test A 192.0.2.1"`, text, err)
	}
	return newRecord(owner, rr, text)
}

func cutOwner(text string) (owner, rest string) {
	text = strings.TrimSpace(text)
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

func parseZoneLine(rest string, ttl uint32) (dns.RR, error) {
	parser := dns.NewZoneParser(strings.NewReader("owner."+rest+"\n"), ".", "")
	parser.SetDefaultTTL(ttl)
	rr, ok := parser.Next()
	if err := parser.Err(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("holds no record")
	}
	if _, more := parser.Next(); more || parser.Err() != nil {
		return nil, errors.New("holds more than one record")
	}
	return rr, nil
}

func newRecord(owner string, rr dns.RR, text string) (record, error) {
	if err := checkRecord(rr); err != nil {
		return record{}, fmt.Errorf("record %q: %w", text, err)
	}
	if owner == "@" {
		return record{rr: rr}, nil
	}
	names, err := compilePattern(owner)
	if err != nil {
		return record{}, fmt.Errorf("record %q: owner: %w", text, err)
	}
	return record{owner: canonical(owner), names: names, rr: rr}, nil
}

// checkRecord refuses what cannot be in an answer.
func checkRecord(rr dns.RR) error {
	header := rr.Header()
	if header.Class != dns.ClassINET {
		return fmt.Errorf("class is %s: expected IN", dns.Class(header.Class))
	}
	if t := header.Rrtype; t == dns.TypeOPT || t == dns.TypeTSIG || t == dns.TypeTKEY || t >= dns.TypeIXFR && t <= dns.TypeANY {
		return fmt.Errorf("type is %s, which is never an answer: expected one such as A, AAAA, CNAME or TXT", dns.Type(t))
	}
	if _, err := dns.PackRR(rr, make([]byte, dns.MaxMsgSize), 0, nil, false); err != nil {
		return fmt.Errorf("cannot be encoded: %w", err)
	}
	return nil
}

// addressRecord is an A or AAAA record of an entry of Addresses.
func addressRecord(owner, text string, ttl uint32) (record, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return record{}, fmt.Errorf("address of %s is %q: expected an IPv4 or IPv6 address, such as 192.0.2.1", owner, text)
	}
	kind := "AAAA"
	if addr = addr.Unmap(); addr.Is4() {
		kind = "A"
	}
	return parseRecord(owner+" "+kind+" "+addr.String(), ttl)
}
