package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
)

// scene is what a look at a fault finds to begin with.
type scene struct {
	record     providers.Record
	undo       undo
	supervised bool              // false: the supervisor is gone, by what /proc says
	status     supervisor.Status // when supervised
	fault      supervisor.FaultStatus
}

// look asks the supervisor for all that it owns. That it does not answer is not
// yet proof that it is gone: only /proc tells.
func look(ctx context.Context, record providers.Record) (scene, error) {
	undo, err := readUndo(record)
	if err != nil {
		return scene{}, err
	}
	s := scene{record: record, undo: undo, fault: supervisor.FaultStatus{ID: record.ID, Phase: supervisor.PhaseNone}}
	client := supervisor.NewClient(undo.Socket)
	defer client.Close()
	for {
		s.status, err = client.Status(ctx)
		if err == nil {
			s.supervised = true
			break
		}
		if !errors.Is(err, supervisor.ErrUnreachable) {
			return s, err
		}
		present, failed := supervisor.Present(record.Run, undo.Environment)
		if failed != nil {
			return s, failed
		}
		if !present {
			return s, nil
		}
		if err := pauseBetweenLooks(ctx); err != nil {
			return s, fmt.Errorf("the supervisor of %s runs but does not answer: %w", undo.Environment, err)
		}
	}
	for _, fault := range s.status.Faults {
		if fault.ID == record.ID {
			s.fault = fault
		}
	}
	return s, nil
}

// pauseBetweenLooks waits while a supervisor starts or ends.
func pauseBetweenLooks(ctx context.Context) error {
	timer := time.NewTimer(5 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finding is what a look at one target found.
type finding struct {
	target string
	state  providers.State
	detail string // for states other than active
	facts  []providers.Fact
}

// sum puts the findings on all targets together. There is evidence only when
// every target has shown an effect: one silent target leaves the fault unproven.
func sum(findings []finding) providers.Observation {
	var o providers.Observation
	active, absent, silent := 0, 0, 0
	for _, f := range findings {
		switch f.state {
		case providers.Active:
			active++
		case providers.Absent:
			absent++
		}
		if len(f.facts) == 0 {
			silent++
		}
		o.Evidence = append(o.Evidence, f.facts...)
		if f.detail != "" {
			o.Detail += separator(o.Detail) + f.target + ": " + f.detail
		}
	}
	if silent > 0 {
		o.Evidence = nil
	}
	switch len(findings) {
	case absent:
		return providers.Observation{State: providers.Absent, Detail: o.Detail}
	case active:
		o.State = providers.Active
	default:
		o.State = providers.Partial
	}
	return o
}

func separator(before string) string {
	if before == "" {
		return ""
	}
	return "; "
}

// identity is the start of a process that a target means.
func identity(t providers.Target) (procfs.Identity, error) {
	id, err := procfs.ParseIdentity(t.UID)
	if err != nil {
		return id, fmt.Errorf("target %s/%s: %w", t.Kind, t.Name, err)
	}
	return id, nil
}

// addTargets names the targets to the supervisor.
func addTargets(spec *supervisor.FaultSpec, targets []providers.Target) error {
	for _, t := range targets {
		switch t.Kind {
		case kindProcess:
			id, err := identity(t)
			if err != nil {
				return err
			}
			spec.Processes = append(spec.Processes, supervisor.ProcessTarget{Name: t.Name, Identity: id})
		case kindLink:
			spec.Links = append(spec.Links, t.Name)
		}
	}
	return nil
}
