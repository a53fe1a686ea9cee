// Package worker runs a part of gameday's agent as a process of its own: one whose
// death gives back what it took, and that dies in time, whoever else does.
//
// Three things end a worker. Whoever started it kills it. The kernel kills it when
// whoever started it is gone (PR_SET_PDEATHSIG, prctl(2)). At its deadline it ends
// by itself, and a kernel timer that sends SIGKILL (timer_create(2)) ends it a moment
// later should it not, even while it is stopped by SIGSTOP.
package worker
