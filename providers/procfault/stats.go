package procfault

// Stats is how the processes are, as /proc tells it.
type Stats struct {
	Seconds   float64 `json:"seconds"`           // since the fault was in place
	Processes []State `json:"processes"`         // of a kill, those that got the signal
	Failure   string  `json:"failure,omitempty"` // why a pause was over before its time
}

// State is one process now.
type State struct {
	Process

	Gone    bool `json:"gone"`              // it has ended, and nothing else has its id and start time
	Threads int  `json:"threads,omitempty"` // alive, of a pause
	Held    int  `json:"held,omitempty"`    // of these, those that a tracer has stopped
}
