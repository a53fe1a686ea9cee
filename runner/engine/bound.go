package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
)

// tellPlan tells what a fault will do where nobody was shown that: its environment was
// not there when the plan was made, or what the plan showed is not so any more.
func (f *fault) tellPlan(findings []plan.Finding, secrets []string) {
	warnings := slices.Concat(f.warnings, plan.WarningsOf(findings, f.def.Addr.String()))
	now, warnings := plan.Told(f.bound, warnings, secrets)
	reason := f.untold(now, warnings)
	if reason == "" {
		return
	}
	told := event.FaultPlanned{
		Experiment: f.x.plan.Address, Fault: f.plan.Address, Type: f.plan.Type, Reason: reason, Source: f.plan.Source,
		Effect: now.Effect, Targets: now.Targets, Eligible: now.Eligible, Population: now.Population,
		Radius: now.Radius, Undo: now.Undo, Guard: now.Guard, Adds: now.Adds, Locks: now.Locks,
	}
	for _, p := range now.Permissions {
		told.Permissions = append(told.Permissions, event.Right{Text: p.Action, Held: p.Held, Detail: p.Detail})
	}
	for _, w := range warnings {
		told.Warnings = append(told.Warnings, event.Warning{Summary: w.Summary, Detail: w.Detail})
	}
	f.x.run.Bus.Emit(told)
}

// untold says why a plan has to be told; empty where the one that was shown says it.
func (f *fault) untold(now providers.FaultPlan, warnings []plan.Finding) string {
	if f.plan.Unknown != "" {
		return "the plan could not know its targets"
	}
	differences := plan.Differences(f.plan.FaultPlan, now, plan.WarningsOf(f.x.run.Plan.Findings, f.def.Addr.String()), warnings)
	if len(differences) == 0 {
		return ""
	}
	return "the plan showed it otherwise: " + strings.Join(differences, ", ")
}

// mostTargets is how many targets a notice names, as the plan's text does; the event of
// the injection has all.
const mostTargets = 20

// tellTargets tells that a fault acts on targets that the plan did not show.
func (f *fault) tellTargets(why string, targets []providers.Target) {
	text := fmt.Sprintf("%s acts on other targets than the plan showed, %s:", f.plan.Address, why)
	for i, t := range targets {
		if i == mostTargets {
			text += fmt.Sprintf("\n… and %d more", len(targets)-mostTargets)
			break
		}
		text += "\n" + targetText(t)
	}
	if len(targets) == 0 {
		text += "\nsome of them are gone, and none is new"
	}
	f.x.run.Bus.Emit(event.Notice{Experiment: f.x.plan.Address, Text: text})
}

func targetText(t providers.Target) string {
	text := t.Kind + "/" + t.Name + " (UID " + t.UID + ")"
	if t.Owner != "" {
		text += ", owned by " + t.Owner
	}
	return text
}
