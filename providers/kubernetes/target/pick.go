package target

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/gameday-dev/gameday/providers/schema"
)

// wanted is how many of n to choose. A share is rounded up, so that it never
// comes to nothing where there is something.
func wanted(body schema.Values, n int) int {
	switch {
	case body.Known("count"):
		return min(n, body.Int("count"))
	case body.Known("percent"):
		const rounding = 1e-9 // of the product, which must not make 3 of 10 out of 2
		return min(n, int(math.Ceil(float64(n)*body.Float("percent")/100-rounding)))
	default:
		return n
	}
}

// pick draws n candidates. What each draws depends on nothing but the seed and
// its name, so the same plan picks the same ones on every machine, in whatever
// order the server lists them; and one that comes or goes does not change what
// the others draw.
func pick(eligible []candidate, n int, seed int64) []candidate {
	type drawn struct {
		candidate
		lot  [sha256.Size]byte
		name string
	}
	all := make([]drawn, len(eligible))
	for i, c := range eligible {
		all[i] = drawn{c, lot(c, seed), c.name()}
	}
	slices.SortFunc(all, func(a, b drawn) int {
		return cmp.Or(bytes.Compare(a.lot[:], b.lot[:]), cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
	})
	all = all[:n]
	slices.SortFunc(all, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind)) })
	out := make([]candidate, n)
	for i, d := range all {
		out[i] = d.candidate
	}
	return out
}

func lot(c candidate, seed int64) [sha256.Size]byte {
	text := binary.BigEndian.AppendUint64(make([]byte, 0, 128), uint64(seed))
	return sha256.Sum256(append(append(append(text, c.kind...), '/'), c.name()...))
}
