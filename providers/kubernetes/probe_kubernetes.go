package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/schema"
)

// objectProbe is the probe "kubernetes".
type objectProbe struct{ provider *Provider }

var (
	_ providers.Probe        = (*objectProbe)(nil)
	_ providers.WithValidate = (*objectProbe)(nil)
	_ providers.WithSummary  = (*objectProbe)(nil)
	_ providers.WithAccess   = (*objectProbe)(nil)
)

func (*objectProbe) TypeName() string { return "kubernetes" }

func (*objectProbe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Looks at objects of any kind in the cluster. They are watched and not polled: a sample says how they are at that moment, " +
			"and costs the API server nothing. While the cluster cannot be watched, samples are lost, and not failed. Without value_json the value is " +
			"how many objects there are. `last` offers count, names (at most 20), conditions (type to status) and object, both of a single object " +
			"that is named (null when it is not there, or larger than 64 KiB). The data of Secrets is never read into a sample.",
		Attributes: []schema.Attribute{
			{Name: "kind", Type: text(), Required: true, Example: `"Deployment"`, Description: "Kind of object, by the name that kubectl takes: \"Deployment\", \"deployments\" or \"deploy\"."},
			{Name: "group", Type: text(), Example: `"apps"`, Description: "API group. Needed only where several groups have the kind."},
			{Name: "version", Type: text(), Example: `"v1"`, Description: "API version. The one that the server prefers without it."},
			{Name: "namespace", Type: text(), Example: `"shop"`, Description: "Where to look. Without it, the only namespace of the environment."},
			{Name: "name", Type: text(), Example: `"payments"`, Description: "The one object to look at."},
			{Name: "labels", Type: textMap(), Example: `{ app = "payments" }`, Description: "Labels that an object must have to be looked at. With neither name nor labels all are."},
			{
				Name: "value_json", Type: text(), Example: `".status.readyReplicas // 0"`,
				Description: "A jq expression that gives the number which the probe measures, out of the object; without a name, out of a list whose items they are. A sample without the number fails.",
			},
		},
		Blocks:    []schema.NestedBlock{expectObjects()},
		Exclusive: [][]string{{"name", "labels"}},
	}
}

func (*objectProbe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"count": cty.Number, "names": cty.List(cty.String), "conditions": cty.Map(cty.String), "object": cty.DynamicPseudoType,
	})
}

func (*objectProbe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	_, diags := readObjects(v)
	return diags
}

// Summary implements providers.WithSummary.
func (*objectProbe) Summary(v schema.Values) string {
	what := v.String("kind")
	if v.Known("name") {
		what += " " + v.String("name")
	} else if given := v.StringMap("labels"); len(given) > 0 {
		what += " with " + selector(given)
	}
	if v.Known("namespace") {
		what += " in " + v.String("namespace")
	}
	return "watch " + what
}

// AccessRules implements providers.WithAccess.
func (*objectProbe) AccessRules() []providers.AccessRule {
	return []providers.AccessRule{{
		Group: "*", Resource: "*", Verbs: []string{"list", "watch"},
		Why: "watch what the probe looks at; the kinds that your probes name are enough",
	}}
}

func (p *objectProbe) Open(ctx context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	wants, diags := readObjects(req.Config)
	s, problems := p.provider.sessionOf(req.Environment)
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	found, problems := wants.what.find(ctx, &s.catalogue, s.Typed.Discovery())
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	namespace, problems := found.namespaceFor(req.Config.String("namespace"), s.Access.Namespaces)
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	followed, err := follow.Start(ctx, follow.Config{
		Resource: s.Dynamic.Resource(found.GroupVersionResource).Namespace(namespace),
		Labels:   selector(req.Config.StringMap("labels")), Fields: byName(req.Config.String("name")),
		Trim: hideSecrets, Alive: s.alive,
	})
	if err != nil {
		return nil, append(diags, providers.Errorf(nil, "Cannot watch the cluster", "%s.", err)...)
	}
	return &objectProber{objects: wants, follower: followed}, diags
}

// alive asks the API server for its version, which everybody may.
func (s *session) alive(ctx context.Context) error {
	return s.Typed.Discovery().RESTClient().Get().AbsPath("/version").Do(ctx).Error()
}

func selector(given map[string]string) string { return labels.Set(given).String() }

func byName(name string) string {
	if name == "" {
		return ""
	}
	return "metadata.name=" + name
}

// hideSecrets keeps what is secret out of samples, reports and error messages.
func hideSecrets(o follow.Object) {
	if o.GetKind() != "Secret" || o.GetAPIVersion() != "v1" {
		return
	}
	for _, field := range []string{"data", "stringData"} {
		data, _ := o.Object[field].(map[string]any)
		for key := range data {
			data[key] = "(sensitive)"
		}
	}
	annotations := o.GetAnnotations()
	// What changes Secrets keeps their values there: kubectl, and a fault its undo.
	maps.DeleteFunc(annotations, func(key, _ string) bool {
		return key == "kubectl.kubernetes.io/last-applied-configuration" || strings.HasPrefix(key, undo.Annotation(""))
	})
	o.SetAnnotations(annotations)
}

// staleAfter is how long a copy may be behind the cluster and still be believed.
const staleAfter = 2 * time.Second

// behind is the sample of a probe that cannot see; false while it can. It is no
// failed target: nobody knows how the target is.
func behind(f *follow.Follower, now time.Time) (providers.Sample, bool) {
	since, err := f.Behind()
	if since.IsZero() || now.Sub(since) < staleAfter {
		return providers.Sample{}, false
	}
	return providers.Sample{
		Lost:  true,
		Error: fmt.Sprintf("the cluster could not be watched for %s: %s", now.Sub(since).Round(time.Second), err),
	}, true
}

// namesOf are the first names of objects, with their namespace where they have one.
func namesOf(all []follow.Object) cty.Value {
	const most = 20
	if len(all) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	var names []cty.Value
	for _, o := range all[:min(len(all), most)] {
		names = append(names, cty.StringVal(strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/")))
	}
	return cty.ListVal(names)
}

// conditionsOf are the conditions in an object's status, by type.
func conditionsOf(o follow.Object) map[string]string {
	status, _ := o.Object["status"].(map[string]any)
	list, _ := status["conditions"].([]any)
	found := map[string]string{}
	for _, entry := range list {
		condition, _ := entry.(map[string]any)
		name, _ := condition["type"].(string)
		value, _ := condition["status"].(string)
		if name != "" {
			found[name] = value
		}
	}
	return found
}

func texted(m map[string]string) cty.Value {
	if len(m) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	all := map[string]cty.Value{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all[name] = cty.StringVal(m[name])
	}
	return cty.MapVal(all)
}
