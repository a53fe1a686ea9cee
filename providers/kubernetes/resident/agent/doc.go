// Package agent is gameday's agent inside a pod: an ephemeral container that
// waits for faults, puts them in place by its engines, and ends each one when it is
// asked to, at its deadline, and when it is told to stop. What it cannot do any more
// once it has been killed, the kernel does: an engine's effect hangs on something that
// ends with the process, or on a rule with a timeout.
package agent
