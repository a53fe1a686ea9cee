package sample

import (
	"container/heap"
	"sync/atomic"
	"time"
)

// entry is a task with its next due time.
type entry struct {
	task   Task
	limit  int
	due    time.Time
	flying atomic.Int32 // probers that have not returned
}

// schedule is a heap of entries, the one that is due next on top.
type schedule []*entry

// newSchedule spreads the tasks over their first interval.
func newSchedule(tasks []Task, start time.Time) schedule {
	s := make(schedule, len(tasks))
	for i, task := range tasks {
		offset := time.Duration(float64(task.Interval) * float64(i) / float64(len(tasks)))
		s[i] = &entry{task: task, limit: task.limit(), due: start.Add(offset)}
	}
	heap.Init(&s)
	return s
}

// next is when the next sample is due. The schedule must not be empty.
func (s schedule) next() time.Time { return s[0].due }

// take gives what is due next, and moves its entry on by one interval. Adding
// to the due time and not to the present keeps the schedule free of drift.
func (s schedule) take() (e *entry, due time.Time) {
	e = s[0]
	due = e.due
	e.due = due.Add(e.task.Interval)
	heap.Fix(&s, 0)
	return e, due
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push is never called: a schedule does not grow.
func (s *schedule) Push(x any) { *s = append(*s, x.(*entry)) }

// Pop is never called: a schedule does not shrink.
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
