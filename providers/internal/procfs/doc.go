// Package procfs reads what the kernel says about processes. It is how gameday
// looks at the world instead of at its own memory: whether a process is there,
// is stopped, has used processor time, or carries a run's mark.
package procfs
