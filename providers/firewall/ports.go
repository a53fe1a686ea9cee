package firewall

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PortRange is the ports from First to Last, both included. As text, and in JSON, it
// is "80" or "8000-8080".
type PortRange struct{ First, Last uint16 }

// Port is the range of one port.
func Port(port uint16) PortRange { return PortRange{First: port, Last: port} }

// MarshalText writes "80" or "8000-8080".
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (r *PortRange) UnmarshalText(text []byte) error {
	first, last, isRange := strings.Cut(string(text), "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.ParseUint(first, 10, 16)
	b, errB := strconv.ParseUint(last, 10, 16)
	if errA != nil || errB != nil {
		return fmt.Errorf("ports %q: expected a port such as 80 or a range such as 8000-8080, up to 65535", text)
	}
	*r = PortRange{First: uint16(a), Last: uint16(b)}
	return r.validate()
}

func (r PortRange) String() string {
	if r.First == r.Last {
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

func (r PortRange) validate() error {
	if r.First == 0 || r.First > r.Last {
		return fmt.Errorf("ports %s: expected 1 to 65535, the lower one first", r)
	}
	return nil
}

// mergePorts sorts ranges and joins those that touch: the kernel refuses intervals
// that overlap.
func mergePorts(ranges []PortRange) []PortRange {
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b PortRange) int { return cmp.Compare(a.First, b.First) })
	var merged []PortRange
	for _, r := range sorted {
		if n := len(merged); n > 0 && int(r.First) <= int(merged[n-1].Last)+1 {
			merged[n-1].Last = max(merged[n-1].Last, r.Last)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
