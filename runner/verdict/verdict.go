// Package verdict holds the outcomes of an experiment and of a run, their order
// of precedence and their exit codes.
package verdict

import "slices"

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

// All lists the verdicts by severity, worst first.
//
// Aborted comes first: what came after the stop is an effect of the stop, and
// a shell expects 128 + signal of what it interrupted. Errored outranks failed,
// because a broken tool casts doubt on every other verdict of the run. Failed
// is knowledge about the system and outranks inconclusive and unsteady, which
// are its absence; of these, inconclusive did harm and proved nothing, unsteady
// did no harm. Skipped outranks only passed: it has a cause, and the cause has
// its own, worse verdict.
//
// Dirty is not a verdict. It can come with any of them and outranks all.
func All() []Verdict {
	return []Verdict{Aborted, Errored, Failed, Inconclusive, Unsteady, Skipped, Passed}
}

// Worst is the most severe of the verdicts; Skipped for none, as nothing was
// proven. A verdict that is not known counts as Errored.
func Worst(verdicts ...Verdict) Verdict {
	worst := len(All())
	for _, v := range verdicts {
		worst = min(worst, v.rank())
	}
	if worst == len(All()) {
		return Skipped
	}
	return All()[worst]
}

func (v Verdict) rank() int {
	if i := slices.Index(All(), v); i >= 0 {
		return i
	}
	return slices.Index(All(), Errored)
}

// Count counts the verdicts of a run; those that did not occur have no entry.
func Count(verdicts ...Verdict) map[Verdict]int {
	counts := map[Verdict]int{}
	for _, v := range verdicts {
		counts[v]++
	}
	return counts
}
