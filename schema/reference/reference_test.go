package reference_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/schema/config"
	"github.com/gameday-dev/gameday/schema/lang"
	"github.com/gameday-dev/gameday/schema/reference"
)

// fake has one type of each kind, all with the same body.
type fake struct{}

func (fake) Metadata() providers.Metadata {
	return providers.Metadata{Name: "fake", Version: "1.0.0", Description: "For tests."}
}

func (fake) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{environment{}}, Faults: []providers.Fault{fault{}},
		Probes: []providers.Probe{probe{}}, Loads: []providers.Load{load{}}, Actions: []providers.Action{action{}},
	}
}

type (
	environment struct {
		typ
		providers.Environment
	}
	fault struct {
		typ
		providers.Fault
	}
	probe struct {
		typ
		providers.Probe
	}
	load struct {
		typ
		providers.Load
	}
	action struct {
		typ
		providers.Action
	}
)

type typ struct{}

func (typ) named() *schema.Block {
	return &schema.Block{
		Description: "Does as told. And no more.",
		Attributes: []schema.Attribute{
			{Name: "url", Type: schema.Type{Kind: schema.String}, Required: true, Description: "Where.", Example: `"http://localhost"`},
		},
	}
}

func (environment) TypeName() string        { return "fake" }
func (e environment) Schema() *schema.Block { return e.named() }
func (fault) TypeName() string              { return "fake_delay" }
func (f fault) Schema() *schema.Block       { return f.named() }
func (probe) TypeName() string              { return "http" }
func (p probe) Schema() *schema.Block       { return p.named() }
func (probe) SampleType() cty.Type          { return cty.EmptyObject }
func (load) TypeName() string               { return "http" }
func (l load) Schema() *schema.Block        { return l.named() }
func (action) TypeName() string             { return "exec" }
func (a action) Schema() *schema.Block      { return a.named() }

func set(t *testing.T) *providers.Set {
	t.Helper()
	set, err := providers.NewSet(fake{})
	require.NoError(t, err)
	return set
}

func TestTopicsAreFoundByAnyOfTheirNames(t *testing.T) {
	topics := reference.Topics(set(t))
	for name, want := range map[string][]string{
		"fault.fake_delay":             {"fault.fake_delay"},
		"fake_delay":                   {"fault.fake_delay"},
		"http":                         {"probe.http", "load.http"},
		"fake":                         {"environment.fake", "fault.fake_delay", "probe.http", "load.http", "action.exec"},
		"experiment":                   {"experiment"},
		"recovery":                     {"experiment.steady_state.recovery"},
		"experiment.steady_state":      {"experiment.steady_state"},
		"steady_state":                 {"experiment.steady_state"},
		"nothing":                      nil,
		"experiment.fault":             {"experiment.fault"},
		"experiment.steady_state.fake": nil,
	} {
		var got []string
		for _, topic := range reference.Find(topics, name) {
			got = append(got, topic.Name)
		}
		assert.Equal(t, want, got, name)
	}
	assert.Equal(t, "steady_state", reference.Nearest(topics, "steadystate"))
	assert.Equal(t, "fake_delay", reference.Nearest(topics, "fake_dealy"))
}

func TestTypesShowTheArgumentsOfTheLanguageToo(t *testing.T) {
	topics := reference.Topics(set(t))
	text := reference.Text(reference.Find(topics, "probe.http"))
	assert.Contains(t, text, `probe "http" "name"`)
	assert.Contains(t, text, `interval  (duration; default "1s")`)
	assert.Contains(t, text, "url  (string; required)")
	markdown := reference.Markdown(reference.Find(topics, "probe.http"))
	assert.Contains(t, markdown, `probe "http" "example" {`)
	assert.Contains(t, reference.List(topics), "Does as told.\n", "the first sentence, and no more")
}

func TestDescriptionsOfTheLanguageAreSound(t *testing.T) {
	for _, topic := range reference.Topics(set(t)) {
		assert.NoError(t, topic.Block.Verify(), topic.Name)
		assert.NotEmpty(t, topic.Block.Description, topic.Name)
	}
}

