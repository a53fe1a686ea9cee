package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper"
)

// commonRules are what every fault needs: to read what a plan shows, and to keep a
// claim.
func commonRules() []providers.AccessRule {
	read := []string{"list"}
	return []providers.AccessRule{
		{Resource: "pods", Verbs: read, Why: "choose targets and see what happens to them"},
		{Resource: "services", Verbs: read, Why: "tell which services lose endpoints"},
		{Resource: "nodes", Verbs: read, Cluster: true, Why: "tell where pods run"},
		{Group: "apps", Resource: "deployments", Verbs: read, Why: "tell the share of each workload"},
		{Group: "apps", Resource: "replicasets", Verbs: read, Why: "tell what owns a pod"},
		{Group: "apps", Resource: "statefulsets", Verbs: read, Why: "tell the share of each workload"},
		{Group: "apps", Resource: "daemonsets", Verbs: read, Why: "tell the share of each workload"},
		{Group: "policy", Resource: "poddisruptionbudgets", Verbs: read, Why: "tell which budgets would be broken"},
		{Group: "discovery.k8s.io", Resource: "endpointslices", Verbs: read, Why: "tell which services lose endpoints"},
		{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"get", "list", "create", "delete"}, Why: "claim the targets"},
	}
}

// guardRules are what it takes to put the reaper beside the fault; none for a fault
// whose undo is not in the API.
func (f *fault) guardRules() []providers.AccessRule {
	if _, is := f.behavior.(unreaped); is {
		return nil
	}
	return reaper.Rules(f.rules())
}

// reaped reports whether there can be a reaper.
func reaped(access cluster.Access) bool { return access.Reaper && access.AgentImage != "" }

// guard puts the reaper beside a fault that the API server undoes, before there is
// anything to undo.
func (f *fault) guard(ctx context.Context, s *session, r recorded, record providers.Record) error {
	if len(r.Steps) > 0 && reaped(r.Access) {
		err := f.provider.reapers.Ensure(ctx, s.Cluster, reaper.Request{
			Run: record.Run, Rules: f.rules(), Steps: r.Steps, Namespaces: r.claim(record).Namespaces(), For: time.Until(record.Deadline),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// timers puts beside a fault what undoes it on the nodes at its deadline, before there
// is anything to undo, and after the claim: it may take a pod, which is a stray to others
// as long as nobody claims it.
func timers(ctx context.Context, s *session, r recorded, record providers.Record) error {
	for _, step := range r.Nodes {
		if err := nodes.Guard(ctx, s.Cluster, record.Run, record.ID, step, record.Deadline); err != nil {
			return fmt.Errorf("put what undoes it at the deadline beside it: %w", err)
		}
	}
	return nil
}

// claims are those in the session's cluster. What was done to nodes can be undone
// from here.
func (s *session) claims() claim.Store {
	return claim.Store{
		API: s.API,
		UndoNode: func(ctx context.Context, id string, step claim.NodeStep) error {
			return nodes.Undo(ctx, s.Cluster, id, step)
		},
		UndoPod: func(ctx context.Context, id string, step claim.PodStep, deadline time.Time) error {
			return s.residents.Revert(ctx, s.Cluster, step, id, deadline)
		},
	}
}

// undoNode takes back what was done to a node, and its timer.
func undoNode(ctx context.Context, s *session, id string, step claim.NodeStep) error {
	if err := nodes.Undo(ctx, s.Cluster, id, step); err != nil {
		return fmt.Errorf("node %s: %w", step.Node, err)
	}
	return nil
}

// guardText says in plans what ends the fault when gameday is killed.
func (f *fault) guardText(env providers.EnvironmentState) string {
	switch {
	case residing(f.behavior):
		return "the agent of each pod, at the deadline; the kernel, if the agent is killed too"
	case f.kind() == "node" && !slices.ContainsFunc(f.rules(), func(r providers.AccessRule) bool { return slices.Contains(r.Verbs, "patch") }):
		return "a timer beside the node, at the deadline"
	default:
		return reaperText(env.Outputs)
	}
}

// reaperText is what an environment promises of the reaper, which it may know before there is a server.
func reaperText(outputs cty.Value) string {
	image, wanted := cty.UnknownVal(cty.String), cty.UnknownVal(cty.Bool)
	if hasOutputs(outputs) {
		image, wanted = outputs.GetAttr(outputAgentImage), outputs.GetAttr(outputReaper)
	}
	switch {
	case image.IsKnown() && (image.IsNull() || image.AsString() == ""):
		return "nothing inside the cluster (it has no image of the agent): gameday recover or gameday sweep"
	case wanted.IsKnown() && (wanted.IsNull() || wanted.False()):
		return "nothing inside the cluster (reaper = false): gameday recover or gameday sweep"
	case !image.IsKnown() || !wanted.IsKnown():
		return "the reaper inside the cluster, at the deadline, unless the environment comes up without one"
	default:
		return "the reaper inside the cluster, at the deadline"
	}
}
