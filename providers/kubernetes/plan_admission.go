package kubernetes

import (
	"context"
	"fmt"
	"slices"

	"github.com/gameday-dev/gameday/providers"
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

// admission warns of namespaces that would refuse the pods that a fault brings.
// A namespace that this user may not read is taken to admit them.
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
		if level := enforced[v.namespace]; slices.Index(levels(), level) > slices.Index(levels(), v.level) {
			diags = append(diags, providers.Warningf(nil, "Pod Security admission would refuse a pod",
				"%s enforces the level %s (label %s), and %s needs %s. Relax the label for the experiment, or have the pod put elsewhere.",
				v.namespace, level, labelEnforce, v.what, v.level)...)
		}
	}
	return diags
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
