// Package variant names the two ways in which the shop is built.
package variant

import "fmt"

// Variant is a way to build the shop.
type Variant string

const (
	// Fragile has no time-outs and one queue for everything.
	Fragile Variant = "fragile"
	// Resilient has time-outs, a circuit breaker, bulkheads and load shedding.
	Resilient Variant = "resilient"
)

// MarshalText is the variant's name.
func (v Variant) MarshalText() ([]byte, error) { return []byte(v), nil }

// UnmarshalText reads a variant's name and refuses every other word.
func (v *Variant) UnmarshalText(text []byte) error {
	switch got := Variant(text); got {
	case Fragile, Resilient:
		*v = got
		return nil
	default:
		return fmt.Errorf("unknown variant %q: expected fragile or resilient", got)
	}
}
