package kubernetes

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/schema"
)

// configChange is kubernetes_config_change, and kubernetes_secret_change. They are
// two types so that whoever changes ConfigMaps needs no right to read Secrets.
type configChange struct {
	changing
	of target.Kind // ConfigMap or Secret
}

func (c configChange) secret() bool { return c.of == target.Secret }

func (c configChange) typeName() string {
	if c.secret() {
		return "kubernetes_secret_change"
	}
	return "kubernetes_config_change"
}

func (c configChange) kind() target.Kind { return c.of }

func (c configChange) schema() *schema.Block {
	what := "ConfigMaps"
	if c.secret() {
		what = "Secrets"
	}
	return &schema.Block{
		Description: "Changes or removes keys of " + what + ", and puts back what was there byte for byte.",
		Attributes: []schema.Attribute{
			{Name: "set", Type: textMap(), Sensitive: c.secret(), Description: "Keys and the values that they get, as text. Keys that are not there are added.", Example: `{ PAYMENTS_URL = "http://payments.invalid" }`},
			{Name: "remove", Type: texts(), Description: "Keys to remove."},
		},
		Blocks: []schema.NestedBlock{target.Block(c.of)},
	}
}

func (c configChange) rules() []providers.AccessRule {
	return []providers.AccessRule{
		{Resource: string(c.of) + "s", Verbs: []string{"get", "patch"}, Why: "change keys, and put them back"},
	}
}

// keyPattern is what the API server takes as a key.
var keyPattern = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

func (c configChange) validate(values schema.Values) providers.Diagnostics {
	if !values.Attr("set").IsKnown() || !values.Attr("remove").IsKnown() {
		return nil
	}
	set, remove := keysOf(values, "set"), values.Strings("remove")
	if len(set)+len(remove) == 0 {
		return providers.Errorf(nil, "Nothing to change", "Expected keys in set or in remove, found none. Say what is to be changed.")
	}
	var diags providers.Diagnostics
	for _, key := range set {
		diags = append(diags, checkKey("set", key)...)
		if slices.Contains(remove, key) {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("remove"), "Set and removed", "The key %q is in set and in remove. Leave it in one of them.", key)...)
		}
	}
	for _, key := range remove {
		diags = append(diags, checkKey("remove", key)...)
	}
	return diags
}

func checkKey(attribute, key string) providers.Diagnostics {
	if keyPattern.MatchString(key) {
		return nil
	}
	return providers.Errorf(cty.GetAttrPath(attribute), "Not a key",
		"Expected letters, digits, \"-\", \"_\" and \".\", 253 characters at most; found the key %q.", key)
}

// keysOf are the keys of a map, whose values may be unknown.
func keysOf(values schema.Values, name string) []string {
	if !values.Known(name) {
		return nil
	}
	return slices.Sorted(maps.Keys(values.Attr(name).AsValueMap()))
}

func (c configChange) plan(ctx context.Context, p planning) providers.Diagnostics {
	p.plan.Effect = c.effect(p.config)
	p.plan.Undo = "puts back what each key held, which stands in an annotation of the same object"
	if p.session == nil {
		return nil
	}
	var diags providers.Diagnostics
	for _, t := range p.choice.Targets {
		p.plan.Radius = append(p.plan.Radius, users(p.world, t)...)
		diags = append(diags, c.check(ctx, p, t)...)
	}
	return diags
}

// effect names keys, never values.
func (configChange) effect(values schema.Values) string {
	var parts []string
	if set := keysOf(values, "set"); len(set) > 0 {
		parts = append(parts, "sets "+strings.Join(set, ", "))
	}
	if remove := values.Strings("remove"); len(remove) > 0 {
		parts = append(parts, "removes "+strings.Join(remove, ", "))
	}
	if len(parts) == 0 {
		return "changes keys of each"
	}
	return strings.Join(parts, " and ") + " in each"
}

// check reads a target and says what would not work.
func (c configChange) check(ctx context.Context, p planning, t providers.Target) providers.Diagnostics {
	edits, o, err := c.edits(ctx, p.session, p.config, t)
	if err != nil {
		return providers.Errorf(nil, "Cannot read the target", "%s.", err)
	}
	if immutable, _ := o["immutable"].(bool); immutable {
		return providers.Errorf(nil, "The target is immutable",
			"%s/%s has immutable = true, which the API server enforces and which cannot be taken back. Choose another, or change what refers to it.", t.Kind, t.Name)
	}
	for _, e := range edits {
		if !e.Holds(o) {
			return nil
		}
	}
	return providers.Warningf(nil, "Nothing would change",
		"%s/%s is already as the fault would make it. Without a change there is no evidence, and the experiment would be inconclusive.", t.Kind, t.Name)
}
