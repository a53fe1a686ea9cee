//go:build linux

package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"syscall"
)

// processes are all processes of the environment.
type processes struct {
	spawner *spawner
	marks   func(name string) []string
	life    context.Context
	log     *slog.Logger

	mu     sync.Mutex
	byName map[string]*process
}

// add registers a process; the same name twice is the same process.
func (ps *processes) add(spec ProcessSpec) *process {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if known := ps.byName[spec.Name]; known != nil {
		return known
	}
	p := &process{
		spec: spec, spawner: ps.spawner, life: ps.life, log: ps.log,
		env: withMarks(spec.Env, ps.marks(spec.Name)),
	}
	ps.byName[spec.Name] = p
	return p
}

func (ps *processes) named(name string) (*process, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p := ps.byName[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("there is no process %q in this environment", name)
}

// all are the processes, sorted by name.
func (ps *processes) all() []*process {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	var all []*process
	for _, name := range slices.Sorted(maps.Keys(ps.byName)) {
		all = append(all, ps.byName[name])
	}
	return all
}

func (ps *processes) status() []ProcessStatus {
	var out []ProcessStatus
	for _, p := range ps.all() {
		out = append(out, p.status())
	}
	return out
}

// stopAll stops every process, a process only after those that depend on it.
func (ps *processes) stopAll() {
	all := ps.all()
	stopped := map[string]chan struct{}{}
	for _, p := range all {
		stopped[p.spec.Name] = make(chan struct{})
	}
	var wait sync.WaitGroup
	for _, p := range all {
		wait.Go(func() {
			defer close(stopped[p.spec.Name])
			for _, dependent := range all {
				if slices.Contains(dependent.spec.DependsOn, p.spec.Name) && dependent != p {
					<-stopped[dependent.spec.Name]
				}
			}
			p.hold()
			if err := p.stop(context.Background(), syscall.Signal(p.spec.StopSignal), p.spec.StopTimeout); err != nil {
				ps.log.Error("stop", "process", p.spec.Name, "error", err)
			}
		})
	}
	wait.Wait()
}
