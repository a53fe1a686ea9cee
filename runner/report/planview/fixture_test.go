package planview

import (
	"fmt"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/plan"
)

func at(line int) event.Source {
	return event.Source{File: "demo/shop/shop.gameday.hcl", Line: line, EndLine: line}
}

// shopPlan is the plan of one experiment on a shop of three processes.
func shopPlan() *plan.Plan {
	return &plan.Plan{
		Format: plan.FormatVersion, Gameday: "0.1.0", Dir: "demo/shop", Seed: 1886350463,
		Variables:    []plan.Variable{{Name: "variant", Type: `"string"`, Value: `"fragile"`}},
		Providers:    []plan.Provider{{Name: "http", Version: "0.1.0"}, {Name: "local", Version: "0.1.0"}},
		Environments: []plan.Environment{shopEnvironment()},
		Experiments:  []plan.Experiment{shopExperiment()},
		Summary:      plan.Summary{Experiments: 1, Faults: 1, Targets: 1, Environments: 1, Seconds: 10},
	}
}

func shopEnvironment() plan.Environment {
	return plan.Environment{
		Address: "environment.shop", Type: "local",
		EnvironmentPlan: providers.EnvironmentPlan{
			Summary: "3 processes and 1 link on this machine",
			Steps:   []string{"reserve 4 ports", "start the link payments", "start payments, checkout and storefront", "wait until each answers on /healthz"},
			Undo:    "the supervisor ends every process group; it does so by itself if gameday is killed",
			Inventory: []providers.Target{
				{Kind: "link", Name: "payments"},
				{Kind: "process", Name: "checkout"},
				{Kind: "process", Name: "payments"},
				{Kind: "process", Name: "storefront"},
			},
		},
		Source: at(16),
	}
}

func shopExperiment() plan.Experiment {
	return plan.Experiment{
		Address: "experiment.payments_slow", Description: "When payments answers slowly, the storefront keeps answering.",
		Labels: map[string]string{"tier": "critical", "service": "storefront"}, Weight: 1, Environment: "environment.shop",
		Phases: []plan.Phase{
			{Name: "baseline", Seconds: 3}, {Name: "inject"}, {Name: "hold", Seconds: 5}, {Name: "revert"}, {Name: "recovery", Seconds: 2},
		},
		Expected: 10, Longest: 25,
		Loads:  []plan.Series{{Address: "load.shoppers", Type: "http", Summary: "POST http://${environment.shop.process.storefront.address.http}/buy, 40 requests a second", Timeout: 5, Source: at(57)}},
		Probes: []plan.Series{{Address: "probe.storefront", Type: "http", Summary: "GET http://127.0.0.1:8080/healthz", Interval: 0.1, Timeout: 2, Source: at(67)}},
		Assertions: []plan.Assertion{
			{Address: "assert.available", Condition: "probe.storefront.success_ratio >= 0.99", Phases: []string{"baseline", "fault", "recovery"}, MinSamples: 10, Source: at(74)},
			{Address: "assert.responsive", Condition: "probe.storefront.latency.p99 <= 0.5", Phases: []string{"fault", "recovery"}, MinSamples: 10, Source: at(79)},
		},
		Stops:  []plan.Assertion{{Address: "stop_condition.meltdown", Condition: "probe.storefront.success_ratio < 0.05", Window: 3, MinSamples: 10, Source: at(99)}},
		Faults: []plan.Fault{delayFault()},
		Source: at(51),
	}
}

func delayFault() plan.Fault {
	return plan.Fault{
		Address: "fault.payments", Type: "local_network_delay", Duration: 5, Seed: 271828,
		FaultPlan: providers.FaultPlan{
			Effect:   "adds 400ms ± 50ms to every byte, in both directions",
			Targets:  []providers.Target{{Kind: "link", Name: "payments"}},
			Eligible: 1, Population: 1,
			Radius:      []string{"1 of 1 link: payments", "every connection checkout → payments"},
			Undo:        "the link passes bytes on at once again",
			Guard:       "the supervisor, at the deadline",
			Permissions: []providers.Permission{{Action: "listen on loopback", Held: true}},
		},
		Source: at(92),
	}
}

