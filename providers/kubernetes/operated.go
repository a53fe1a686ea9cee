package kubernetes

import (
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Operated is a fault that an operator in the cluster does: gameday adds an object that asks for it to each namespace of
// the targets, the operator does it, says so in the object's status, and undoes it when the object is deleted. All else
// is as with every fault on a cluster: targets, claims, plan, deadline and undo are gameday's.
type Operated struct {
	Type        string // name of the fault type
	Description string
	Attributes  []schema.Attribute
	Blocks      []schema.NestedBlock // beside target, and evidence where that is EvidenceByCommand
	Exclusive   [][]string

	Operator Operator
	Resource OperatedResource

	// Container says that it acts on one container of each pod, which an attribute names.
	Container bool

	// Peers says that it has a block "to", which selects the other ends of traffic. Apart says that no pod may be on both sides.
	Peers, Apart bool

	// Network says that it changes the network of pods, which must be their own.
	Network bool

	// OneShot says that it is done once, and does not last.
	OneShot bool

	// Evidence is how gameday sees for itself what the operator has done.
	Evidence OperatedEvidence

	// Needs says what a pod must be like; nil for any that runs.
	Needs func(values schema.Values, pod *corev1.Pod) error

	// Reaches says in which pods beside the targets the operator acts; nil for none.
	Reaches func(values schema.Values) bool

	// Caution is what a user should know before it is done, for plans; empty for nothing.
	Caution string

	// Validate checks what the schema does not; nil for nothing. Values may be unknown.
	Validate func(values schema.Values) providers.Diagnostics

	// Effect says what happens, in one phrase. The values are wholly known.
	Effect func(values schema.Values) string

	// Spec is the object's, for the targets in one namespace.
	Spec func(asked OperatedRequest) map[string]any

	// Conceal takes out of a specification what a plan must not show, as it is encoded so that what is sensitive in it
	// would not be known again; nil for nothing.
	Conceal func(spec map[string]any)
}

// Operator is who does it.
type Operator struct {
	Name    string // for people: "Chaos Mesh"
	Install string // where to read how it comes into a cluster

	// Records says how far the operator is with each pod, from an object of its own as JSON decodes it. Known is
	// false as long as it has not looked at the object.
	Records func(object map[string]any) (records []OperatedRecord, known bool)
}

// OperatedResource is the kind of object that asks for a fault.
type OperatedResource struct {
	Group, Version string
	Kind, Plural   string // "PodChaos", "podchaos"
}

// OperatedRequest is what a specification is made from.
type OperatedRequest struct {
	Config    schema.Values
	Namespace string
	Pods      []string // names of the targets in the namespace, sorted
	Container string   // that is meant; empty for faults that act on pods
	Ends      OperatedEnds
	Duration  time.Duration // until the fault must be gone, whoever lives; 0 with OneShot
}

// OperatedEnds are the other ends of traffic that the block "to" selects.
type OperatedEnds struct {
	Pods     map[string][]string // names by namespace
	Networks []netip.Prefix      // of its networks, and of services and what is behind them
	Hosts    []string
}

// OperatedRecord is what an operator says of one pod.
type OperatedRecord struct {
	Namespace, Pod string
	Injected       bool
	Problem        string // why it is not, where the operator has tried
}

// OperatedEvidence is a way of seeing an effect without the operator.
type OperatedEvidence int

// The ways.
const (
	EvidencePodsGone           OperatedEvidence = iota // the UIDs are gone
	EvidenceContainersReplaced                         // no container is the one that ran before
	EvidenceByCommand                                  // a command in each target that succeeds exactly while the fault is there
)

// OperatedFaults are faults that operators do, on the clusters of this provider, which then looks for their objects
// when it sweeps. They are made before the provider is used.
func (p *Provider) OperatedFaults(all []Operated) []providers.Fault {
	var out []providers.Fault
	for _, o := range all {
		out = append(out, &fault{behavior: operated{o}, provider: p})
	}
	p.operated = append(p.operated, out...)
	return out
}