// TestTheLoaderTakesEveryDocumentedArgument holds the descriptions to the
// decoder of package config, which is written by hand.
func TestTheLoaderTakesEveryDocumentedArgument(t *testing.T) {
	var text strings.Builder
	for _, c := range lang.Language() {
		write(&text, c)
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "child"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "child", "c.gameday.hcl"), []byte("locals {}\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.gameday.hcl"), []byte(text.String()), 0o644))
	_, diags := config.LoadDir(dir)
	assert.Empty(t, diags, "%s", text.String())
}

// write writes a block with every argument and every block inside.
func write(text *strings.Builder, c *lang.Construct) {
	text.WriteString(c.Name)
	for _, label := range c.Labels {
		fmt.Fprintf(text, " %q", map[string]string{"type": "fake", "name": "example"}[label])
	}
	text.WriteString(" {\n")
	for _, a := range c.Body.Attributes {
		if a.Name != "select" { // excludes experiments
			fmt.Fprintf(text, "%s = %s\n", a.Name, value(a))
		}
	}
	for _, child := range c.Children {
		write(text, child)
	}
	text.WriteString("}\n")
}

func value(a schema.Attribute) string {
	switch {
	case a.Name == "depends_on":
		return "[]"
	case a.Name == "source":
		return `"./child"`
	case a.Example != "":
		return a.Example
	case a.Type.Kind == schema.Bool:
		return "true"
	default:
		return `"1s"`
	}
}

func TestTheJSONSchemaOfAFile(t *testing.T) {
	raw, err := reference.JSONSchema(set(t))
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("gameday.json", document))
	compiled, err := compiler.Compile("gameday.json")
	require.NoError(t, err)
	experiment := func(inner string) string {
		return `{"experiment": {"e": {"steady_state": {"probe": {"http": {"web": {"url": "http://localhost"}}},
			"assert": {"a": {"condition": "${probe.web.success_ratio > 0.5}"}}}` + inner + `}}}`
	}
	for text, ok := range map[string]bool{
		experiment(""): true,
		experiment(`, "fault": {"fake_delay": {"f": {"url": "x", "duration": "5s"}}}`):                       true,
		experiment(`, "fault": {"fake_delay": {"f": [{"url": "x"}], "g": {"url": "x", "for_each": ["a"]}}}`): true,
		experiment(`, "fault": [{"fake_delay": {"f": {"url": "x"}}}, {"fake_delay": {"g": {"url": "x"}}}]`):  true,
		experiment(`, "fault": {"fake_delay": {"f": {"url": "x", "duration": "5"}}}`):                        false,
		experiment(`, "fault": {"fake_dealy": {"f": {"url": "x"}}}`):                                         false,
		experiment(`, "fault": {"fake_delay": {"f": {"ulr": "x"}}}`):                                         false,
		experiment(`, "wieght": 3`): false,
		`{"locals": {"anything": [1, 2], "goes": "${var.x}"}, "variable": {"x": {"type": "string"}}}`:         true,
		`{"module": {"shop": {"source": "./shop", "variant": "fragile"}}}`:                                    true,
		`{"module": {"shop": {"variant": "fragile"}}}`:                                                        false,
		`{"suite": {"s": {"experiments": ["experiment.e"], "gate": {"min_score": 0.9}}}}`:                     true,
		`{"suite": {"s": {"experiments": ["experiment.e"], "gate": {"min_score": 90}}}}`:                      false,
		`{"gameday": {"required_version": ">= 0.1", "required_providers": {"local": {"source": "builtin"}}}}`: true,
		`{"policy": [{"max_targets_percent": 50}, {"deny_context": ["*prod*"]}]}`:                             true,
		`{"experiments": {}}`: false,
		`{"//": "a comment"}`: true,
	} {
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		err = compiled.Validate(instance)
		assert.Equal(t, ok, err == nil, "%s: %v", text, err)
	}
}

func TestTheJSONSchemaOfAType(t *testing.T) {
	raw, err := reference.TypeJSONSchema(reference.Find(reference.Topics(set(t)), "fault.fake_delay")[0])
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"title": "fault.fake_delay"`)
	assert.Contains(t, string(raw), `"duration"`)
}
