package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/runner/verdict"
)

// Line is the whole run in one line: "2 experiments: 1 passed, 1 failed · 3
// faults, all reverted and verified · 28.4 s · exit 3".
func Line(run *Run) string {
	parts := []string{experimentsLine(run), faultsLine(run.Tally())}
	if run.IsDirty() {
		parts = append(parts, string(Dirty))
	}
	parts = append(parts, Seconds(run.Seconds()))
	if run.Finished == nil {
		return strings.Join(append(parts, "interrupted"), " · ")
	}
	return strings.Join(append(parts, fmt.Sprintf("exit %d", run.Finished.ExitCode)), " · ")
}

func experimentsLine(run *Run) string {
	line := Plural(len(run.Experiments), "experiment")
	if len(run.Experiments) == 0 {
		return line
	}
	return line + ": " + byVerdict(run.Counts())
}

// Counted is a number of experiments with their verdicts: "2: 1 passed, 1
// failed".
func Counted(n int, counts map[verdict.Verdict]int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", n, byVerdict(counts))
}

func byVerdict(counts map[verdict.Verdict]int) string {
	var parts []string
	order := append(verdict.All(), Interrupted)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b verdict.Verdict) int { // passed first, as people count
		return cmp.Compare(last(a), last(b))
	})
	for _, v := range order {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return strings.Join(parts, ", ")
}

// last puts what says nothing about the system to the end.
func last(v verdict.Verdict) int {
	switch v {
	case verdict.Skipped:
		return 2
	case Interrupted, verdict.Aborted:
		return 1
	default:
		return 0
	}
}

func faultsLine(t Tally) string {
	line := Plural(t.ToRevert, "fault")
	switch {
	case t.ToRevert == 0:
		return "no fault injected"
	case t.RevertedOK < t.ToRevert:
		return fmt.Sprintf("%s, %d NOT verified as reverted", line, t.ToRevert-t.RevertedOK)
	case t.ToRevert == 1:
		return line + ", reverted and verified"
	default:
		return line + ", all reverted and verified"
	}
}

// Left names what the run may have left in place, for a dirty run.
func Left(run *Run) []string {
	var list []string
	for _, x := range run.Experiments {
		for _, f := range x.Faults {
			if f.Injecting != nil && !f.Verified() {
				list = append(list, fmt.Sprintf("%s.%s: %s, on %s", x.Address, f.Address, f.Injecting.Effect, Targets(f.Injecting.Targets)))
			}
		}
		for _, action := range x.Actions {
			if !action.OK {
				list = append(list, fmt.Sprintf("%s: what the rollback's %s was to restore", x.Address, action.Action))
			}
		}
	}
	for _, env := range run.Environments {
		if run.Finished == nil && env.Stopped == nil {
			list = append(list, env.Address+": it was begun and not ended")
		}
		for _, left := range env.Left() {
			list = append(list, env.Address+": "+left)
		}
	}
	return list
}

// ByHand is what is said where no command mends what is left: gameday keeps no
// record by which it could repeat an action of the user's own.
const ByHand = "No command mends this: do by hand what the actions that failed should have done."

// Mend is the commands that mend what a dirty run left, each once; none when all
// that is left is what the rollback's actions did not restore.
func Mend(run *Run) []string {
	var list []string
	add := func(commands ...string) {
		for _, command := range commands {
			if command != "" && !slices.Contains(list, command) {
				list = append(list, command)
			}
		}
	}
	if run.Finished != nil {
		add(run.Finished.Mend...)
	}
	for _, x := range run.Experiments {
		if x.Finished != nil {
			add(x.Finished.Mend...)
		}
		for _, f := range x.Faults {
			if f.Reverted != nil && !f.Reverted.Verified {
				add(f.Reverted.Mend)
			}
		}
	}
	if len(list) == 0 && run.IsDirty() && !onlyActionsFailed(run) {
		add(RecoverCommand(run))
	}
	return list
}

// onlyActionsFailed reports whether it is the rollback's actions alone that left
// a run dirty. One that was killed may have left anything.
func onlyActionsFailed(run *Run) bool {
	failed := 0
	for _, x := range run.Experiments {
		for _, action := range x.Actions {
			if !action.OK {
				failed++
			}
		}
	}
	return run.Finished != nil && failed > 0 && failed == len(Left(run))
}

// RecoverCommand is the command that undoes what a run that was stopped short
// left.
func RecoverCommand(run *Run) string {
	if run.Started != nil && run.Started.Recover != "" {
		return run.Started.Recover
	}
	return strings.TrimSpace("gameday recover " + run.ID)
}
