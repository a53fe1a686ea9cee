package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/impact"
	"github.com/gameday-dev/gameday/providers/kubernetes/nodes"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// bringsPods is implemented by behaviors that put pods of their own into
// namespaces, which Pod Security admission may refuse.
type bringsPods interface {
	// pods are those that the fault would create on what was chosen.
	pods(p planning) []visitor
}

// visitor is a pod that a fault creates.
type visitor struct {
	namespace string
	level     string // the strictest Pod Security level that admits it: "privileged", "baseline" or "restricted"
	what      string // "the privileged pod that pauses the node"
}

// The label by which a namespace enforces a Pod Security level, and the levels
// from the loosest to the strictest.
const labelEnforce = "pod-security.kubernetes.io/enforce"

func levels() []string { return []string{"privileged", "baseline", "restricted"} }

// admissionRules are what reading the levels needs.
func (f *fault) admissionRules() []providers.AccessRule {
	if _, ok := f.behavior.(bringsPods); !ok {
		return nil
	}
	return []providers.AccessRule{{Resource: "namespaces", Verbs: []string{"get"}, Why: "see whether Pod Security admits the fault's own pod"}}
}

// admission warns of namespaces that would refuse the pods that a fault brings.
func (f *fault) admission(ctx context.Context, p *planning) providers.Diagnostics {
	bringing, ok := f.behavior.(bringsPods)
	if !ok {
		return nil
	}
	visitors := bringing.pods(*p)
	enforced, err := p.session.enforced(ctx, visitors)
	if err != nil {
		return providers.Warningf(nil, "Pod Security is not known", "Whether the cluster admits the pods that this fault needs could not be read: %s.", err)
	}
	var diags providers.Diagnostics
	for _, v := range visitors {
		if level := enforced[v.namespace]; refuses(level, v.level) {
			diags = append(diags, providers.Warningf(nil, "Pod Security admission would refuse a pod",
				"%s enforces the level %s (label %s), and %s needs %s. Relax the label for the experiment, or have the pod put elsewhere.",
				v.namespace, level, labelEnforce, v.what, v.level)...)
		}
	}
	return diags
}

// refuses reports whether a namespace that enforces a level keeps out what needs another.
func refuses(enforced, needed string) bool {
	return slices.Index(levels(), enforced) > slices.Index(levels(), needed)
}

// enforced are the levels of the namespaces into which pods would go.
func (s *session) enforced(ctx context.Context, visitors []visitor) (map[string]string, error) {
	var refs []world.Ref
	for _, v := range visitors {
		ref := world.Ref{Kind: "namespace", Name: v.namespace}
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	found, err := s.metadata(ctx, refs)
	if err != nil {
		return nil, fmt.Errorf("read the namespaces: %w", err)
	}
	out := map[string]string{}
	for _, o := range found {
		out[o.Name] = o.Labels[labelEnforce]
	}
	return out, nil
}

// pods of faults on nodes: a privileged one where the node is no container of this
// machine.
func (onNode) pods(p planning) []visitor {
	at := p.session.Access
	if at.Kind != "" {
		return nil
	}
	return []visitor{{namespace: nodes.NamespaceFor(p.session.Cluster), level: "privileged", what: "the pod that acts on the node"}}
}

// pods of a container_kill: one that fires, beside each target.
func (containerKill) pods(p planning) []visitor {
	if p.session.Access.Kind != "" {
		return nil
	}
	var out []visitor
	for _, namespace := range namespacesOf(p.choice.Targets, nil) {
		out = append(out, visitor{namespace: namespace, level: "privileged", what: "the pod that sends the signal on the node"})
	}
	return out
}

// pods of a filler: as the pods that use the claim already. Where there is none it
// runs as root, as nothing says whose the volume is.
func (pvcFill) pods(p planning) []visitor {
	var out []visitor
	for _, t := range p.choice.Targets {
		if impact.Pods(p.world, []providers.Target{t}) == 0 {
			namespace, _, _ := strings.Cut(t.Name, "/")
			out = append(out, visitor{namespace: namespace, level: "baseline", what: "the pod that fills the volume"})
		}
	}
	return out
}
