package kubernetes

// podFaults act on pods and their containers.
func podFaults() []behavior {
	return []behavior{podKill{}, podFailure{}, containerKill{}, pvcFill{}}
}
