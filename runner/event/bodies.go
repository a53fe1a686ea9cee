package event

import (
	"slices"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Source is a place in a configuration file.
type Source struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	EndLine int    `json:"end_line"`
}

// RunStarted opens every run.
type RunStarted struct {
	Version     string    `json:"version"` // of gameday
	Dir         string    `json:"dir"`     // configuration directory, as given
	RunDir      string    `json:"run_dir"`
	PlanDigest  string    `json:"plan_digest"` // sha256 of the plan, hex
	Seed        int64     `json:"seed"`
	Experiments []string  `json:"experiments"` // addresses, in order
	Started     time.Time `json:"started"`
	Recover     string    `json:"recover,omitempty"` // the exact command that undoes what the run leaves if it is killed
}

// EnvironmentStarting tells that an environment is being brought up.
type EnvironmentStarting struct {
	Environment string `json:"environment"`
	Type        string `json:"environment_type"`
	Summary     string `json:"summary"`
	Source      Source `json:"source"`
}

// EnvironmentProgress is one step of an environment's way up or down.
type EnvironmentProgress struct {
	Environment string `json:"environment"`
	Step        string `json:"step"`
}

// EnvironmentReady tells that an environment is up.
type EnvironmentReady struct {
	Environment string  `json:"environment"`
	Seconds     float64 `json:"seconds"`
}

// EnvironmentFailed tells that an environment could not be brought up.
type EnvironmentFailed struct {
	Environment string `json:"environment"`
	Error       string `json:"error"`
	Source      Source `json:"source"`
}

// EnvironmentStopped tells that an environment has ended, and what of it is
// left if it could not be.
type EnvironmentStopped struct {
	Environment string   `json:"environment"`
	Seconds     float64  `json:"seconds"`
	Leftovers   []string `json:"leftovers,omitempty"`
	Error       string   `json:"error,omitempty"`
	Source      Source   `json:"source"`
}

