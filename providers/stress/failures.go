package stress

import (
	"errors"
	"sync"
)

// ErrKilled says that somebody killed a worker.
var ErrKilled = errors.New("the worker was killed")

// ErrUnsupported says that this system has no workers.
var ErrUnsupported = errors.New("stress needs Linux")

// failures are those of several workers.
type failures struct {
	mu  sync.Mutex
	all []error
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, err)
}

func (f *failures) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.all...)
}
