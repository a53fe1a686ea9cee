package providertest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

func (b bench) testSchema(t *testing.T) {
	assert.Regexp(t, `^[a-z][a-z0-9]*(_[a-z0-9]+)+$`, b.Fault.TypeName(), "a type's name is snake_case, after its provider's")
	checkBlock(t, b.Fault.TypeName(), b.Fault.Schema())
	assert.Empty(t, cmp.Diff(describe(b.Fault.Schema()), describe(b.Fault.Schema())), "the schema is the same each time")
}

func describe(b *schema.Block) string {
	text, _ := json.Marshal(b.Attributes)
	return b.Description + string(text)
}

// checkBlock requires what the documentation is generated from.
func checkBlock(t *testing.T, path string, block *schema.Block) {
	t.Helper()
	assert.NotEmpty(t, block.Description, "%s has a description", path)
	for _, a := range block.Attributes {
		name := path + "." + a.Name
		assert.NotEmpty(t, a.Description, "%s has a description", name)
		assert.False(t, a.Required && a.Default != cty.NilVal, "%s is required, so a default would never be used", name)
	}
	for _, nested := range block.Blocks {
		checkBlock(t, path+"."+nested.Name, nested.Block)
	}
}

func (b bench) testPlan(t *testing.T) {
	first := b.plan(t, b.Environment)
	second := b.plan(t, b.Environment)
	require.Empty(t, cmp.Diff(first, second), "the same request gives the same plan")
	checkPlan(t, first)
	for _, target := range first.Targets {
		assert.NotEmpty(t, target.UID, "%s/%s is there, so it has a UID", target.Kind, target.Name)
	}
	b.healthy(t)
}

func (b bench) testPlanned(t *testing.T) {
	if b.Planned.Type == "" {
		t.Skip("the harness has no planned environment")
	}
	planned, up := b.plan(t, b.Planned), b.plan(t, b.Environment)
	checkPlan(t, planned)
	names := func(plan providers.FaultPlan) (out []string) {
		for _, target := range plan.Targets {
			out = append(out, target.Kind+"/"+target.Name)
		}
		return out
	}
	assert.Equal(t, names(planned), names(up), "the plan before and after the start chooses the same targets")
}

func checkPlan(t *testing.T, plan providers.FaultPlan) {
	t.Helper()
	assert.NotEmpty(t, plan.Effect)
	assert.NotEmpty(t, plan.Undo)
	assert.NotEmpty(t, plan.Guard)
	assert.NotEmpty(t, plan.Radius)
	assert.Empty(t, plan.Unknown)
	assert.NotEmpty(t, plan.Targets)
	assert.LessOrEqual(t, len(plan.Targets), plan.Eligible)
	if plan.Population > 0 { // 0 is not known
		assert.LessOrEqual(t, plan.Eligible, plan.Population)
	}
	for _, target := range plan.Targets {
		assert.True(t, len(plan.Counted.Kinds) == 0 || plan.Counted.Holds(target), "%+v is among what was counted: %+v", target, plan.Counted)
	}
	for _, permission := range plan.Permissions {
		assert.NotEmpty(t, permission.Action)
		assert.True(t, permission.Held, "the harness holds every permission: %+v", permission)
	}
}

func (b bench) testPrepare(t *testing.T) {
	record := b.prepare(t, lifetime)
	assert.Equal(t, b.Fault.TypeName(), record.Type)
	assert.Equal(t, b.Run, record.Run)
	assert.NotZero(t, record.Version)
	assert.NotEmpty(t, record.Targets)
	b.gone(t, record)
}

func (b bench) testRecordRoundTrip(t *testing.T) {
	record := b.prepare(t, lifetime)
	var back providers.Record
	require.NoError(t, json.Unmarshal(encode(t, record), &back))
	assert.JSONEq(t, string(encode(t, record)), string(encode(t, back)))
	b.inject(t, back)
	b.proven(t, back)
	b.revert(t, back)
	b.gone(t, record)
}

func (b bench) testRecordVersion(t *testing.T) {
	record := b.prepare(t, lifetime)
	record.Version = 9999
	ctx, cancel := b.within(t)
	defer cancel()
	for name, err := range map[string]error{
		"Inject": b.tryInject(ctx, record),
		"Revert": b.Fault.Revert(ctx, record),
	} {
		require.ErrorContains(t, err, "9999", "%s names the version that it does not know", name)
	}
	_, err := b.Fault.Observe(ctx, record)
	require.ErrorContains(t, err, "9999", "Observe names the version that it does not know")
}
