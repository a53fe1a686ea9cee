package kubernetes

// harming is implemented by behaviors that do not do to pods what their kind of
// target makes one think.
type harming interface {
	// harms reports whether all pods of the targets are gone or harmed at once.
	// Without this method, those of pods and nodes are.
	harms(p planning) bool
}

// A cordon keeps pods away; those that are there stay.
func (nodeCordon) harms(planning) bool { return false }

// A drain tells itself which pods leave: not all that are there.
func (nodeDrain) harms(planning) bool { return false }

// Of all effects of a taint only one makes pods leave, and only those that do not tolerate it: it tells itself which.
func (nodeTaint) harms(planning) bool { return false }

func (scale) harms(p planning) bool {
	return p.config.Known("replicas") && p.config.Int("replicas") == 0
}

// deleting is implemented by behaviors after which no pod of the targets is there, but others in their place.
type deleting interface{ deletes() }

func (podKill) deletes()        {}
func (rolloutRestart) deletes() {}
