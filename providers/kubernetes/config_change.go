package kubernetes

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/target"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
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

func (c configChange) inject(ctx context.Context, i injection) error {
	return i.change(ctx, func(t providers.Target) ([]undo.Edit, error) {
		edits, _, err := c.edits(ctx, i.session, i.config, t)
		return edits, err
	})
}

// edits are the changes of one object. A ConfigMap's key is in data or in
// binaryData, never in both: setting one that is binary moves it.
func (c configChange) edits(ctx context.Context, s *session, values schema.Values, t providers.Target) ([]undo.Edit, map[string]any, error) {
	path, err := pathOf(t)
	if err != nil {
		return nil, nil, err
	}
	o, err := s.API.Get(ctx, path)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s/%s: %w", t.Kind, t.Name, err)
	}
	binary, _ := o["binaryData"].(map[string]any)
	var edits []undo.Edit
	without := func(key string) {
		if _, found := binary[key]; found {
			edits = append(edits, undo.Edit{Pointer: "/binaryData/" + undo.Escape(key)})
		}
	}
	set := values.StringMap("set")
	for _, key := range slices.Sorted(maps.Keys(set)) {
		without(key)
		edits = append(edits, undo.Edit{Pointer: "/data/" + undo.Escape(key), To: c.encode(set[key])})
	}
	for _, key := range values.Strings("remove") {
		without(key)
		edits = append(edits, undo.Edit{Pointer: "/data/" + undo.Escape(key)})
	}
	return edits, o, nil
}

// encode is a value as the API has it.
func (c configChange) encode(value string) string {
	if c.secret() {
		return base64.StdEncoding.EncodeToString([]byte(value))
	}
	return value
}

// observe reads the object back and compares it with what stands in its own
// annotation: the record knows no values.
func (c configChange) observe(ctx context.Context, l look) ([]finding, error) {
	return l.each(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		path, err := pathOf(t)
		if err != nil {
			return finding{}, err
		}
		o, err := l.session.API.Get(ctx, path)
		if err != nil {
			return finding{}, err
		}
		edits, err := undo.Edits(o, l.record.ID)
		return readBack(t, o, edits), err
	})
}

func readBack(t providers.Target, o map[string]any, edits []undo.Edit) finding {
	changed := map[string]bool{}
	for _, e := range edits {
		key := e.Pointer[strings.LastIndex(e.Pointer, "/")+1:]
		if !e.Holds(o) {
			return finding{state: providers.Absent, detail: "something else has changed the key " + key}
		}
		if !e.Moot() {
			changed[key] = true
		}
	}
	if len(changed) == 0 {
		return finding{detail: "it was like that before, so that nothing changed"}
	}
	return finding{facts: []providers.Fact{{
		Name: "keys_changed", Text: fmt.Sprintf("%s/%s reads back with %s changed", t.Kind, t.Name, strings.Join(sortedKeys(changed), ", ")), Value: float64(len(changed)), Unit: "keys",
	}}}
}
