package event

// Kind names each body on the wire.
func (RunStarted) Kind() string          { return "run_started" }
func (EnvironmentStarting) Kind() string { return "environment_starting" }
func (EnvironmentProgress) Kind() string { return "environment_progress" }
func (EnvironmentReady) Kind() string    { return "environment_ready" }
func (EnvironmentFailed) Kind() string   { return "environment_failed" }
func (EnvironmentStopped) Kind() string  { return "environment_stopped" }
func (ExperimentStarted) Kind() string   { return "experiment_started" }
func (PhaseStarted) Kind() string        { return "phase_started" }
func (PhaseEnded) Kind() string          { return "phase_ended" }
func (Progress) Kind() string            { return "progress" }
func (FaultPlanned) Kind() string        { return "fault_planned" }
func (FaultInjecting) Kind() string      { return "fault_injecting" }
func (FaultInjected) Kind() string       { return "fault_injected" }
func (FaultActive) Kind() string         { return "fault_active" }
func (FaultFailed) Kind() string         { return "fault_failed" }
func (FaultProven) Kind() string         { return "fault_proven" }
func (FaultReverting) Kind() string      { return "fault_reverting" }
func (FaultReverted) Kind() string       { return "fault_reverted" }
func (AssertionJudged) Kind() string     { return "assertion_judged" }
func (StopTriggered) Kind() string       { return "stop_triggered" }
func (ActionFinished) Kind() string      { return "action_finished" }
func (Recovered) Kind() string           { return "recovered" }
func (Notice) Kind() string              { return "notice" }
func (ExperimentFinished) Kind() string  { return "experiment_finished" }
func (SuiteFinished) Kind() string       { return "suite_finished" }
func (Interrupted) Kind() string         { return "interrupted" }
func (RunFinished) Kind() string         { return "run_finished" }

// Bodies is a zero value of every type of body that this version knows.
func Bodies() []Body {
	return []Body{
		RunStarted{},
		EnvironmentStarting{},
		EnvironmentProgress{},
		EnvironmentReady{},
		EnvironmentFailed{},
		EnvironmentStopped{},
		ExperimentStarted{},
		PhaseStarted{},
		PhaseEnded{},
		Progress{},
		FaultPlanned{},
		FaultInjecting{},
		FaultInjected{},
		FaultActive{},
		FaultFailed{},
		FaultProven{},
		FaultReverting{},
		FaultReverted{},
		AssertionJudged{},
		StopTriggered{},
		ActionFinished{},
		Recovered{},
		Notice{},
		ExperimentFinished{},
		SuiteFinished{},
		Interrupted{},
		RunFinished{},
	}
}
