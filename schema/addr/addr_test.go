package addr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

func TestParseTarget(t *testing.T) {
	tests := map[string]Target{
		"experiment.x":               {Kind: "experiment", Name: "x"},
		"suite.release_gate":         {Kind: "suite", Name: "release_gate"},
		"module.a":                   {Module: ModuleInstance{{Name: "a"}}},
		`module.a["k"].experiment.x`: {Module: ModuleInstance{{"a", EachKey("k")}}, Kind: "experiment", Name: "x"},
		`module.a.module.b["${}"]`:   {},
	}
	for text, want := range tests {
		got, err := ParseTarget(text)
		if want.Kind == "" && want.Module == nil {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		assert.Equal(t, text, got.String())
	}
}

func TestParseTargetErrors(t *testing.T) {
	tests := map[string]string{
		"":                        "is not an address: expected one such as experiment.x",
		"experimnet.x":            `did you mean "experiment"?`,
		"experimnet":              `did you mean "experiment"?`,
		"experiment":              `a name must follow "experiment"`,
		"module.a.module":         `a name must follow "module"`,
		"experiment.x.fault.y":    "nothing can follow experiment.x",
		`experiment.x["k"]`:       "nothing can follow experiment.x",
		"module.a[0]":             "a key is a text in quotes",
		`module["a"]`:             `a name must follow "module"`,
		"fault.x":                 "an address starts with experiment, suite, environment or module",
		"experiment . x + 1":      "is not an address",
		`module.a["k"]["l"]`:      "names are joined by dots",
		string(make([]byte, 1e4)): "longer than 4096 bytes",
	}
	for text, want := range tests {
		_, err := ParseTarget(text)
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
	}
}

func TestTargetMatches(t *testing.T) {
	object := Object{ModuleInstance{{"a", EachKey("k")}, {Name: "b"}}, "experiment", "x"}
	tests := map[string]bool{
		`module.a["k"].module.b.experiment.x`: true,
		`module.a.module.b.experiment.x`:      true,
		`module.a["k"]`:                       true,
		`module.a`:                            true,
		`module.a["l"]`:                       false,
		`module.b`:                            false,
		`experiment.x`:                        false,
		`module.a.module.b.suite.x`:           false,
		`module.a.module.b.experiment.y`:      false,
		`module.a.experiment.x`:               false,
		`module.a.module.b.module.c`:          false,
	}
	for text, want := range tests {
		target, err := ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, target.Matches(object), text)
	}
}

// Whatever the keys are, an address that is shown can be given back.
func TestAddressesCanBeGivenBack(t *testing.T) {
	name := rapid.StringMatching(`[a-z_][a-z0-9_-]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		object := Object{Kind: rapid.SampledFrom([]string{"experiment", "suite", "environment"}).Draw(t, "kind"), Name: name.Draw(t, "name")}
		for range rapid.IntRange(0, 3).Draw(t, "modules") {
			key := Key{}
			if rapid.Bool().Draw(t, "keyed") {
				// Keys come from the language, whose texts are normalized.
				key = EachKey(cty.StringVal(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"${a}", "%{if}", "$${", `"\`, "\u0007\n\r\t", "\U000e0001"})).Draw(t, "key")).AsString())
			}
			object.Module = object.Module.Child(name.Draw(t, "module"), key)
		}
		target, err := ParseTarget(object.String())
		if err != nil {
			t.Fatalf("%s: %s", object, err)
		}
		if target.String() != object.String() || !target.Matches(object) {
			t.Fatalf("%s became %s", object, target)
		}
	})
}

func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{"experiment.x", `module.a["k"].experiment.x`, "suite.y", `module.a["\u0000"]`, "a.b[", "module.a[1e999].x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		require.NoError(t, err)
		assert.Equal(t, target, again)
	})
}

func TestCutPart(t *testing.T) {
	for text, want := range map[string][2]string{
		`experiment.x.fault.y`:                                  {`experiment.x`, `fault.y`},
		`experiment.x.fault.y["k"]`:                             {`experiment.x`, `fault.y["k"]`},
		`experiment.fault.fault.y`:                              {`experiment.fault`, `fault.y`},
		`experiment.experiment.fault.fault`:                     {`experiment.experiment`, `fault.fault`},
		`experiment.x.fault.y["a.fault.b"]`:                     {`experiment.x`, `fault.y["a.fault.b"]`},
		`module.fault.experiment.x.fault.y`:                     {`module.fault.experiment.x`, `fault.y`},
		`module.experiment.experiment.x.fault.y`:                {`module.experiment.experiment.x`, `fault.y`},
		`module.a["x.fault.y"].experiment.e.fault.f`:            {`module.a["x.fault.y"].experiment.e`, `fault.f`},
		`module.a["ä\"$${"].module.b.experiment.e.fault.f["ö"]`: {`module.a["ä\"$${"].module.b.experiment.e`, `fault.f["ö"]`},
	} {
		experiment, local, found := CutPart(text)
		assert.True(t, found, text)
		assert.Equal(t, want, [2]string{experiment, local}, text)
	}
	for _, text := range []string{"", "experiment.x", "environment.e", "module.a", "module.a.fault.y", `experiment["x"].fault.y`, "experiment x.fault.y", "a[", "experiment.x[0]"} {
		_, _, found := CutPart(text)
		assert.False(t, found, text)
	}
}

func TestStrings(t *testing.T) {
	experiment := Object{ModuleInstance{{"a", EachKey("k")}}, "experiment", "x"}
	part := Part{experiment, "fault", "y", EachKey(`"`)}
	assert.Equal(t, `module.a["k"].experiment.x.fault.y["\""]`, part.String())
	assert.Equal(t, `fault.y["\""]`, part.Local())
	assert.Equal(t, "module.a.module.b", ModulePath{"a", "b"}.String())
	assert.Empty(t, ModulePath(nil).String())
}
