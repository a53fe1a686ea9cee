package dnsfault

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// maxInFlight keeps descriptors within what a container may have.
const maxInFlight = 1 << 16

// Validate reports all that is wrong, each with what was expected and found.
func (s Spec) Validate() error {
	errs := []error{s.validateNetwork(), s.validateBounds()}
	if len(s.Rules) == 0 {
		errs = append(errs, errors.New("rules are empty: expected at least one fault"))
	}
	seen := make(map[string]bool)
	for i, r := range s.Rules {
		if seen[r.ID] {
			errs = append(errs, fmt.Errorf("rule %d: id %q is taken by an earlier rule: expected one of its own", i, r.ID))
		}
		seen[r.ID] = true
		errs = append(errs, r.Validate())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("DNS fault: %w", err)
	}
	return nil
}

func (s Spec) validateNetwork() error {
	var errs []error
	for _, text := range s.Listen {
		if addr, err := netip.ParseAddr(text); err != nil || !addr.IsLoopback() {
			errs = append(errs, fmt.Errorf("listen is %q: expected a loopback address without port, such as 127.0.0.1 or ::1", text))
		}
	}
	if len(s.Upstreams) == 0 {
		errs = append(errs, errors.New("upstreams are empty: expected the addresses of the resolvers in resolv.conf"))
	}
	for _, text := range s.Upstreams {
		if addr, err := resolver(text); err != nil || addr.Port() == 0 {
			errs = append(errs, fmt.Errorf("upstream is %q: expected an address or address:port, such as 10.96.0.10", text))
		}
	}
	return errors.Join(errs...)
}

func (s Spec) validateBounds() error {
	var errs []error
	if s.Deadline.IsZero() {
		errs = append(errs, errors.New("deadline is missing: expected when the fault ends"))
	}
	if s.Timeout < 0 || s.Timeout > time.Minute {
		errs = append(errs, fmt.Errorf("timeout is %v: expected 0s (the default of %v) to 1m", s.Timeout, defaultTimeout))
	}
	if s.InFlight < 0 || s.InFlight > maxInFlight {
		errs = append(errs, fmt.Errorf("in_flight is %d: expected 0 (the default of %d) to %d", s.InFlight, defaultInFlight, maxInFlight))
	}
	return errors.Join(errs...)
}

// Validate reports all that is wrong with the rule.
func (r Rule) Validate() error {
	var errs []error
	if r.ID == "" {
		errs = append(errs, errors.New("id is empty: expected a name for the evidence"))
	}
	if !(r.Percent > 0 && r.Percent <= 100) { // refuses NaN, too
		errs = append(errs, fmt.Errorf("percent is %v: expected above 0 and up to 100", r.Percent))
	}
	_, err := compilePatterns(r.Patterns)
	errs = append(errs, err, r.validateKind())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("rule %q: %w", r.ID, err)
	}
	return nil
}

func (r Rule) validateKind() error {
	switch r.Kind {
	case Error:
		return r.validateError()
	case Spoof:
		if r.RCode != "" {
			return fmt.Errorf("rcode is %q: only %s has one", r.RCode, Error)
		}
		_, err := compileZone(r)
		return err
	default:
		return fmt.Errorf("kind is %q: expected %s or %s", r.Kind, Error, Spoof)
	}
}

func (r Rule) validateError() error {
	var errs []error
	switch r.RCode {
	case "", ServFail, NXDomain, Refused, Timeout:
	default:
		errs = append(errs, fmt.Errorf("rcode is %q: expected servfail, nxdomain, refused or timeout", r.RCode))
	}
	if len(r.Patterns) == 0 {
		errs = append(errs, errors.New("patterns are empty: expected names, or ** for all"))
	}
	if len(r.Records) > 0 || len(r.Addresses) > 0 {
		errs = append(errs, fmt.Errorf("records are given: only %s has some", Spoof))
	}
	return errors.Join(errs...)
}
