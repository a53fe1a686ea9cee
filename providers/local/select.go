package local

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// targetBlock describes the target block of faults on things of one kind.
func targetBlock(kind string) schema.NestedBlock {
	plural := plural(kind)
	return schema.NestedBlock{
		Name: "target", Nesting: schema.Single, Required: true,
		Block: &schema.Block{
			Description: fmt.Sprintf("Which %s of the environment. Names and labels narrow the choice together; an empty block means all.", plural),
			Attributes: []schema.Attribute{
				{Name: "names", Type: texts(), Description: fmt.Sprintf("Names of %s.", plural), Example: `["payments"]`},
				{Name: "labels", Type: textMap(), Description: "Labels, all of which must be there with these values.", Example: `{ tier = "backend" }`},
				{Name: "count", Type: integer(), Min: schema.Number(1), Description: "How many to choose by chance, repeatably by the fault's seed. All, when neither count nor percent is set."},
				{Name: "percent", Type: percent(), Description: "How many to choose by chance, as a share of those eligible, rounded up."},
			},
			Exclusive: [][]string{{"count", "percent"}},
		},
	}
}

func plural(kind string) string {
	if kind == kindProcess {
		return "processes"
	}
	return kind + "s"
}

// selection is what a target block chose.
type selection struct {
	targets    []providers.Target // sorted by name
	eligible   int
	population int
	unknown    string // why nothing could be chosen yet
}

// choose selects targets of one kind from the environment's inventory.
func choose(kind string, target schema.Values, env providers.EnvironmentState, seed int64) (selection, providers.Diagnostics) {
	population := slices.DeleteFunc(slices.Clone(env.Inventory), func(t providers.Target) bool { return t.Kind != kind })
	s := selection{population: len(population)}
	if name := firstUnknown(target); name != "" {
		s.unknown = fmt.Sprintf("target.%s depends on values that are known only when the run is applied", name)
		return s, nil
	}
	if diags := unknownNames(kind, target.Strings("names"), population); diags.HasErrors() {
		return s, diags
	}
	eligible := filter(target, population, env.Labels)
	s.eligible = len(eligible)
	s.targets = pick(eligible, wanted(target, len(eligible)), seed)
	if len(s.targets) == 0 {
		return s, providers.Errorf(cty.GetAttrPath("target"), "Nothing selected",
			"No %s of %s matches %s. It has %s.", kind, env.Address, describeTarget(target), describePopulation(kind, population))
	}
	return s, nil
}

func firstUnknown(target schema.Values) string {
	for _, name := range []string{"names", "labels", "count", "percent"} {
		if !target.Attr(name).IsWhollyKnown() {
			return name
		}
	}
	return ""
}

func unknownNames(kind string, names []string, population []providers.Target) providers.Diagnostics {
	var known []string
	for _, t := range population {
		known = append(known, t.Name)
	}
	var diags providers.Diagnostics
	for i, name := range names {
		if !slices.Contains(known, name) {
			path := cty.GetAttrPath("target").GetAttr("names").IndexInt(i)
			diags = append(diags, providers.Errorf(path, "Unknown "+kind,
				"The environment has no %s %q%s.", kind, name, meant(name, known))...)
		}
	}
	return diags
}

func filter(target schema.Values, population []providers.Target, labels []providers.Labels) []providers.Target {
	names, wantedLabels := target.Strings("names"), target.StringMap("labels")
	return slices.DeleteFunc(slices.Clone(population), func(t providers.Target) bool {
		if target.Known("names") && !slices.Contains(names, t.Name) {
			return true
		}
		has := labelsOf(t, labels)
		for key, value := range wantedLabels {
			if found, ok := has[key]; !ok || found != value {
				return true
			}
		}
		return false
	})
}

func labelsOf(t providers.Target, labels []providers.Labels) map[string]string {
	for _, l := range labels {
		if l.Target == t.Kind+"/"+t.Name {
			return l.Labels
		}
	}
	return nil
}

// wanted is how many of n to choose. A share is rounded up, so that it never
// comes to nothing where there is something.
func wanted(target schema.Values, n int) int {
	switch {
	case target.Known("count"):
		return min(n, target.Int("count"))
	case target.Known("percent"):
		const rounding = 1e-9 // of the product, which must not make 3 of 10 out of 2
		return min(n, int(math.Ceil(float64(n)*target.Float("percent")/100-rounding)))
	default:
		return n
	}
}

// pick chooses n targets. The order depends on nothing but the seed and the
// names, so the same plan picks the same targets on every machine.
func pick(eligible []providers.Target, n int, seed int64) []providers.Target {
	shuffled := slices.Clone(eligible)
	slices.SortFunc(shuffled, func(a, b providers.Target) int {
		return cmp.Or(slices.Compare(lot(a, seed), lot(b, seed)), cmp.Compare(a.Name, b.Name))
	})
	picked := shuffled[:n]
	slices.SortFunc(picked, func(a, b providers.Target) int { return cmp.Compare(a.Name, b.Name) })
	return picked
}

// lot is what a target draws.
func lot(t providers.Target, seed int64) []byte {
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, uint64(seed)), t.Kind+"/"+t.Name...))
	return sum[:]
}

func describeTarget(target schema.Values) string {
	var parts []string
	if names := target.Strings("names"); len(names) > 0 {
		parts = append(parts, "names "+strings.Join(names, ", "))
	}
	labels := target.StringMap("labels")
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, fmt.Sprintf("label %s = %q", key, labels[key]))
	}
	if target.Known("percent") {
		parts = append(parts, fmt.Sprintf("%g percent", target.Float("percent")))
	}
	if len(parts) == 0 {
		return "the target block"
	}
	return strings.Join(parts, " and ")
}

func describePopulation(kind string, population []providers.Target) string {
	if len(population) == 0 {
		return "no " + plural(kind)
	}
	var names []string
	for _, t := range population {
		names = append(names, t.Name)
	}
	return "the " + plural(kind) + " " + strings.Join(names, ", ")
}
