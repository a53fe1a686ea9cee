package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// seat is where the agents for pods of one namespace run. The zero value is in the pods
// themselves, as ephemeral containers.
type seat struct {
	host   string // namespace of pods of their own, on the nodes of the targets
	why    string // they are not in the pods; empty where they are
	remedy string // what to do, where they can't be anywhere
}

// seats are those for the namespaces of the targets.
type seats struct {
	in      map[string]seat
	unknown error // why it is not known whether the pods admit agents; then they are taken to
}

// seat finds out where the agents will run, and warns where that can't be told.
func (f *fault) seat(ctx context.Context, p *planning) providers.Diagnostics {
	in, is := f.behavior.(inPod)
	if !is {
		return nil
	}
	p.seats = in.seatsFor(ctx, p.session, namespacesOf(p.choice.Targets, nil))
	if p.seats.unknown == nil {
		return nil
	}
	return providers.Warningf(nil, "Pod Security is not known", "Whether the cluster admits gameday's agent in the pods could not be read: %s.", p.seats.unknown)
}

// seatsFor looks at the namespaces and at what the API server can do.
func (f inPod) seatsFor(ctx context.Context, s *session, namespaces []string) seats {
	out := seats{in: map[string]seat{}}
	for _, ns := range namespaces {
		level, err := s.level(ctx, ns)
		if err != nil {
			out.unknown = err
		}
		made := seat{}
		if refuses(level, f.profile.Level()) {
			made.why = fmt.Sprintf("%s enforces the Pod Security level %s (label %s), and gameday's agent in the pods needs %s", ns, level, labelEnforce, f.profile.Level())
			made.remedy = "relax the label for the experiment, or "
		} else if !s.servesEphemeral() {
			made.why = "the API server has no ephemeral containers, as which gameday's agent comes into pods: Kubernetes has them since 1.25"
		}
		if made.why != "" {
			made = s.seatOutside(ctx, made)
		}
		out.in[ns] = made
	}
	return out
}

// level is the Pod Security level that a namespace enforces; empty for none.
func (s *session) level(ctx context.Context, namespace string) (string, error) {
	found, err := s.enforced(ctx, []visitor{{namespace: namespace}})
	return found[namespace], err
}

// seatOutside completes a seat that is not in the pods, with a remedy on its way.
func (s *session) seatOutside(ctx context.Context, at seat) seat {
	if !s.Access.AllowPrivileged {
		at.remedy += "set allow_privileged = true in the environment if this cluster may be treated so: the agent then runs in a privileged pod on the node of each target"
		return at
	}
	tried := hostNamespaces(s.Access.Namespaces)
	if at.host = s.admitsPrivileged(ctx, tried); at.host != "" {
		at.remedy = ""
		return at
	}
	at.remedy += fmt.Sprintf("add a namespace to the environment in which a privileged pod may act for the agent on the node of each target: %s admit none", strings.Join(tried, ", "))
	return at
}

// hostNamespaces are where agents' own pods may be: in the fence, or else where what
// gameday has of the cluster as a whole stands anyway.
func hostNamespaces(fence []string) []string {
	if slices.Contains(fence, claim.ClusterNamespace) {
		return fence
	}
	return append(slices.Clone(fence), claim.ClusterNamespace)
}

// admitsPrivileged is the first namespace that does, or, where none is known to, that may as
// it can't be looked at. It is empty where none does.
func (s *session) admitsPrivileged(ctx context.Context, namespaces []string) string {
	unknown := ""
	for _, ns := range namespaces {
		level, err := s.level(ctx, ns)
		if err == nil && !refuses(level, "privileged") {
			return ns
		}
		if err != nil && unknown == "" {
			unknown = ns
		}
	}
	return unknown
}
