package feature

import (
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTheLastRunOutPassesASignalOn: the others, also one that begins only then, are told, and wait for it.
func TestTheLastRunOutPassesASignalOn(t *testing.T) {
	var out atomic.Int32
	var ended []syscall.Signal
	i := &interrupts{end: func(got syscall.Signal) {
		if len(ended) == 0 {
			assert.Zero(t, out.Load(), "nobody goes on before the end")
		}
		ended = append(ended, got)
	}}
	first, leaveFirst := i.enter()
	second, leaveSecond := i.enter()
	assert.Empty(t, first)
	i.tell(syscall.SIGTERM)
	i.tell(syscall.SIGINT) // it was on its way when nobody listened any more
	late, leaveLate := i.enter()
	for _, told := range []<-chan syscall.Signal{first, second, late} {
		assert.Equal(t, syscall.SIGTERM, <-told)
		assert.Empty(t, told)
	}
	gone := make(chan struct{})
	for _, leave := range []func(){leaveFirst, leaveSecond, leaveLate} {
		go func() {
			leave()
			out.Add(1)
			gone <- struct{}{}
		}()
	}
	for range 3 {
		<-gone
	}
	assert.Equal(t, []syscall.Signal{syscall.SIGTERM}, ended)

	again, leave := i.enter() // somebody else took the signal
	assert.Empty(t, again)
	leave()
	assert.Nil(t, i.mute)
	i.tell(syscall.SIGINT) // it came as the last one left
	assert.Equal(t, []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}, ended)
}
