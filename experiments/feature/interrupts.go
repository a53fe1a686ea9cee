package feature

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// dying is how long a signal may take to end the process that sent it to itself.
const dying = 10 * time.Second

// interrupts are the signals that are to end this process, and the runs in it. A signal is the process's, not a run's:
// of two runs at a time, each in a test of its own, the one that passed it on when it was out itself would end the other in
// the middle of its undo. So every run is told, and the last one out passes it on.
type interrupts struct {
	end func(syscall.Signal) // ends the process; returns where somebody else takes the signal

	mu   sync.Mutex
	runs map[chan syscall.Signal]bool // those that are not out yet; each is told once
	now  *interrupt                   // nil while there is none
	mute func()                       // stops listening; nil while nobody listens
}

// interrupt is a signal that has come.
type interrupt struct {
	signal syscall.Signal
	over   chan struct{} // closed when it has been passed on
}

// process has the interrupts of this one. Tests that run side by side know nothing of each other, so that they have no
// other place to meet.
var process = &interrupts{end: endBy} //nolint:gochecknoglobals // signals come to the whole process

// enter begins to listen for a run. It is told by the channel when it is to stop, and calls leave when it has undone and
// told everything; leave returns once nothing more is to be waited for.
func (i *interrupts) enter() (told <-chan syscall.Signal, leave func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	run := make(chan syscall.Signal, 1)
	if len(i.runs) == 0 {
		i.runs = map[chan syscall.Signal]bool{}
	}
	i.runs[run] = true
	switch {
	case i.now != nil: // the process is about to end: nothing is to begin any more
		run <- i.now.signal
	case i.mute == nil:
		i.listen()
	}
	return run, func() { i.leave(run) }
}

// listen waits for a signal, in a goroutine that ends with mute.
func (i *interrupts) listen() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	i.mute = func() {
		signal.Stop(signals)
		close(signals)
		i.mute = nil
	}
	go func() {
		for s := range signals { // one that came before the end is among them
			got, _ := s.(syscall.Signal) // every signal is one here
			i.tell(got)
		}
	}()
}

// tell tells every run. A second signal ends the process at once.
func (i *interrupts) tell(got syscall.Signal) {
	i.mu.Lock()
	if i.mute != nil {
		i.mute()
	}
	if i.now != nil {
		i.mu.Unlock()
		return
	}
	now := &interrupt{signal: got, over: make(chan struct{})}
	i.now = now
	for run := range i.runs {
		run <- got
	}
	alone := len(i.runs) == 0
	i.mu.Unlock()
	if alone { // it came as the last one left
		i.pass(now)
	}
}

// leave waits, after a signal, for the runs that are still undoing: a test that went on would begin something new.
func (i *interrupts) leave(run chan syscall.Signal) {
	i.mu.Lock()
	delete(i.runs, run)
	now, last := i.now, len(i.runs) == 0
	if last && i.mute != nil {
		i.mute()
	}
	i.mu.Unlock()
	switch {
	case now == nil:
	case last:
		i.pass(now)
	default:
		<-now.over
	}
}

// pass passes the signal on to the process.
func (i *interrupts) pass(now *interrupt) {
	i.end(now.signal)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.now == now { // and no other run has passed it on as well, that came late
		i.now = nil
		close(now.over)
	}
}

// endBy sends this process a signal that nobody here listens to any more.
func endBy(got syscall.Signal) {
	_ = syscall.Kill(os.Getpid(), got) // there is nobody to tell
	<-time.After(dying)                // another thread may be the one that takes it
}
