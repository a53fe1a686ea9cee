package lang_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/lang"
)

func TestWindowsHaveTheProbesFields(t *testing.T) {
	fields := cty.Object(map[string]cty.Type{"status": cty.Number, "latency": cty.String})
	last := lang.WindowType(fields).AttributeType("last")
	assert.Equal(t, cty.Number, last.AttributeType("status"))
	assert.Equal(t, cty.Number, last.AttributeType("latency"), "a field cannot take the name of what every sample has")
	assert.Equal(t, lang.WindowType(cty.EmptyObject), lang.WindowType(cty.NilType))
}

// TestWindowsAreDocumentedAsTheyAre compares the names.
func TestWindowsAreDocumentedAsTheyAre(t *testing.T) {
	documented := names(lang.Window(), "")
	both := map[string]bool{}
	for _, window := range []cty.Type{lang.WindowType(cty.EmptyObject), lang.LoadWindowType()} {
		flatten(window, "", both)
	}
	assert.Equal(t, slices.Sorted(maps.Keys(both)), documented)
}

func names(b *schema.Block, prefix string) []string {
	var all []string
	for _, a := range b.Attributes {
		all = append(all, prefix+a.Name)
	}
	for _, n := range b.Blocks {
		all = append(all, names(n.Block, prefix+n.Name+".")...)
	}
	slices.Sort(all)
	return all
}

func flatten(t cty.Type, prefix string, into map[string]bool) {
	for name, inner := range t.AttributeTypes() {
		if inner.IsObjectType() {
			flatten(inner, prefix+name+".", into)
			continue
		}
		into[prefix+name] = true
	}
}
