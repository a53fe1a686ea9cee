package dnsfault

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/miekg/dns"
)

// zone is what a Spoof rule answers with.
type zone []record

// compileZone reads a rule's records and addresses, these in the order of their
// owners, so that answers do not change from run to run.
func compileZone(r Rule) (zone, error) {
	var z zone
	var errs []error
	add := func(rec record, err error) {
		errs = append(errs, err)
		z = append(z, rec)
	}
	for _, text := range r.Records {
		add(parseRecord(text, r.TTL))
	}
	for _, owner := range slices.Sorted(maps.Keys(r.Addresses)) {
		for _, text := range r.Addresses[owner] {
			add(addressRecord(owner, text, r.TTL))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return z, z.check(r)
}

func (z zone) check(r Rule) error {
	if len(z) == 0 {
		return fmt.Errorf("records and addresses are empty: %s expected at least one", Spoof)
	}
	var errs []error
	for i, rec := range z {
		if rec.owner == "" && len(r.Patterns) == 0 {
			errs = append(errs, fmt.Errorf("record %q: owner is @, which is what patterns match: expected patterns, or a name", rec.rr))
		}
		errs = append(errs, z.checkAlias(i))
	}
	return errors.Join(errs...)
}

// checkAlias holds that a name with a CNAME has nothing else (RFC 1034, section
// 3.6.2), as far as owners that are spelt alike are concerned.
func (z zone) checkAlias(i int) error {
	if _, alias := z[i].cname(); !alias {
		return nil
	}
	for j := range z {
		if i != j && z[i].owner == z[j].owner {
			return fmt.Errorf("record %q: its owner has other records: expected one CNAME alone", z[i].rr)
		}
	}
	return nil
}

// find has the records of a name. A CNAME to the name itself is none, so that
// *.shop.test may lead to one.shop.test.
func (z zone) find(name string) []record {
	var found []record
	for _, rec := range z {
		if target, alias := rec.cname(); rec.of(name) && (!alias || target != name) {
			found = append(found, rec)
		}
	}
	return found
}

// pick has those that answer a question of a type: these, or the CNAME.
func pick(records []record, qtype uint16) (answers []record, alias *record) {
	for i, rec := range records {
		switch kind := rec.rr.Header().Rrtype; {
		case kind == qtype || qtype == dns.TypeANY:
			answers = append(answers, rec)
		case kind == dns.TypeCNAME && alias == nil:
			alias = &records[i]
		}
	}
	return answers, alias
}

// named is the record for a name, with its life cut to so many seconds.
func (r record) named(name string, life uint32) dns.RR {
	rr := dns.Copy(r.rr)
	rr.Header().Name = name
	rr.Header().Ttl = min(rr.Header().Ttl, life)
	return rr
}
