package schema_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestDocumentation(t *testing.T) {
	golden(t, "block.txt", block().Text(`thing "everything"`))
	golden(t, "block.md", block().Markdown(2, "everything", `thing "everything" "example"`))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nrun go test -update if that is right", name, diff)
	}
}

func TestTheExampleIsWhatTheDecoderTakes(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(block().Example("thing")), "\n")
	_, diags := decode(t, strings.Join(lines[1:len(lines)-1], "\n")+"\n", nil)
	assert.Empty(t, diags)
}

// compile makes the JSON Schema of the block a validator.
func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := json.Marshal(block().JSONSchema())
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("block.json", document))
	schema, err := compiler.Compile("block.json")
	require.NoError(t, err)
	return schema
}

// TestTheJSONSchemaAgreesWithTheDecoder gives both the same documents.
func TestTheJSONSchemaAgreesWithTheDecoder(t *testing.T) {
	const base = `"name": "x", "process": {"web": {"command": ["web"]}}`
	schema := compile(t)
	for text, ok := range map[string]bool{
		base:                                              true,
		base + `, "latency": "300ms"`:                     true,
		base + `, "latency": "1h30m"`:                     true,
		base + `, "latency": null`:                        true,
		base + `, "latency": "${1 + 1}ms"`:                true,
		base + `, "latency": "soon"`:                      false,
		base + `, "size": "64Mi"`:                         true,
		base + `, "size": "64"`:                           false,
		base + `, "rate": "1.5mbit"`:                      true,
		base + `, "rate": "1mbps"`:                        false,
		base + `, "percent": 50`:                          true,
		base + `, "percent": 101`:                         false,
		base + `, "port": 0`:                              false,
		base + `, "on": true`:                             true,
		base + `, "on": [true]`:                           false,
		base + `, "mode": "write"`:                        true,
		base + `, "mode": "wirte"`:                        false,
		base + `, "delays": ["1s", "2s"]`:                 true,
		base + `, "delays": ["1s", "x"]`:                  false,
		base + `, "delays": ["1s", null]`:                 false,
		base + `, "limits": {"a": "1Mi"}`:                 true,
		base + `, "limits": {"a": "x"}`:                   false,
		base + `, "limits": {"a": null}`:                  false,
		base + `, "target": {"names": [null]}`:            false,
		base + `, "any": [1, {"a": []}]`:                  true,
		base + `, "lateny": "1s"`:                         false,
		base + `, "count": 1`:                             true,
		base + `, "count": 1.5`:                           false,
		base + `, "count": 1, "all": true`:                false,
		base + `, "target": {"names": []}`:                true,
		base + `, "target": [{}, {}]`:                     false,
		base + `, "rule": [{"value": 1}, {"value": "x"}]`: true,
		base + `, "rule": {"value": 1}`:                   true,
		base + `, "rule": {"valeu": 1}`:                   false,
		base + `, "//": "a comment"`:                      true,
		`"name": "x", "process": [{"web": {"command": ["a"]}}, {"db": {"command": ["b"]}}]`:     true,
		`"name": "x", "dynamic": {"process": {"for_each": {}, "labels": ["a"], "content": {}}}`: false, // decoded: no process
		`"name": "x", "process": {"web": {}}`:                                                   false,
		`"process": {"web": {"command": ["web"]}}`:                                              false,
		`"name": "x"`: false,
	} {
		t.Run(text, func(t *testing.T) {
			text := "{" + text + "}"
			file, diags := hcljson.Parse([]byte(text), "main.json")
			require.Empty(t, diags)
			_, diags = hcldec.Decode(file.Body, block().Spec(), &hcl.EvalContext{})
			assert.Equal(t, ok, !diags.HasErrors(), "decoder: %s", diags)
			instance, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			require.NoError(t, err)
			err = schema.Validate(instance)
			if strings.Contains(text, "dynamic") {
				assert.NoError(t, err, "what blocks it generates only evaluation can tell")
				return
			}
			assert.Equal(t, ok, err == nil, "schema: %v", err)
		})
	}
}
