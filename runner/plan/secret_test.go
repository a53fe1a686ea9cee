package plan

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/lang"
)

func secrets(value cty.Value) map[string]cty.Value { return map[string]cty.Value{"token": value} }

func sealed(t *testing.T, value cty.Value) *Plan {
	t.Helper()
	p, err := Seal(samplePlan(), secrets(value))
	require.NoError(t, err)
	return p
}

func TestSealNeverHoldsTheValue(t *testing.T) {
	p := sealed(t, cty.StringVal("hunter2hunter2").Mark(lang.Sensitive))
	data, err := json.Marshal(p)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "hunter2")
	assert.True(t, strings.HasPrefix(p.Variables[0].Digest, "pbkdf2-sha256$600000$"), p.Variables[0].Digest)
}

func TestSealIsSaltedAndLeavesTheIdentity(t *testing.T) {
	a, b := sealed(t, cty.StringVal("hunter2")), sealed(t, cty.StringVal("hunter2"))
	assert.NotEqual(t, a.Variables[0].Digest, b.Variables[0].Digest)
	assert.Equal(t, Digest(a), Digest(samplePlan()))
	assert.Empty(t, Drift(a, b))
	assert.Empty(t, samplePlan().Variables[0].Digest)
}

func TestSealNeedsEveryValue(t *testing.T) {
	_, err := Seal(samplePlan(), nil)
	assert.ErrorContains(t, err, "var.token")
}

func TestCheckSensitive(t *testing.T) {
	p := sealed(t, cty.StringVal("1"))
	tests := map[string]struct {
		values map[string]cty.Value
		want   string // empty: accepted
	}{
		"same":         {secrets(cty.StringVal("1")), ""},
		"same, marked": {secrets(cty.StringVal("1").Mark(lang.Sensitive)), ""},
		"other":        {secrets(cty.StringVal("2")), "Sensitive variable differs from the plan"},
		"other type":   {secrets(cty.NumberIntVal(1)), "Sensitive variable differs from the plan"},
		"null":         {secrets(cty.NullVal(cty.String)), "Sensitive variable differs from the plan"},
		"missing":      {nil, "Missing sensitive variable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			diags := CheckSensitive(p, test.values)
			if test.want == "" {
				assert.Empty(t, diags)
				return
			}
			require.Len(t, diags, 1)
			assert.Equal(t, test.want, diags[0].Summary)
			assert.Contains(t, diags[0].Detail, "var.token")
		})
	}
}

func TestCheckSensitiveRefusesForeignDigests(t *testing.T) {
	good := sealed(t, cty.StringVal("1")).Variables[0].Digest
	for name, digest := range map[string]string{
		"none":            "",
		"other scheme":    strings.Replace(good, "pbkdf2", "md5", 1),
		"no iterations":   strings.Replace(good, "600000", "0", 1),
		"too many":        strings.Replace(good, "600000", "99999999999", 1),
		"cut off":         good[:len(good)-4],
		"not base64":      good[:len(good)-1] + "*",
		"too few parts":   "pbkdf2-sha256$1$abc",
		"negative rounds": strings.Replace(good, "600000", "-1", 1),
	} {
		t.Run(name, func(t *testing.T) {
			p := samplePlan()
			p.Variables[0].Digest = digest
			diags := CheckSensitive(p, secrets(cty.StringVal("1")))
			require.Len(t, diags, 1)
			assert.Equal(t, "Unusable plan file", diags[0].Summary)
		})
	}
}
