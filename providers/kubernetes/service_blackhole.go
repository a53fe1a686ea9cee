package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
	"github.com/gameday-dev/gameday/providers/schema"
)

// labelBlackhole in a Service's selector is a label that no pod has.
const labelBlackhole = "gameday.dev/blackhole"

// serviceBlackhole is kubernetes_service_blackhole.
type serviceBlackhole struct{ noChecks }

// endpoints are how many ready ones each service had before, by name.
type endpoints map[string]int

func (serviceBlackhole) typeName() string  { return "kubernetes_service_blackhole" }
func (serviceBlackhole) kind() target.Kind { return target.Service }

func (serviceBlackhole) schema() *schema.Block {
	return &schema.Block{
		Description: "Takes all endpoints from services, by a selector that matches no pod. The pods go on and are reached by their own addresses.",
		Blocks:      []schema.NestedBlock{target.Block(target.Service)},
	}
}

func (serviceBlackhole) rules() []providers.AccessRule {
	return []providers.AccessRule{{Resource: "services", Verbs: []string{"get", "patch"}, Why: "change the selector, and put it back"}}
}

func (serviceBlackhole) plan(_ context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = "takes all endpoints from each: new connections to it fail, open ones may go on"
	p.plan.Undo = "puts the selector back and waits until ready pods are endpoints again"
	if p.world == nil {
		return nil
	}
	var diags providers.Diagnostics
	for _, t := range p.choice.Targets {
		for i := range p.world.Services {
			if s := &p.world.Services[i]; string(s.UID) == t.UID {
				ready := readyEndpoints(slicesOf(p.world, s))
				p.plan.Radius = append(p.plan.Radius, fmt.Sprintf("service/%s loses %d ready endpoints", t.Name, ready))
				diags = append(diags, blackholed(s, ready)...)
			}
		}
	}
	return diags
}

func slicesOf(w *world.World, s *corev1.Service) []discoveryv1.EndpointSlice {
	var out []discoveryv1.EndpointSlice
	for _, slice := range w.Slices {
		if slice.Namespace == s.Namespace && slice.Labels[discoveryv1.LabelServiceName] == s.Name {
			out = append(out, slice)
		}
	}
	return out
}

// blackholed refuses services whose endpoints no selector makes.
func blackholed(s *corev1.Service, ready int) providers.Diagnostics {
	name := s.Namespace + "/" + s.Name
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return providers.Errorf(nil, "The service has no endpoints",
			"service/%s is of type ExternalName: it is an alias in DNS and has no endpoints that could be taken away.", name)
	case len(s.Spec.Selector) == 0:
		return providers.Errorf(nil, "The service has no selector",
			"service/%s has no selector: somebody else writes its endpoints, and would write them again. Choose a service that selects pods.", name)
	case ready == 0:
		return providers.Warningf(nil, "The service has no ready endpoints",
			"service/%s has no ready endpoints now, so that there is nothing to take away and no evidence.", name)
	}
	return nil
}

func (serviceBlackhole) intend(ctx context.Context, p preparation) (intent, error) {
	data := endpoints{}
	for _, t := range p.targets {
		ready, err := p.session.endpointsOf(ctx, t)
		if err != nil {
			return intent{}, err
		}
		data[t.Name] = ready
	}
	steps, err := restoring(p.targets)
	return intent{steps: steps, data: data}, err
}

func (serviceBlackhole) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(providers.Target) ([]undo.Edit, error) {
		return []undo.Edit{{Pointer: "/spec/selector/" + undo.Escape(labelBlackhole), To: i.record.ID}}, nil
	})
}

// observe takes empty EndpointSlices as evidence.
func (serviceBlackhole) observe(ctx context.Context, l look) ([]finding, error) {
	var before endpoints
	if err := json.Unmarshal(l.data, &before); err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		ready, err := l.session.endpointsOf(ctx, t)
		return before.finding(t, ready), err
	})
}

func (e endpoints) finding(t providers.Target, ready int) finding {
	before := e[t.Name]
	switch {
	case before == 0:
		return finding{detail: "it had no ready endpoints before, so that nothing changed"}
	case ready > 0:
		return finding{detail: fmt.Sprintf("it has %d ready endpoints so far", ready)}
	}
	return finding{facts: []providers.Fact{{
		Name: "endpoints_lost", Text: fmt.Sprintf("service/%s has 0 of %d ready endpoints", t.Name, before), Value: float64(before), Unit: "endpoints",
	}}}
}

// endpointsOf counts a service's ready endpoints.
func (s *session) endpointsOf(ctx context.Context, t providers.Target) (int, error) {
	namespace := namespaceOf(t)
	list, err := s.Typed.DiscoveryV1().EndpointSlices(namespace).List(ctx, metav1.ListOptions{
		LabelSelector: discoveryv1.LabelServiceName + "=" + t.Name[len(namespace)+1:],
	})
	if err != nil {
		return 0, fmt.Errorf("read the endpoints of %s: %w", t.Name, err)
	}
	return readyEndpoints(list.Items), nil
}

func readyEndpoints(all []discoveryv1.EndpointSlice) int {
	ready := map[string]bool{} // an endpoint with several ports may be in several slices
	for i := range all {
		for _, e := range all[i].Endpoints {
			if (e.Conditions.Ready == nil || *e.Conditions.Ready) && len(e.Addresses) > 0 {
				ready[string(all[i].AddressType)+e.Addresses[0]] = true
			}
		}
	}
	return len(ready)
}

// settled waits until the ready pods that a service selects are endpoints again.
func (serviceBlackhole) settled(ctx context.Context, l look) (string, error) {
	left := ""
	for _, t := range l.record.Targets {
		missing, err := l.session.withoutEndpoints(ctx, t)
		if err != nil {
			return "", err
		}
		left = joined(left, missing)
	}
	return left, nil
}

func (s *session) withoutEndpoints(ctx context.Context, t providers.Target) (string, error) {
	path, err := pathOf(t)
	if err != nil {
		return "", err
	}
	var service corev1.Service
	err = s.into(ctx, path, &service)
	if undo.IsNotFound(err) || err == nil && (string(service.UID) != t.UID || len(service.Spec.Selector) == 0) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	ready, err := s.endpointsOf(ctx, t)
	if err != nil || ready > 0 {
		return "", err
	}
	pods, err := s.Typed.CoreV1().Pods(service.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.FormatLabels(service.Spec.Selector)})
	if err != nil {
		return "", fmt.Errorf("read the pods of service/%s: %w", t.Name, err)
	}
	for i := range pods.Items {
		if world.Alive(&pods.Items[i]) && world.Ready(&pods.Items[i]) {
			return fmt.Sprintf("service/%s has no endpoints yet, though pods are ready", t.Name), nil
		}
	}
	return "", nil
}
