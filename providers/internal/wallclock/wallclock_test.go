package wallclock

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// clock is a wall clock that can be set.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.ahead.Load())) }

func TestAfterFunc(t *testing.T) {
	for name, test := range map[string]struct{ lives, set, want time.Duration }{
		"a clock that is left alone":         {lives: 90500 * time.Millisecond, want: 90500 * time.Millisecond},
		"a machine that was suspended":       {lives: 90 * time.Second, set: time.Hour, want: 11 * time.Second},
		"a clock that is set a bit forward":  {lives: 90 * time.Second, set: 20 * time.Second, want: 70 * time.Second},
		"a clock that is set back":           {lives: 90 * time.Second, set: -time.Hour, want: 90 * time.Second},
		"a deadline that has passed already": {lives: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var c clock
				begun, called := time.Now(), make(chan time.Duration, 2)
				afterFunc(c.now().Add(test.lives), c.now, func() { called <- time.Since(begun) })
				time.AfterFunc(10*time.Second+time.Millisecond, func() { c.ahead.Store(int64(test.set)) })
				assert.Equal(t, test.want, <-called)
				time.Sleep(2 * time.Hour)
				assert.Empty(t, called, "once")
			})
		})
	}
}

func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := AfterFunc(time.Now().Add(time.Minute), func() { t.Error("it was stopped") })
		time.Sleep(59 * time.Second)
		stopped.Stop()
		stopped.Stop()
		time.Sleep(time.Hour)

		late := make(chan struct{})
		AfterFunc(time.Now().Add(-time.Minute), func() { close(late) })
		<-late
	})
}
