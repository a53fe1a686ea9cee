package exec_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

func TestSamples(t *testing.T) {
	for _, test := range []struct{ name, body, err string }{
		{name: "exit code 0", body: sh("true")},
		{name: "exit code 3", body: sh("echo out; echo starting >&2; echo no such table >&2; exit 3"), err: "expected exit code 0, got exit code 3: no such table"},
		{name: "only output", body: sh("echo on stdout; exit 1"), err: "expected exit code 0, got exit code 1: on stdout"},
		{name: "silent", body: sh("exit 1"), err: "expected exit code 0, got exit code 1"},
		{name: "signal", body: sh("kill -TERM $$"), err: "expected exit code 0, got ended by terminated"},
		{name: "expected exit code", body: sh("exit 3") + "expect { exit_code = 3 }"},
		{name: "wrong exit code", body: sh("exit 0") + "expect { exit_code = 3 }", err: "expected exit code 3, got exit code 0"},
		{name: "output", body: sh("echo replicas: 3") + `expect { stdout_matches = "replicas: [1-9]" }`},
		{name: "wrong output", body: sh("echo replicas: 0") + `expect { stdout_matches = "replicas: [1-9]" }`, err: `expected the output to match "replicas: [1-9]", got "replicas: 0"`},
		{name: "json", body: sh(`echo '{"up": true}'`) + `expect { json = { ".up" = true } }`},
		{name: "wrong json", body: sh(`echo '{"up": false}'`) + `expect { json = { ".up" = true } }`, err: "expected .up to be true, got false"},
		{name: "not in PATH", body: `command = ["no-such-program"]`, err: `the program "no-such-program" is not in PATH`},
		{name: "no value", body: sh("echo none") + `value_regex = "[0-9]+"`, err: `value_regex "[0-9]+" matches nothing in "none"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.err, sampled(t, "", 10*time.Second, test.body).Error)
		})
	}
}

func TestFieldsAndValue(t *testing.T) {
	sample := sampled(t, "", 10*time.Second, sh(`echo '{"depth": 7}'; echo warning >&2`)+`value_json = ".depth"`)
	require.True(t, sample.OK, sample.Error)
	assert.InDelta(t, 7, *sample.Value, 0)
	fields := sample.Fields.AsValueMap()
	assert.Equal(t, cty.NumberIntVal(0), fields["exit_code"])
	assert.Equal(t, "{\"depth\": 7}\n", fields["stdout"].AsString())
	assert.Equal(t, "warning\n", fields["stderr"].AsString())
	assert.True(t, cty.NumberIntVal(7).RawEquals(fields["json"].GetAttr("depth")))
}

func TestTheCommandsSurroundings(t *testing.T) {
	t.Setenv("OUTER", "outer")
	dir := script(t, "check.sh", `echo "$OUTER $INNER $GAMEDAY_RUN $(basename "$PWD")"`)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	body := `
		command = ["./check.sh"]
		dir     = "sub"
		env     = { INNER = "inner", GAMEDAY_RUN = "forged" }`
	sample := sampled(t, dir, 10*time.Second, body)
	require.True(t, sample.OK, sample.Error)
	assert.Equal(t, "outer inner run-7 sub\n", sample.Fields.GetAttr("stdout").AsString())

	missing := sampled(t, t.TempDir(), 10*time.Second, body)
	assert.True(t, missing.Lost, "nothing was looked at")
	assert.Contains(t, missing.Error, "cannot start the program")
	assert.Contains(t, missing.Error, "no such file or directory")
}

func TestTheWholeGroupIsKilledAtTheTimeout(t *testing.T) {
	dir := t.TempDir()
	sample := sampled(t, dir, 300*time.Millisecond, sh("trap '' TERM; sleep 1000 & echo $! > pid; echo waiting; wait"))
	assert.Equal(t, "no result within 300ms: the command was killed", sample.Error)
	assert.Equal(t, "waiting\n", sample.Fields.GetAttr("stdout").AsString())
	assert.Equal(t, cty.NumberIntVal(-1), sample.Fields.GetAttr("exit_code"))
	gone(t, read(t, filepath.Join(dir, "pid")))
}

func TestWhatAProbeLeavesBehindIsKilled(t *testing.T) {
	dir := t.TempDir()
	start := time.Now()
	sample := sampled(t, dir, time.Minute, sh("sleep 1000 & echo $! > pid"))
	assert.True(t, sample.OK, sample.Error)
	assert.Less(t, time.Since(start), 30*time.Second, "a child that holds the output is not waited for")
	gone(t, read(t, filepath.Join(dir, "pid")))
}

func TestOutputIsBounded(t *testing.T) {
	sample := sampled(t, "", 30*time.Second, sh("head -c 3000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2; echo end >&2"))
	require.True(t, sample.OK, sample.Error)
	assert.Equal(t, strings.Repeat("x", 64<<10), sample.Fields.GetAttr("stdout").AsString())
	stderr := sample.Fields.GetAttr("stderr").AsString()
	assert.Len(t, stderr, 64<<10)
	assert.True(t, strings.HasSuffix(stderr, "yend\n"))
	assert.True(t, sample.Fields.GetAttr("json").IsNull())
}

func TestAStoppedSample(t *testing.T) {
	prober, diags := probeType().Open(t.Context(), providers.OpenRequest{
		Config: bodytest.Decode(t, probeType().Schema(), sh("sleep 1000")), Timeout: time.Minute,
	})
	require.Empty(t, diags)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, "stopped before the command ended", prober.Sample(ctx).Error)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

func TestValidation(t *testing.T) {
	validate := func(ty providers.Type, body string) providers.Diagnostics {
		return ty.(providers.WithValidate).Validate(t.Context(), bodytest.Decode(t, ty.Schema(), body))
	}
	command, env := cty.GetAttrPath("command"), cty.GetAttrPath("env")
	for _, test := range []struct {
		body, summary string
		path          cty.Path
	}{
		{`command = []`, "Missing program", command},
		{`command = [""]`, "Missing program", command.IndexInt(0)},
		{"command = [\"a\", \"b\\u0000\"]", "Invalid argument", command.IndexInt(1)},
		{`command = ["a"]` + "\n" + `env = { "A=B" = "c" }`, "Invalid environment variable", env.IndexString("A=B")},
		{`command = ["a"]` + "\n" + `env = { "" = "c" }`, "Invalid environment variable", env.IndexString("")},
	} {
		for _, ty := range []providers.Type{probeType(), actionType()} {
			diags := validate(ty, test.body)
			require.Len(t, diags, 1, test.body)
			assert.Equal(t, test.summary, diags[0].Summary)
			assert.True(t, test.path.Equals(diags[0].Path))
		}
	}
	diags := validate(probeType(), `command = ["a"]`+"\n"+`expect { stdout_matches = "(" }`)
	require.Len(t, diags, 1)
	assert.True(t, cty.GetAttrPath("expect").GetAttr("stdout_matches").Equals(diags[0].Path))
	for _, body := range []string{`command = unknown`, `command = ["a", unknown]`, `command = [unknown]`, `command = ["a"]` + "\nenv = { A = unknown }\ndir = unknown"} {
		assert.Empty(t, validate(probeType(), body), body)
		assert.Empty(t, validate(actionType(), body), body)
	}
	bodytest.Documented(t, probeType().Schema())
	bodytest.Documented(t, actionType().Schema())
}

func BenchmarkSample(b *testing.B) {
	prober, diags := probeType().Open(b.Context(), providers.OpenRequest{
		Config: bodytest.Decode(b, probeType().Schema(), `command = ["true"]`), Timeout: time.Minute,
	})
	require.Empty(b, diags)
	for b.Loop() {
		if sample := prober.Sample(b.Context()); !sample.OK {
			b.Fatal(sample.Error)
		}
	}
}
