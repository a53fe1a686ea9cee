package http_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	gdhttp "github.com/gameday-dev/gameday/providers/http"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

const goodURL = "url = \"http://localhost/\"\n"

func validate(t *testing.T, ty providers.Type, body string) providers.Diagnostics {
	t.Helper()
	return ty.(providers.WithValidate).Validate(t.Context(), bodytest.Decode(t, ty.Schema(), body))
}

type invalid struct {
	body, summary string
	path          cty.Path
}

func (test invalid) check(t *testing.T, ty providers.Type) {
	t.Helper()
	diags := validate(t, ty, test.body)
	require.Len(t, diags, 1, "%v", diags)
	assert.Equal(t, test.summary, diags[0].Summary)
	assert.True(t, test.path.Equals(diags[0].Path), "%#v", diags[0].Path)
	assert.NotContains(t, diags[0].Detail, "s3cret")
	assert.True(t, diags.HasErrors())
}

func TestInvalidProbes(t *testing.T) {
	expect := cty.GetAttrPath("expect")
	for _, test := range []invalid{
		{`url = "localhost:8080"`, "Invalid URL", cty.GetAttrPath("url")},
		{`url = "ftp://user:s3cret@localhost"`, "Invalid URL", cty.GetAttrPath("url")},
		{`url = "http://user:s3cret@%zz/"`, "Invalid URL", cty.GetAttrPath("url")},
		{`url = "http://:80/"`, "Invalid URL", cty.GetAttrPath("url")},
		{`url = ""`, "Invalid URL", cty.GetAttrPath("url")},
		{goodURL + `method = "GE T"`, "Invalid method", cty.GetAttrPath("method")},
		{goodURL + `headers = { "A B" = "s3cret" }`, "Invalid header", cty.GetAttrPath("headers").IndexString("A B")},
		{goodURL + `headers = { A = "s3cret\n" }`, "Invalid header", cty.GetAttrPath("headers").IndexString("A")},
		{goodURL + `expect { status = ["2xx", "20x"] }`, "Invalid status", expect.GetAttr("status").IndexInt(1)},
		{goodURL + `expect { status = ["600"] }`, "Invalid status", expect.GetAttr("status").IndexInt(0)},
		{goodURL + `expect { body_matches = "(" }`, "Invalid regular expression", expect.GetAttr("body_matches")},
		{goodURL + `expect { headers = { A = "[" } }`, "Invalid regular expression", expect.GetAttr("headers").IndexString("A")},
		{goodURL + `expect { json = { "|" = 1 } }`, "Invalid jq expression", expect.GetAttr("json").IndexString("|")},
		{goodURL + `value_regex = "("`, "Invalid regular expression", cty.GetAttrPath("value_regex")},
	} {
		t.Run(test.body, func(t *testing.T) { test.check(t, probeType()) })
	}
}

func TestInvalidLoads(t *testing.T) {
	stage := func(i int) cty.Path { return cty.GetAttrPath("stage").IndexInt(i) }
	for _, test := range []invalid{
		{goodURL, "Missing rate", nil},
		{goodURL + `rate = 0`, "Invalid rate", cty.GetAttrPath("rate")},
		{goodURL + `rate = -1`, "Invalid rate", cty.GetAttrPath("rate")},
		{goodURL + "stage { rate = 0 }", "Invalid rate", stage(0).GetAttr("rate")},
		{goodURL + "stage { rate = 1 }\nstage { rate = 2 }", "Missing duration", stage(0).GetAttr("duration")},
		{goodURL + "stage {\nrate = 1\nduration = \"0s\"\n}\nstage { rate = 2 }", "Missing duration", stage(0).GetAttr("duration")},
		{goodURL + "rate = 1\nexpect { status = [\"ok\"] }", "Invalid status", cty.GetAttrPath("expect").GetAttr("status").IndexInt(0)},
		{"rate = 1\nurl = \"/buy\"", "Invalid URL", cty.GetAttrPath("url")},
	} {
		t.Run(test.body, func(t *testing.T) { test.check(t, loadType()) })
	}
}

func TestWhatTheSchemaRefuses(t *testing.T) {
	for _, body := range []string{
		``, goodURL + "value_regex = \"a\"\nvalue_json = \".\"", goodURL + "interval = \"1s\"",
	} {
		_, diags := bodytest.Try(probeType().Schema(), body)
		assert.True(t, diags.HasErrors(), body)
	}
	for _, body := range []string{
		goodURL + "rate = 1\nstage { rate = 1 }", goodURL + "rate = 1000000", goodURL + "rate = 1\nmax_in_flight = 0",
		goodURL + "stage {\nrate = 1\nduration = \"1\"\n}", goodURL + "stage { duration = \"1s\" }",
	} {
		_, diags := bodytest.Try(loadType().Schema(), body)
		assert.True(t, diags.HasErrors(), body)
	}
}

func TestUnknownValuesAreNoProblem(t *testing.T) {
	for _, body := range []string{
		`url = unknown`, goodURL + `method = unknown`, goodURL + `headers = unknown`, goodURL + `headers = { A = unknown }`,
		goodURL + `expect { status = unknown }`, goodURL + `expect { status = [unknown] }`, goodURL + `expect { json = unknown }`,
		goodURL + "tls {\nca_file = unknown\n}",
	} {
		assert.Empty(t, validate(t, probeType(), body), body)
	}
	for _, body := range []string{
		goodURL + `rate = unknown`, goodURL + "stage {\nrate = unknown\nduration = unknown\n}\nstage { rate = 1 }", goodURL + "rate = 1\nmax_in_flight = unknown",
	} {
		assert.Empty(t, validate(t, loadType(), body), body)
	}
}

func TestEveryAttributeIsDocumented(t *testing.T) {
	types := gdhttp.New().Types()
	bodytest.Documented(t, types.Probes[0].Schema())
	bodytest.Documented(t, types.Loads[0].Schema())
}