// crowdedPlan uses everything that shopPlan does not: dependencies, rollback,
// suites, many targets, targets not known yet, missing permissions, findings.
func crowdedPlan() *plan.Plan {
	p := shopPlan()
	p.Targeted = []string{"suite.release_gate"}
	kill := plan.Fault{
		Address: `fault.kill["eu"]`, Type: "local_process_kill", Start: 2.5, Delay: 2.5, Duration: 90, Seed: 5,
		DependsOn: []string{"fault.payments"},
		FaultPlan: providers.FaultPlan{
			Effect: "kills with SIGKILL", Eligible: 40, Population: 100, Undo: "starts it again",
			Permissions: []providers.Permission{{Action: "send SIGKILL", Detail: "runs as another user; run gameday as that user"}},
			Adds:        []string{"kind: TimeChaos\nspec:\n  mode: all\n  selector:\n    pods:\n      shop:\n      - web-1", "kind: TimeChaos"},
			Locks:       []string{"machine/cpu", "machine/disk"},
		},
		Source: at(110),
	}
	for i := range 25 {
		kill.Targets = append(kill.Targets, providers.Target{Kind: "pod", Name: fmt.Sprintf("shop/worker-%02d", i), UID: fmt.Sprintf("uid-%02d", i), Owner: "ReplicaSet/worker"})
	}
	later := plan.Fault{
		Address: "fault.later", Type: "kubernetes_pod_kill", Duration: 0.25, Seed: 6,
		FaultPlan: providers.FaultPlan{Effect: "kills", Unknown: "pods are chosen among those that run", Undo: "none needed", Guard: "nothing to end"},
		Source:    at(120),
	}
	e := &p.Experiments[0]
	e.DependsOn, e.Weight = []string{"experiment.first", "experiment.second"}, 2.5
	e.Faults = append(e.Faults, kill, later)
	e.Phases[1].Seconds, e.Phases[2].Seconds = 2.5, 90
	e.Expected, e.Longest = 97.5, 3725
	e.Rollback = []plan.Action{{Address: "action.flush", Type: "exec", Summary: "redis-cli " + longText(), Source: at(130)}, {Address: "action.warm", Type: "http", Source: at(133)}}
	p.Suites = []plan.Suite{
		{Address: "suite.release_gate", Experiments: []string{"experiment.payments_slow"}, HasGate: true, MinScore: 0.9, Source: at(140)},
		{Address: "suite.strict", Experiments: []string{"experiment.payments_slow"}, Source: at(148)},
	}
	p.Findings = []plan.Finding{
		{Severity: plan.SeverityError, Kind: plan.KindPermission, Subject: `experiment.payments_slow.fault.kill["eu"]`, Summary: "Missing permission: send SIGKILL", Detail: "runs as another user; run gameday as that user", Source: at(110)},
		{Severity: plan.SeverityWarning, Kind: plan.KindProvider, Subject: "experiment.payments_slow.fault.later", Summary: "Nothing would replace these pods", Source: at(120)},
	}
	p.Summary = plan.Summary{Experiments: 1, Faults: 3, Targets: 26, Environments: 1, Errors: 1, Warnings: 1, Seconds: 97.5}
	return p
}

func sensitivePlan() *plan.Plan {
	p := shopPlan()
	p.Variables = append(p.Variables,
		plan.Variable{Name: "token", Type: `"string"`, Sensitive: true, Digest: "pbkdf2-sha256$600000$c2FsdA$a2V5"},
		plan.Variable{Name: "words", Type: `"string"`, Value: `"` + longText() + `"`})
	p.Experiments[0].Faults[0].Effect = "adds (sensitive) to every byte"
	return p
}

func longText() string {
	text := ""
	for i := range 60 {
		text += fmt.Sprintf("word%02d ", i)
	}
	return text
}

// hostilePlan tries to write to the terminal behind the reader's back.
func hostilePlan() *plan.Plan {
	p := shopPlan()
	p.Experiments[0].Description = "harmless\x1b[2J\x1b[1;1H\rPlan: nothing\u202e"
	p.Experiments[0].Faults[0].Effect = "line one\nline two\ttabbed \x07"
	p.Experiments[0].Faults[0].Targets[0].Name = "pay\x1bments"
	return p
}
