package plan

import (
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/event"
)

// samplePlan is a plan with something in every field.
func samplePlan() *Plan {
	p := &Plan{
		Format: FormatVersion, Gameday: "0.1.0", Dir: "shop", Seed: 42, Targeted: []string{"suite.gate"},
		Files: []File{
			{Name: "main.gameday.hcl", SHA256: checksum([]byte("main"))},
			{Name: "../lib/lib.gameday.hcl", SHA256: checksum([]byte("lib"))},
			{Name: "asked.txt"},
			{Name: "wanted.txt", Missing: true},
		},
		Variables: []Variable{
			{Name: "token", Type: `"string"`, Sensitive: true},
			{Name: "variant", Type: `"string"`, Value: `"a<b>&c"`},
		},
		Providers:    []Provider{{"http", "0.1.0"}, {"local", "0.1.0"}},
		Environments: []Environment{sampleEnvironment()},
		Experiments:  []Experiment{sampleExperiment()},
		Suites:       []Suite{{Address: "suite.gate", Experiments: []string{"experiment.slow"}, HasGate: true, MinScore: 0.9, MaxInconclusive: 1}},
		Findings:     []Finding{{Severity: SeverityWarning, Kind: KindProvider, Subject: "experiment.slow.fault.payments", Summary: "No guard"}},
	}
	p.Summary = summarize(p)
	return p
}

func sampleEnvironment() Environment {
	return Environment{
		Address: "environment.shop", Type: "local",
		EnvironmentPlan: providers.EnvironmentPlan{
			Summary: "2 processes on this machine", Steps: []string{"start payments", "start checkout"}, Undo: "ends them",
			Inventory: []providers.Target{{Kind: "process", Name: "checkout"}, {Kind: "process", Name: "payments"}},
			Labels:    []providers.Labels{{Target: "process/payments", Labels: map[string]string{"tier": "backend"}}},
		},
		Source: event.Source{File: "main.gameday.hcl", Line: 3, EndLine: 3},
	}
}

func sampleExperiment() Experiment {
	return Experiment{
		Address: "experiment.slow", Description: "Slow.", Labels: map[string]string{"tier": "critical"}, Weight: 1,
		Environment: "environment.shop", DependsOn: []string{"experiment.first"},
		Phases:   []Phase{{"baseline", 3}, {"inject", 0}, {"hold", 5}, {"revert", 0}, {"recovery", 2}},
		Expected: 10, Longest: 22,
		Loads:      []Series{{Address: "load.shoppers", Type: "http", Timeout: 5}},
		Probes:     []Series{{Address: "probe.checkout", Type: "http", Interval: 0.1, Timeout: 2}},
		Assertions: []Assertion{{Address: "assert.available", Condition: "probe.checkout.success_ratio >= 0.99", Phases: []string{"fault"}, MinSamples: 10}},
		Stops:      []Assertion{{Address: "stop_condition.meltdown", Condition: "probe.checkout.success_ratio < 0.1", Window: 3, MinSamples: 10}},
		Faults:     []Fault{sampleFault()},
		Rollback:   []Action{{Address: "action.flush", Type: "exec"}},
		Source:     event.Source{File: "main.gameday.hcl", Line: 10, EndLine: 40},
	}
}

func sampleFault() Fault {
	return Fault{
		Address: "fault.payments", Type: "local_process_pause", Duration: 5, Seed: 7,
		FaultPlan: providers.FaultPlan{
			Effect: "stops every thread", Targets: []providers.Target{{Kind: "process", Name: "payments", UID: "u1"}},
			Eligible: 2, Population: 2, Radius: []string{"1 of 2 processes"}, Undo: "SIGCONT", Guard: "supervisor",
			Counted:     providers.Scope{Kinds: []string{"process"}, Namespaces: []string{"shop"}},
			Permissions: []providers.Permission{{Action: "send SIGSTOP", Held: true}}, Locks: []string{"machine/cpu"}, Adds: []string{"pods: [payments]"},
			Ends: []providers.Target{{Kind: "process", Name: "checkout", UID: "u9"}}, AtEnds: true, EndsPopulation: 2,
		},
		Source: event.Source{File: "main.gameday.hcl", Line: 30, EndLine: 30},
	}
}
