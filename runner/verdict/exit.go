package verdict

import (
	"fmt"
	"strings"
	"syscall"
)

// The exit codes of apply. A signal that stopped the run gives 128 + signal in
// place of ExitAborted.
const (
	ExitPassed       = 0
	ExitErrored      = 1
	ExitChanges      = 2 // only of plan -detailed-exitcode
	ExitFailed       = 3
	ExitDirty        = 4
	ExitInconclusive = 5
	ExitUnsteady     = 6
	ExitAborted      = 7
)

// ExitCode is that of a run whose worst verdict is given. Dirty outranks every
// verdict: a fault may still be in place. The signal counts only for an aborted
// run: one that arrives after the last verdict changes nothing. A run in which
// nothing started (skipped) proved nothing, and exits as inconclusive.
func ExitCode(worst Verdict, dirty bool, signal syscall.Signal) int {
	if dirty {
		return ExitDirty
	}
	switch worst {
	case Passed:
		return ExitPassed
	case Failed:
		return ExitFailed
	case Inconclusive, Skipped:
		return ExitInconclusive
	case Unsteady:
		return ExitUnsteady
	case Aborted:
		return exitAborted(signal)
	default:
		return ExitErrored
	}
}

func exitAborted(signal syscall.Signal) int {
	if signal > 0 {
		return 128 + int(signal)
	}
	return ExitAborted
}

// Help is the text of "gameday help exit-codes".
func Help() string {
	var text strings.Builder
	text.WriteString("Exit codes of gameday apply:\n\n")
	for _, row := range exitRows() {
		fmt.Fprintf(&text, "  %-7s %-13s %s\n", row.code, row.name, row.meaning)
	}
	text.WriteString(helpRest)
	return text.String()
}

type exitRow struct{ code, name, meaning string }

func exitRows() []exitRow {
	code := func(n int) string { return fmt.Sprint(n) }
	return []exitRow{
		{code(ExitPassed), string(Passed), "Every assertion held, every fault was proven, every revert was verified."},
		{code(ExitErrored), string(Errored), "A provider or the environment failed, or gameday was used wrongly."},
		{code(ExitFailed), string(Failed), "An assertion or a stop condition was broken."},
		{code(ExitDirty), "dirty", "A revert could not be verified: something may still be injected."},
		{code(ExitInconclusive), string(Inconclusive), "A fault showed no effect, there were too few samples, or nothing ran."},
		{code(ExitUnsteady), string(Unsteady), "The baseline did not hold: nothing was injected."},
		{code(ExitAborted), string(Aborted), "A person stopped the run, or a guard did; everything was reverted."},
		{"128 + n", string(Aborted), "Signal n stopped the run (130 SIGINT, 143 SIGTERM); everything was reverted."},
	}
}

const helpRest = `
With several experiments the worst verdict counts, in this order: aborted,
errored, failed, inconclusive, unsteady, skipped, passed. Dirty outranks them
all: the report names what is left and prints the command that mends it.

Exit codes of gameday plan:

  0       The plan was made.
  1       An error.
  2       With -detailed-exitcode: the plan was made, and it would inject faults.

Every other command exits with 0, or with 1 on an error. Besides, fmt -check
exits with 3 when a file is not in the standard format, and recover and sweep
with 4 when something could not be undone.
`
