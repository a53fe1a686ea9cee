// Package exec offers the probe and the action that run a command. A command
// runs in a process group of its own, which is killed whole when its time is up. On
// Linux, the program of a probe is killed with gameday, too.
package exec
