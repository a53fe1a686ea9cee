package kubernetes

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// behavior is what makes a fault type different from the others.
type behavior interface {
	// typeName is the label users write, schema the body, kind what it acts on.
	typeName() string
	schema() *schema.Block
	kind() target.Kind

	// rules are the rights it needs beyond reading a world and keeping a claim.
	rules() []providers.AccessRule

	// validate checks what the schema does not; values may be unknown.
	validate(values schema.Values) providers.Diagnostics

	// plan completes a plan whose targets are chosen: Effect, Undo, more of Radius,
	// Locks. It must not change anything.
	plan(ctx context.Context, p planning) providers.Diagnostics

	// intend reads what inject will change and says how each of it is undone. It
	// must not change anything.
	intend(ctx context.Context, p preparation) (intent, error)

	// inject does it: everything that intend named, and nothing else. The claim
	// stands by now. The same injection twice is one.
	inject(ctx context.Context, i injection) error

	// observe looks at every target while the fault is meant to be there.
	observe(ctx context.Context, l look) ([]finding, error)

	// settled says what is still wrong when every step has been undone; empty when
	// nothing is. It is asked after a revert and before an injection, too.
	settled(ctx context.Context, l look) (string, error)
}

// planning is a plan on its way. While its cluster is not known, session and
// world are nil and there are no targets.
type planning struct {
	session *session
	world   *world.World
	config  schema.Values
	choice  target.Choice
	seats   seats // of agents, of faults inside pods
	plan    *providers.FaultPlan

	duration time.Duration // how long the fault will stay
	seed     int64
}

// site is the plan's, of no pod in particular.
func (p planning) site() site { return site{session: p.session, config: p.config, seed: p.seed} }

// preparation is what intend works from.
type preparation struct {
	session *session
	config  schema.Values
	id, run string
	address string // of the fault
	targets []providers.Target
	seed    int64
	planned *providers.FaultPlan // what was shown; nil where there was no plan
}

// intent is what an injection will do, as its undo.
type intent struct {
	steps []undo.Step      // undone in reverse
	nodes []claim.NodeStep // undone on nodes
	pods  []claim.PodStep  // undone inside pods
	data  any              // what observe needs, no secrets; becomes JSON
}

// injection is what inject works from.
type injection struct {
	session *session
	config  schema.Values
	record  providers.Record
	steps   []undo.Step
	nodes   []claim.NodeStep
	pods    []claim.PodStep
	ends    []providers.Target // other ends, as they were shown
	data    json.RawMessage
	seed    int64
	again   bool // its claim stood already: what is gone may be what it has hit before
}

// look is what observe works from.
type look struct {
	session *session
	record  providers.Record
	steps   []undo.Step
	nodes   []claim.NodeStep
	pods    []claim.PodStep
	data    json.RawMessage
}

// finding is what a look at one target found.
type finding struct {
	target string
	state  providers.State
	detail string // for states other than active
	facts  []providers.Fact
}

// noChecks is a behavior whose schema says all.
type noChecks struct{}

func (noChecks) validate(schema.Values) providers.Diagnostics { return nil }

// settlesAtOnce is a behavior of which nothing remains when its steps are undone.
type settlesAtOnce struct{}

func (settlesAtOnce) settled(context.Context, look) (string, error) { return "", nil }

// settler is a behavior after which the cluster has something to do by itself. settling says what of it is still to come when
// nothing of the fault is left; empty when nothing is. That a cluster is slow does not mean that the fault is there.
type settler interface {
	settling(ctx context.Context, l look) (string, error)
}

// unreaped is a behavior of whose rules nothing is for a reaper to undo: what it adds to the API is a privileged pod by
// which it reaches a node, which the claim names and recover and sweep remove.
type unreaped interface{ unreaped() }
