package sample

import (
	"slices"
	"sync/atomic"
	"time"
)

// entry is a task with its next due time.
type entry struct {
	task   Task
	limit  int
	due    time.Time
	flying atomic.Int32 // probers that have not returned
	panics atomic.Int64
}

// schedule is a binary heap of entries, the one that is due next on top.
type schedule []*entry

// newSchedule spreads the tasks over their first interval.
func newSchedule(tasks []Task, start time.Time) schedule {
	s := make(schedule, len(tasks))
	for i, task := range tasks {
		offset := time.Duration(float64(task.Interval) * float64(i) / float64(len(tasks)))
		s[i] = &entry{task: task, limit: task.limit(), due: start.Add(offset)}
	}
	slices.SortStableFunc(s, func(a, b *entry) int { return a.due.Compare(b.due) }) // sorted is a heap
	return s
}

// split tells the entries that the sampler has to keep from those that keep
// themselves. Both stay sorted, and so a heap.
func (s schedule) split() (own, streams schedule) {
	for _, e := range s {
		if e.task.Streamer != nil {
			streams = append(streams, e)
		} else {
			own = append(own, e)
		}
	}
	return own, streams
}

// next is when the next sample is due. The schedule must not be empty.
func (s schedule) next() time.Time { return s[0].due }

// take gives what is due next, and moves its entry on by one interval. Adding
// to the due time and not to the present keeps the schedule free of drift.
func (s schedule) take() (e *entry, due time.Time) {
	e = s[0]
	due = e.due
	e.due = due.Add(e.task.Interval)
	s.sink()
	return e, due
}

// sink moves the top entry down to where it belongs.
func (s schedule) sink() {
	for i := 0; ; {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(s); child++ {
			if s[child].due.Before(s[first].due) {
				first = child
			}
		}
		if first == i {
			return
		}
		s[i], s[first] = s[first], s[i]
		i = first
	}
}