// ExperimentStarted opens an experiment.
type ExperimentStarted struct {
	Experiment  string            `json:"experiment"`
	Description string            `json:"description,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Weight      float64           `json:"weight,omitempty"` // share in the score of a suite
	Source      Source            `json:"source"`
	Expected    float64           `json:"expected_seconds"`
}

// PhaseStarted tells that a phase begins: baseline, inject, hold, revert,
// recovery.
type PhaseStarted struct {
	Experiment string  `json:"experiment"`
	Phase      string  `json:"phase"`
	Expected   float64 `json:"expected_seconds,omitempty"`
}

// PhaseEnded tells that a phase is over.
type PhaseEnded struct {
	Experiment string  `json:"experiment"`
	Phase      string  `json:"phase"`
	Seconds    float64 `json:"seconds"`
}

// ProbeStats is one series in a Progress.
type ProbeStats struct {
	Name         string  `json:"name"` // "probe.checkout", "load.shoppers"
	Count        int64   `json:"count"`
	SuccessRatio float64 `json:"success_ratio"`
	P99          float64 `json:"p99_seconds"`
	LastError    string  `json:"last_error,omitempty"`
}

// Progress is a snapshot, about once a second: the live view.
type Progress struct {
	Experiment string       `json:"experiment"`
	Phase      string       `json:"phase"`
	Remaining  float64      `json:"remaining_seconds"` // of the phase, as expected
	Series     []ProbeStats `json:"series"`
	Faults     []string     `json:"active_faults,omitempty"`
}

// FaultInjecting tells that a fault is about to be injected; its undo is on
// disk.
type FaultInjecting struct {
	Experiment string             `json:"experiment"`
	Fault      string             `json:"fault"` // local address: "fault.payments"
	ID         string             `json:"id"`
	Type       string             `json:"fault_type"`
	Effect     string             `json:"effect"`
	Targets    []providers.Target `json:"targets"`
	Deadline   time.Time          `json:"deadline"`
	Source     Source             `json:"source"`
}

// FaultInjected tells that a fault is in place, not yet proven.
type FaultInjected struct {
	Experiment string  `json:"experiment"`
	Fault      string  `json:"fault"`
	ID         string  `json:"id"`
	Seconds    float64 `json:"seconds"` // from FaultInjecting
}

// FaultActive tells that a fault has shown evidence, the first time.
type FaultActive struct {
	Experiment string           `json:"experiment"`
	Fault      string           `json:"fault"`
	ID         string           `json:"id"`
	Seconds    float64          `json:"seconds"` // from FaultInjecting
	Evidence   []providers.Fact `json:"evidence"`
}

// FaultFailed tells that a fault could not be injected.
type FaultFailed struct {
	Experiment string `json:"experiment"`
	Fault      string `json:"fault"`
	ID         string `json:"id"`
	Error      string `json:"error"`
	Source     Source `json:"source"`
}

// FaultProven closes the question of a fault's evidence, before its revert:
// the totals, or why there were none.
type FaultProven struct {
	Experiment string           `json:"experiment"`
	Fault      string           `json:"fault"`
	ID         string           `json:"id"`
	Proven     bool             `json:"proven"`
	Evidence   []providers.Fact `json:"evidence,omitempty"`
	Detail     string           `json:"detail,omitempty"`
	Seconds    float64          `json:"seconds"` // from FaultInjecting to the revert
	Source     Source           `json:"source"`
}

// FaultReverting tells that a fault is being undone.
type FaultReverting struct {
	Experiment string `json:"experiment"`
	Fault      string `json:"fault"`
	ID         string `json:"id"`
	Undo       string `json:"undo"`
}

// FaultReverted tells how an undo ended. Verified means that the targets were
// read back and nothing of the fault is there.
type FaultReverted struct {
	Experiment string  `json:"experiment"`
	Fault      string  `json:"fault"`
	ID         string  `json:"id"`
	Verified   bool    `json:"verified"`
	Attempts   int     `json:"attempts"`
	Retried    string  `json:"retried,omitempty"` // why more than one was needed: what stood in the way last
	Seconds    float64 `json:"seconds"`
	Error      string  `json:"error,omitempty"`
	Mend       string  `json:"mend,omitempty"` // the exact command that undoes the rest
	Source     Source  `json:"source"`
}

// Term is a value that took part in a condition.
type Term struct {
	Expr  string `json:"expr"`  // "probe.checkout.success_ratio"
	Value string `json:"value"` // as HCL would write it; "(sensitive)" for secrets
}

// Outcome is that of one judgement.
type Outcome string

// The outcomes of a judgement.
const (
	Held      Outcome = "held"
	Broken    Outcome = "broken"
	TooFew    Outcome = "too_few_samples"
	NotJudged Outcome = "not_judged" // the phase was not reached
	Invalid   Outcome = "error"      // the condition could not be evaluated
)

// Failure is a way in which samples failed that a judgement rests on.
type Failure struct {
	Series string `json:"series"`          // "probe.checkout"
	Error  string `json:"error,omitempty"` // empty for what was too rare to be told apart
	Count  int64  `json:"count"`
}

// AssertionJudged is the outcome of an assertion in one phase.
type AssertionJudged struct {
	Experiment string    `json:"experiment"`
	Assertion  string    `json:"assertion"` // local address: "assert.available"
	Phase      string    `json:"phase"`
	Outcome    Outcome   `json:"outcome"`
	Condition  string    `json:"condition"` // source text
	Message    string    `json:"message,omitempty"`
	Terms      []Term    `json:"terms,omitempty"`
	Samples    int64     `json:"samples"`
	Failures   []Failure `json:"failures,omitempty"`   // of a broken one: how its samples failed, by series, the most frequent first
	Window     string    `json:"window,omitempty"`     // for windowed assertions: its length
	At         float64   `json:"at_seconds,omitempty"` // since the phase began, for windowed ones
	Source     Source    `json:"source"`
}

// StopTriggered tells that a stop condition was broken.
type StopTriggered struct {
	Experiment string  `json:"experiment"`
	Condition  string  `json:"stop_condition"`      // local address
	Expr       string  `json:"condition,omitempty"` // source text
	Message    string  `json:"message"`
	Terms      []Term  `json:"terms,omitempty"`
	At         float64 `json:"at_seconds"` // since the fault phase began
	Source     Source  `json:"source"`
}

// ActionFinished is the outcome of a rollback action.
type ActionFinished struct {
	Experiment string  `json:"experiment"`
	Action     string  `json:"action"` // local address
	OK         bool    `json:"ok"`
	Summary    string  `json:"summary,omitempty"`
	Output     string  `json:"output,omitempty"`
	Error      string  `json:"error,omitempty"`
	Seconds    float64 `json:"seconds"`
	Source     Source  `json:"source"`
}

// Recovered tells when the experiment was steady again.
type Recovered struct {
	Experiment string  `json:"experiment"`
	Seconds    float64 `json:"seconds"` // from the last verified revert to the start of the steady window
}

// Notice is something that the reader should know and that changes no verdict.
type Notice struct {
	Experiment string `json:"experiment,omitempty"`
	Text       string `json:"text"`
}

// ExperimentFinished closes an experiment.
type ExperimentFinished struct {
	Experiment string          `json:"experiment"`
	Verdict    verdict.Verdict `json:"verdict"`
	Reasons    []string        `json:"reasons,omitempty"`  // why it is not passed, most important first
	Findings   []Finding       `json:"findings,omitempty"` // the same, one by one; none in events of before it was told
	Dirty      bool            `json:"dirty,omitempty"`    // a revert could not be verified
	Mend       []string        `json:"mend,omitempty"`     // commands that mend what is left
	Seconds    float64         `json:"seconds"`
	Series     []Series        `json:"series,omitempty"`
	Source     Source          `json:"source"`
}

// Finding is one thing that speaks against an experiment.
type Finding struct {
	Verdict verdict.Verdict `json:"verdict"` // what it alone would make of the experiment
	Reason  string          `json:"reason"`
	Told    bool            `json:"told,omitempty"`  // another event tells it: that of an assertion, a stop condition, a fault or an action
	About   string          `json:"about,omitempty"` // of what is not told: local address of the stop condition, probe or load; empty for the experiment as a whole
	Source  Source          `json:"source,omitzero"` // of that
}

// Untold are the findings that no other event tells.
func (x ExperimentFinished) Untold() []Finding {
	return slices.DeleteFunc(slices.Clone(x.Findings), func(f Finding) bool { return f.Told })
}

// Series is what one probe or load measured in one phase.
type Series struct {
	Name         string  `json:"name"`
	Phase        string  `json:"phase"`
	Count        int64   `json:"count"`
	SuccessRatio float64 `json:"success_ratio"`
	P50          float64 `json:"p50_seconds"`
	P99          float64 `json:"p99_seconds"`
	Max          float64 `json:"max_seconds"`
}

// SuiteFinished is the outcome of a suite's gate.
type SuiteFinished struct {
	Suite        string  `json:"suite"`
	Passed       bool    `json:"passed"`
	Score        float64 `json:"score"` // weighted share of passed, 0 to 1
	MinScore     float64 `json:"min_score"`
	Inconclusive int     `json:"inconclusive"`
	Max          int     `json:"max_inconclusive"`
	Reason       string  `json:"reason,omitempty"`
	Source       Source  `json:"source"`
}

// Interrupted tells that a signal arrived.
type Interrupted struct {
	Signal string   `json:"signal"`
	Count  int      `json:"count"`          // how many so far
	Left   []string `json:"left,omitempty"` // what is still being undone
}

// RunFinished closes every run that was not killed.
type RunFinished struct {
	Verdict  verdict.Verdict         `json:"verdict"` // the worst
	ExitCode int                     `json:"exit_code"`
	Dirty    bool                    `json:"dirty,omitempty"`
	Mend     []string                `json:"mend,omitempty"`
	Counts   map[verdict.Verdict]int `json:"counts"`
	Seconds  float64                 `json:"seconds"`
}
