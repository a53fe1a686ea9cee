package plan

import "fmt"

// Overlap reports whether two experiments would disturb each other if they ran
// at once, so that they must run one after the other.
func Overlap(a, b Experiment) bool { return OverlapReason(a, b) != "" }

// OverlapReason says why two experiments must not run at once, in one phrase;
// it is empty if they may.
//
// Two experiments in one environment overlap even if their targets differ: the
// probes of each would measure the faults of the other, and neither verdict
// would be true. So do faults on the same thing reached through different
// environments (by UID), faults on the same machine-wide resource (by lock),
// and experiments of which one depends on the other.
func OverlapReason(a, b Experiment) string {
	if a.Environment != "" && a.Environment == b.Environment {
		return "both run in " + a.Environment
	}
	if dependsOn(a, b) || dependsOn(b, a) {
		return "one depends on the other"
	}
	held := handles(a)
	for _, f := range b.Faults {
		for _, handle := range faultHandles(b, f) {
			if owner, taken := held[handle]; taken {
				return fmt.Sprintf("%s and %s both act on %s", owner, b.Address+"."+f.Address, handle)
			}
		}
	}
	return ""
}

func dependsOn(a, b Experiment) bool {
	for _, address := range a.DependsOn {
		if address == b.Address {
			return true
		}
	}
	return false
}

func handles(e Experiment) map[string]string {
	held := map[string]string{}
	for _, f := range e.Faults {
		for _, handle := range faultHandles(e, f) {
			held[handle] = e.Address + "." + f.Address
		}
	}
	return held
}

// faultHandles names what a fault touches so that the same thing has the same
// name in every experiment. A target without identity is one of its
// environment's, and nothing outside it can be the same thing; without an
// environment, kind and name are all there is.
func faultHandles(e Experiment, f Fault) []string {
	var out []string
	for _, lock := range f.Locks {
		out = append(out, "lock "+lock)
	}
	for _, t := range f.ActsOn() {
		switch {
		case t.UID != "":
			out = append(out, fmt.Sprintf("%s %s (%s)", t.Kind, t.Name, t.UID))
		case e.Environment == "":
			out = append(out, t.Kind+" "+t.Name)
		}
	}
	return out
}
