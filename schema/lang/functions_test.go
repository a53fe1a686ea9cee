package lang_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/schema/lang"
)

// eval evaluates an expression in a directory. The variable later is unknown,
// secret is sensitive.
func eval(t *testing.T, dir, text string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(text), "test", hcl.InitialPos)
	require.False(t, diags.HasErrors(), "%s", diags)
	return expr.Value(&hcl.EvalContext{
		Functions: lang.Functions(lang.Files{Dir: dir, Read: os.ReadFile, Saw: func(_ string, found bool) bool { return found }}),
		Variables: map[string]cty.Value{
			"later": cty.DynamicVal, "secret": cty.StringVal("5s").Mark(lang.Sensitive),
		},
	})
}

func TestFunctions(t *testing.T) {
	for text, want := range map[string]string{
		`duration("400ms")`:                       `0.4`,
		`duration("1m30s")`:                       `90`,
		`bytes("64Mi")`:                           `67108864`,
		`percent(0.983)`:                          `"98.3 %"`,
		`percent(1)`:                              `"100 %"`,
		`percent(0.9996)`:                         `"99.96 %"`,
		`percent(0.00004)`:                        `"0.004 %"`,
		`percent(0)`:                              `"0 %"`,
		`percent(0.5)`:                            `"50 %"`,
		`length("añb")`:                           `3`,
		`length([1, 2])`:                          `2`,
		`length({ a = 1 })`:                       `1`,
		`length({ a = later, b = later })`:        `2`,
		`sum([1, 2.5])`:                           `3.5`,
		`alltrue([true, false])`:                  `false`,
		`alltrue([])`:                             `true`,
		`anytrue([false, true])`:                  `true`,
		`anytrue([])`:                             `false`,
		`startswith("checkout", "check")`:         `true`,
		`endswith("checkout", "in")`:              `false`,
		`strcontains("checkout", "eck")`:          `true`,
		`replace("a.b.c", ".", "-")`:              `"a-b-c"`,
		`replace("a1b22", "/[0-9]+/", "#")`:       `"a#b#"`,
		`yamldecode("a: [1, x]")`:                 `{"a":[1,"x"]}`,
		`jsondecode("{\"a\":1}").a`:               `1`,
		`base64decode(base64encode("hello"))`:     `"hello"`,
		`coalesce(null, "x")`:                     `"x"`,
		`try(jsonpath("{}", "$.a"), "otherwise")`: `"otherwise"`,
		`can(duration("5"))`:                      `false`,
		`setproduct(["a"], ["b", "c"])`:           `[["a","b"],["a","c"]]`,
		`jsonpath("{\"a\":[1,{\"b c\":2}]}", "$.a[1][\"b c\"]")`:        `2`,
		`jsonpath({ items = [{ n = 1 }, { n = 2 }] }, "$.items[-1].n")`: `2`,
		`jsonpath("[1,2]", "$")`:                                        `[1,2]`,
		`basename("a/b.txt")`:                                           `"b.txt"`,
		`nonsensitive(secret)`:                                          `"5s"`,
		`upper(later) == null`:                                          `false`,
	} {
		t.Run(text, func(t *testing.T) {
			v, diags := eval(t, t.TempDir(), text)
			require.Empty(t, diags)
			raw, err := ctyjson.Marshal(v, v.Type())
			require.NoError(t, err)
			assert.JSONEq(t, want, string(raw))
		})
	}
}

func TestFunctionsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`duration("5")`:                     "is not a duration",
		`bytes("5")`:                        "is not a size",
		`sum([1, null])`:                    "an element is null",
		`base64decode("/w==")`:              "not UTF-8 text",
		`jsonpath("{", "$.a")`:              "not JSON",
		`jsonpath("{}", ".a")`:              "expected it to start with $",
		`jsonpath("{}", "$.*")`:             `expected .name, ["name"] or [0] at ".*"`,
		`jsonpath("{}", "$[a]")`:            `at "[a]"`,
		`jsonpath("[1]", "$[1]")`:           "$ has 1 elements, so it has no [1]",
		`jsonpath("[1]", "$.a")`:            "not an object",
		`jsonpath("{\"a\":1}", "$[0]")`:     "not an array",
		`jsonpath("{\"a\":null}", "$.a.b")`: "$.a is null",
		`env("HOME")`:                       "only in the default of a variable",
		`length(5)`:                         "collection must be",
		`log(-1, 10)`:                       "it has no result for these arguments",
		`log(1, 1)`:                         "it has no result for these arguments",
		`upper(null)`:                       "argument must not be null",
		`upper()`:                           "expects 1 argument",
		`max(1, "x")`:                       "a number is required",
	} {
		t.Run(text, func(t *testing.T) {
			_, diags := eval(t, t.TempDir(), text)
			require.True(t, diags.HasErrors())
			assert.Contains(t, diags.Error(), want)
			assert.NotContains(t, diags.Error(), "goroutine")
		})
	}
}

func TestUnknownAndSensitiveArguments(t *testing.T) {
	for _, text := range []string{
		`duration(later)`, `percent(later)`, `length(later)`, `jsonpath(later, "$.a")`, `jsonpath("{}", later)`,
		`jsonpath({ a = later }, "$.a.b")`, `alltrue([later])`, `file(later)`, `templatefile("x", later)`,
	} {
		v, diags := eval(t, t.TempDir(), text)
		require.Empty(t, diags, text)
		assert.False(t, v.IsKnown(), text)
	}
	for _, text := range []string{`duration(secret)`, `sensitive(1)`, `jsonencode([secret])`, `length(secret)`} {
		v, diags := eval(t, t.TempDir(), text)
		require.Empty(t, diags, text)
		assert.True(t, lang.IsSensitive(v), text)
	}
}

