package faultproxy

import "math"

// million is the resolution of a share: a percent with four decimals.
const million = 1_000_000

// picks reports whether the n-th candidate, from 0, is among the chosen percent.
//
// The candidates are cut into strata that hold one chosen each, at a place that
// the seed decides. So the share is exact wherever percent × count is whole (10
// % of 1,000 is 100), and yet no rhythm in the traffic can fall in step with it,
// as it could with every tenth.
func picks(percent float64, seed, n int64) bool {
	c := perMillion(percent)
	if c > million/2 {
		return !stratum(million-c, seed, n)
	}
	return stratum(c, seed, n)
}

// perMillion is how many of a million a percent is.
func perMillion(percent float64) int64 { return int64(math.Round(percent / 100 * million)) }

// stratum reports whether n is the chosen one of its stratum, with so many
// chosen in a million.
func stratum(chosen, seed, n int64) bool {
	if chosen == 0 {
		return false
	}
	n %= million // the pattern repeats, and nothing overflows
	k := n * chosen / million
	low, high := ceilDiv(k*million, chosen), ceilDiv((k+1)*million, chosen)
	return n == low+int64(hash(seed, k)%uint64(high-low))
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// hash mixes a seed and a number into 64 even bits (the finalizer of
// SplitMix64), so that a choice needs no state.
func hash(seed, n int64) uint64 {
	x := uint64(seed) + (uint64(n)+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance maps a seed and a number to [0, 1).
func chance(seed, n int64) float64 { return float64(hash(seed, n)>>11) / (1 << 53) }
