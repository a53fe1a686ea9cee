package prober

import "time"

// flights is what of a schedule is still under way, in the prober's time.
type flights struct {
	scheduled bool
	next      time.Duration         // the schedule goes on here
	due       map[time.Duration]int // launched and not landed, counted
}

func (f *flights) await(next time.Duration) { f.scheduled, f.next = true, next }

func (f *flights) launch(due, next time.Duration) {
	if f.due == nil {
		f.due = map[time.Duration]int{}
	}
	f.due[due]++
	f.await(next)
}

// land notes that a moment is no longer under way. One that was never launched is
// no error: a generator may tell of nothing beforehand.
func (f *flights) land(due time.Duration) {
	if f.due[due] <= 1 {
		delete(f.due, due)
		return
	}
	f.due[due]--
}

// complete is the moment before which everything has landed.
func (f *flights) complete() time.Duration {
	least := f.next
	for due := range f.due {
		least = min(least, due)
	}
	return least
}
