// Package impact tells what harming targets means for what owns them and for who
// needs them: the share of each workload, disruption budgets that would be
// broken, workloads with a single replica, services without endpoints. It is pure.
package impact

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// Impact is what a choice of targets means.
type Impact struct {
	Radius   []string              // "1 of 2 pods of deployment/payments", in a stable order
	Warnings providers.Diagnostics // budgets, single replicas, services
}

// Of tells the impact of targets whose pods are gone or harmed all at once: pods,
// the pods of workloads, the pods on nodes.
func Of(w *world.World, targets []providers.Target) Impact {
	h := hitBy(w, targets)
	i := Impact{Radius: append(h.shares(), h.beside()...)}
	i.Warnings = append(i.Warnings, h.budgets()...)
	i.Warnings = append(i.Warnings, h.services()...)
	i.Warnings = append(i.Warnings, h.singles()...)
	i.Warnings = append(i.Warnings, h.orphans()...)
	i.Warnings = append(i.Warnings, h.controlPlane()...)
	return i
}

// Shares tells which pods have to do with the targets, where they are not harmed
// at once: those of workloads, behind services, in namespaces, and those that use
// a ConfigMap, a Secret or a claim.
func Shares(w *world.World, targets []providers.Target) Impact {
	h := hitBy(w, targets)
	return Impact{Radius: h.shares()}
}

// Pods is how many pods have to do with the targets.
func Pods(w *world.World, targets []providers.Target) int { return len(hitBy(w, targets).pods) }
