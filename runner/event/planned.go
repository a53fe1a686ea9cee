package event

import "github.com/gameday-dev/gameday/providers"

// FaultPlanned tells what a fault will do, planned again now that its environment is
// up, where the plan could not know it or showed something else.
type FaultPlanned struct {
	Experiment  string             `json:"experiment"`
	Fault       string             `json:"fault"`
	Type        string             `json:"fault_type"`
	Reason      string             `json:"reason"` // why it is told: "the plan could not know its targets"
	Effect      string             `json:"effect"`
	Targets     []providers.Target `json:"targets"`
	Eligible    int                `json:"eligible"`
	Population  int                `json:"population"`
	Radius      []string           `json:"radius,omitempty"`
	Undo        string             `json:"undo"`
	Guard       string             `json:"guard"`
	Permissions []Right            `json:"permissions,omitempty"`
	Adds        []string           `json:"adds,omitempty"`
	Locks       []string           `json:"locks,omitempty"`
	Warnings    []Warning          `json:"warnings,omitempty"`
	Source      Source             `json:"source"`
}

// Right is a permission that a fault needs. On the wire it is as in a plan.
type Right struct {
	Text   string `json:"action"` // not a name, as "Action" is elsewhere
	Held   bool   `json:"held"`
	Detail string `json:"detail,omitempty"`
}

// Warning is what a provider has to say against a fault.
type Warning struct {
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
}
