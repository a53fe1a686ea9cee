// Package verdict holds the outcomes of an experiment and of a run, their order
// of precedence and their exit codes.
package verdict

// Verdict is the outcome of an experiment.
type Verdict string

// The verdicts. A resilience test that proves nothing never passes.
const (
	Passed       Verdict = "passed"       // every assertion held, every fault was proven active, every revert verified
	Failed       Verdict = "failed"       // an assertion or a stop condition was broken
	Inconclusive Verdict = "inconclusive" // a fault gave no evidence, too few samples, or the load was not reached
	Unsteady     Verdict = "unsteady"     // the baseline did not hold: nothing was injected
	Aborted      Verdict = "aborted"      // a person or a signal stopped it; all reverted
	Errored      Verdict = "errored"      // a provider or the environment failed
	Skipped      Verdict = "skipped"      // never started: the run ended, or an experiment it depends on did not pass
)
