package kubernetes

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// addresses are those of faults, by their IDs: an agent refuses a fault beside another by the ID of that, which
// nobody has chosen. The zero value is ready.
type addresses struct {
	mu  sync.Mutex
	all map[string]string
}

func (a *addresses) add(id, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[string]string{}
	}
	a.all[id] = address
}

// explain says of an error which faults the IDs in it are.
func (a *addresses) explain(err error) error {
	if err == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var known []string
	for id, address := range a.all {
		if strings.Contains(err.Error(), id) {
			known = append(known, fmt.Sprintf("%s is %s", id, address))
		}
	}
	if len(known) == 0 {
		return err
	}
	slices.Sort(known)
	return fmt.Errorf("%w (%s)", err, strings.Join(known, ", "))
}
