package sample

import (
	"slices"
	"time"
)

// recent is the newest points, sorted by due time. Points arrive almost in
// order, so that an insertion moves only those that were due later and came
// back sooner.
type recent struct {
	points []Point
	keep   time.Duration
}

func (r *recent) add(p Point) {
	i := len(r.points)
	for i > 0 && p.Due.Before(r.points[i-1].Due) {
		i--
	}
	r.points = slices.Insert(r.points, i, p)
	r.prune()
}

// prune drops what no window can ask for any more. Dropped points are cleared,
// because the array behind the slice would keep their fields alive.
func (r *recent) prune() {
	oldest := r.points[len(r.points)-1].Due.Add(-r.keep)
	n := 0
	for r.points[n].Due.Before(oldest) {
		n++
	}
	clear(r.points[:n])
	r.points = r.points[n:]
}

// between is the points due in [from, to). It is valid until the next add.
func (r *recent) between(from, to time.Time) []Point {
	first, last := r.search(from), r.search(to)
	if last < first {
		return nil
	}
	return r.points[first:last]
}

// search is the position of the first point due at that moment or later.
func (r *recent) search(at time.Time) int {
	i, _ := slices.BinarySearchFunc(r.points, at, func(p Point, t time.Time) int { return p.Due.Compare(t) })
	return i
}
