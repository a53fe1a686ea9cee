package providertest

import (
	"testing"
	"time"
)

// Run tries a fault type in every way. The tests share the environment, one
// after the other, and each leaves it as it was.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Timeout == 0 {
		h.Timeout = 15 * time.Second
	}
	config := Decode(t, h.Fault.Schema(), h.Config)
	b := bench{Harness: h, config: config}
	t.Run("schema", b.testSchema)
	t.Run("plan is repeatable and changes nothing", b.testPlan)
	t.Run("plan before the environment is up", b.testPlanned)
	t.Run("prepare changes nothing", b.testPrepare)
	t.Run("record survives JSON", b.testRecordRoundTrip)
	t.Run("unknown record version is refused", b.testRecordVersion)
	t.Run("injected, proven, reverted, gone", b.testLifeCycle)
	t.Run("injected twice is once", b.testInjectTwice)
	t.Run("reverted though never injected", b.testRevertNever)
	t.Run("reverted twice", b.testRevertTwice)
	t.Run("not injected after its revert", b.testInjectLate)
	t.Run("reverted from a fresh process", b.testRevertFresh)
	t.Run("reverted at its deadline", b.testDeadline)
	if h.Killed != nil {
		t.Run("killed, and gone at its deadline", b.testDeadlineKilled)
	}
	t.Run("injection refused after its deadline", b.testDeadlinePassed)
	t.Run("ended contexts", b.testEndedContexts)
	t.Run("inject interrupted anywhere", b.testInterrupted)
	t.Run("any order of calls", b.testInterleavings)
}