func TestEnvReadsTheEnvironmentInDefaults(t *testing.T) {
	functions := lang.DefaultFunctions(func(name string) (string, bool) { return "value", name == "SET" })
	for name, want := range map[string]cty.Value{"SET": cty.StringVal("value"), "UNSET": cty.NullVal(cty.String)} {
		got, err := functions["env"].Call([]cty.Value{cty.StringVal(name)})
		require.NoError(t, err)
		assert.True(t, got.RawEquals(want), name)
	}
}

// tree makes a module with a file, links, and something outside.
func tree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "module")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
	for name, text := range map[string]string{
		"outside.txt":           "outside",
		"module/sub/in.txt":     "inside",
		"module/hello.tmpl":     "Hello ${upper(name)}!%{ for i in list } ${i}%{ endfor }",
		"module/again.tmpl":     `${templatefile("again.tmpl", {})}`,
		"module/outside.tmpl":   `${file("../outside.txt")}`,
		"module/binary.dat":     "\xff\xfe",
		"module/broken.tmpl":    "${",
		"module/undefined.tmpl": "${nmae}",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	require.NoError(t, os.Symlink(filepath.Join("sub", "in.txt"), filepath.Join(dir, "link.txt")))
	require.NoError(t, os.Symlink(filepath.Join("..", "outside.txt"), filepath.Join(dir, "escape.txt")))
	require.NoError(t, os.Symlink("..", filepath.Join(dir, "up")))
	return dir
}

func TestFilesInsideTheModuleAreRead(t *testing.T) {
	dir := tree(t)
	for text, want := range map[string]string{
		`file("sub/in.txt")`:             "inside",
		`file("./sub/../sub/in.txt")`:    "inside",
		`file("link.txt")`:               "inside",
		`file("` + dir + `/sub/in.txt")`: "inside",

		`templatefile("hello.tmpl", { name = "you", list = [1, 2] })`: "Hello YOU! 1 2",

		`tostring(fileexists("sub/in.txt"))`: "true",
		`tostring(fileexists("nowhere"))`:    "false",
		`tostring(fileexists("sub"))`:        "false",
	} {
		v, diags := eval(t, dir, text)
		require.Empty(t, diags, text)
		assert.Equal(t, want, v.AsString(), text)
	}
}

// TestFileExistsTellsWhatItFound, and heeds what it found before.
func TestFileExistsTellsWhatItFound(t *testing.T) {
	dir, found := tree(t), map[string]bool{}
	functions := lang.Functions(lang.Files{Dir: dir, Saw: func(path string, is bool) bool {
		found[path] = is
		return !is
	}})
	for name, is := range map[string]bool{"sub/in.txt": true, "nowhere": false, "sub": false} {
		got, err := functions["fileexists"].Call([]cty.Value{cty.StringVal(name)})
		require.NoError(t, err)
		assert.Equal(t, cty.BoolVal(!is), got, name)
		assert.Equal(t, is, found[filepath.Join(dir, name)], name)
	}
	_, err := functions["fileexists"].Call([]cty.Value{cty.StringVal("../outside.txt")})
	require.Error(t, err)
	assert.Len(t, found, 3)
}

func TestNothingOutsideTheModuleIsRead(t *testing.T) {
	dir := tree(t)
	for text, want := range map[string]string{
		`file("../outside.txt")`:                         "leads out of the module's directory",
		`file("/etc/hostname")`:                          "leads out of the module's directory",
		`file("escape.txt")`:                             "leads out of the module's directory",
		`file("up/outside.txt")`:                         "leads out of the module's directory",
		`templatefile("escape.txt", {})`:                 "leads out of the module's directory",
		`templatefile("outside.tmpl", {})`:               "leads out of the module's directory",
		`fileexists("../outside.txt")`:                   "leads out of the module's directory",
		`file("nowhere.txt")`:                            `there is no file "nowhere.txt"`,
		`file("binary.dat")`:                             "not UTF-8 text",
		`templatefile("again.tmpl", {})`:                 `no function named "templatefile"`,
		`templatefile("broken.tmpl", {})`:                "broken.tmpl:1,",
		`templatefile("undefined.tmpl", { name = "x" })`: `Did you mean "name"?`,
		`templatefile("hello.tmpl", "x")`:                "expected an object",
	} {
		t.Run(text, func(t *testing.T) {
			v, diags := eval(t, dir, text)
			require.True(t, diags.HasErrors(), "%#v", v)
			assert.Contains(t, diags.Error(), want)
			assert.NotContains(t, diags.Error(), `"outside"`)
		})
	}
}

func FuzzJSONPath(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a":[1]}`, "$.a[0]"}, {`{}`, "$"}, {`[[]]`, `$[0]['x']`}, {`{"":1}`, `$[""]`}, {`null`, "$.a"}, {`"{}"`, "$.a"}, {`1`, "$[9999999999999999999]"},
	} {
		f.Add(seed[0], seed[1])
	}
	function := lang.Functions(lang.Files{})["jsonpath"]
	f.Fuzz(func(t *testing.T, document, path string) {
		_, err := function.Call([]cty.Value{cty.StringVal(document), cty.StringVal(path)})
		if err == nil && !strings.HasPrefix(path, "$") {
			t.Fatalf("%q was taken for a path", path)
		}
	})
}
