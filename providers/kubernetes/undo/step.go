package undo

// StepKind says how a step is undone.
type StepKind string

// The kinds of step.
const (
	Restore StepKind = "restore" // an object was changed: put its prior values back
	Remove  StepKind = "remove"  // an object was added: delete it
)

// A Step is one thing to undo, known before it is done. It names the object and
// holds no prior values: those are in the object's annotation, so that what is
// secret there stays there.
type Step struct {
	Kind StepKind `json:"kind"`
	Path string   `json:"path"`          // "/apis/apps/v1/namespaces/shop/deployments/payments"
	UID  string   `json:"uid,omitempty"` // of an object to restore; a replacement is left alone
}

// State says how much of a step's fault is in its object.
type State string

// The states.
const (
	Absent   State = "absent"   // not changed, not added, or the object is gone
	Present  State = "present"  // changed or added by this fault
	Restored State = "restored" // the values are back, and who had set them is not told yet: there is something to undo
)

const (
	// LabelFault is the label of added objects; its value is the fault's id.
	LabelFault = "gameday.dev/fault"
	// LabelRun is the label of everything that a run adds; its value is the run's id.
	LabelRun = "gameday.dev/run"

	annotationPrefix = "undo.gameday.dev/"
)

// Annotation is the key under which a fault keeps an object's prior values.
func Annotation(id string) string { return annotationPrefix + id }
