package registry_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
)

func builtin(t *testing.T) *providers.Set {
	t.Helper()
	set, err := registry.Builtin()
	require.NoError(t, err)
	return set
}

func TestBuiltinProvidersDoNotCollide(t *testing.T) {
	set := builtin(t)
	for _, p := range set.All() {
		meta := p.Metadata()
		assert.NotEmpty(t, meta.Version, meta.Name)
		assert.True(t, strings.HasSuffix(meta.Description, "."), "%s: %q is not a sentence", meta.Name, meta.Description)
	}
	for _, kind := range providers.Kinds() {
		assert.NotEmpty(t, set.Names(kind), kind)
	}
}

// Types carry their provider's name as prefix, unless they are named after a
// protocol.
func TestTypeNamesCarryTheirProviders(t *testing.T) {
	set := builtin(t)
	for _, name := range set.Names(providers.KindFault) {
		owner := set.ProviderOf(providers.KindFault, name).Metadata().Name
		assert.True(t, strings.HasPrefix(name, owner+"_"), name)
	}
}

// meta are the arguments of the language, which no type may take for itself.
func meta(kind providers.Kind) []string {
	switch kind {
	case providers.KindFault:
		return []string{"delay", "duration", "seed", "for_each", "depends_on"}
	case providers.KindProbe:
		return []string{"interval", "timeout", "for_each"}
	case providers.KindLoad:
		return []string{"timeout", "for_each"}
	case providers.KindAction:
		return []string{"timeout"}
	default:
		return nil
	}
}

func TestSchemasAreSound(t *testing.T) {
	set := builtin(t)
	for _, kind := range providers.Kinds() {
		for _, name := range set.Names(kind) {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				block := set.Type(kind, name).Schema()
				assert.NoError(t, block.Verify())
				assert.NotEmpty(t, block.Description)
				for _, taken := range meta(kind) {
					assert.Nil(t, block.Attribute(taken), "%s belongs to the language", taken)
				}
				example(t, block.Example("example"), block.Spec())
			})
		}
	}
}

// example decodes a type's own example, where references are unknown.
func example(t *testing.T, text string, spec hcldec.Spec) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "example.hcl", hcl.InitialPos)
	require.False(t, diags.HasErrors(), "%s\n%s", diags, text)
	body, ok := file.Body.(*hclsyntax.Body)
	require.True(t, ok)
	unknown := map[string]cty.Value{}
	for _, root := range []string{"self", "var", "local", "environment", "path", "run", "each"} {
		unknown[root] = cty.DynamicVal
	}
	functions := map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}
	_, diags = hcldec.Decode(body.Blocks[0].Body, spec, &hcl.EvalContext{Variables: unknown, Functions: functions})
	assert.Empty(t, diags, "%s", text)
}

// A plan tells what everything in it does: faults and environments in their own
// plans, all else in its summary.
func TestProbesLoadsAndActionsHaveSummaries(t *testing.T) {
	set := builtin(t)
	for _, kind := range []providers.Kind{providers.KindProbe, providers.KindLoad, providers.KindAction} {
		for _, name := range set.Names(kind) {
			assert.Implements(t, (*providers.WithSummary)(nil), set.Type(kind, name), "%s %s", kind, name)
		}
	}
}
