package sample

import (
	"sync"
	"time"
)

// trailEvery is how often it is noted how far a silent generator must have come.
const trailEvery = 100 * time.Millisecond

// trail follows a generator that tells of no request beforehand: what was due longer
// ago than a request may take has been reported, and nobody knows of what is newer.
// Without it a window would hold what was answered, and so look the better the more
// requests hang. The grace is for a report on its way here. Stop ends it, before the
// series is finished. Where the time-out is not known nothing is waited for.
func (l *LoadRecorder) trail() (stop func()) {
	if l.series.answer <= 0 {
		return func() {}
	}
	began := time.Now()
	l.series.await(began)
	ended := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() { l.advance(began, ended) })
	return func() {
		close(ended)
		group.Wait()
	}
}

func (l *LoadRecorder) advance(began time.Time, ended <-chan struct{}) {
	tick := time.NewTicker(trailEvery)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case now := <-tick.C:
			if whole := now.Add(-l.series.answer - grace); whole.After(began) {
				l.series.await(whole)
			}
		}
	}
}
