package faultproxy

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		want string // "": valid
	}{
		"delay":            {Rule{ID: "x", Kind: Delay, Latency: 1}, ""},
		"jitter alone":     {Rule{ID: "x", Kind: Delay, Jitter: 1}, ""},
		"bandwidth":        {Rule{ID: "x", Kind: Bandwidth, Rate: 1000}, ""},
		"partition":        {Rule{ID: "x", Kind: Partition, Direction: Ingress}, ""},
		"reset":            {Rule{ID: "x", Kind: Reset, Probability: 1}, ""},
		"status":           {Rule{ID: "x", Kind: HTTPStatus, Status: 503, Percent: 0.1}, ""},
		"abort":            {Rule{ID: "x", Kind: HTTPAbort, Percent: 100}, ""},
		"no id":            {Rule{Kind: Partition}, "id is empty"},
		"no kind":          {Rule{ID: "x"}, `kind is "": expected delay, bandwidth`},
		"direction":        {Rule{ID: "x", Kind: Partition, Direction: "up"}, `direction is "up": expected egress, ingress or both`},
		"http direction":   {Rule{ID: "x", Kind: HTTPAbort, Percent: 1, Direction: Both}, "acts on requests"},
		"no delay":         {Rule{ID: "x", Kind: Delay}, "would delay nothing"},
		"negative latency": {Rule{ID: "x", Kind: Delay, Latency: -1}, "latency in seconds is -1e-09"},
		"long latency":     {Rule{ID: "x", Kind: HTTPDelay, Percent: 1, Latency: 2 * time.Hour}, "expected 0 to 3600"},
		"correlation":      {Rule{ID: "x", Kind: Delay, Latency: 1, Correlation: 101}, "correlation is 101: expected 0 to 100"},
		"no rate":          {Rule{ID: "x", Kind: Bandwidth}, "rate is 0"},
		"no probability":   {Rule{ID: "x", Kind: Reset}, "probability is 0: expected above 0 and up to 1"},
		"NaN":              {Rule{ID: "x", Kind: Reset, Probability: math.NaN()}, "probability is NaN"},
		"no percent":       {Rule{ID: "x", Kind: HTTPAbort}, "percent is 0: expected above 0 and up to 100"},
		"tiny percent":     {Rule{ID: "x", Kind: HTTPAbort, Percent: 0.00001}, "percent is 1e-05: expected at least 0.0001"},
		"status 101":       {Rule{ID: "x", Kind: HTTPStatus, Percent: 1, Status: 101}, "status is 101: expected 200 to 599"},
		"method":           {Rule{ID: "x", Kind: HTTPAbort, Percent: 1, Match: Match{Method: "get"}}, `method is "get": expected a method in upper case`},
		"match header":     {Rule{ID: "x", Kind: HTTPAbort, Percent: 1, Match: Match{Headers: map[string]string{"a b": ""}}}, `match header name is "a b"`},
		"injected header":  {Rule{ID: "x", Kind: HTTPStatus, Percent: 1, Status: 200, ResponseHeaders: map[string]string{"A": "b\r\nC: d"}}, "holds a line break"},
		"framing header":   {Rule{ID: "x", Kind: HTTPStatus, Percent: 1, Status: 200, ResponseHeaders: map[string]string{"content-length": "1"}}, "frames the message"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.rule.Validate()
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
	err := Rule{ID: "x", Kind: HTTPStatus}.Validate()
	assert.ErrorContains(t, err, "status")
	assert.ErrorContains(t, err, "percent", "every problem at once")
}

func TestRuleSurvivesJSON(t *testing.T) {
	rule := Rule{
		ID: "a", Kind: HTTPStatus, Direction: Egress, Latency: time.Second, Jitter: 1, Correlation: 2.5, Rate: 3, Buffer: 4, Probability: 0.5,
		Percent: 6, Match: Match{Path: "/a/**", Method: "GET", Headers: map[string]string{"A": "b"}}, Status: 503, Body: "no",
		ResponseHeaders: map[string]string{"C": "d"}, Deadline: time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC), Seed: 7,
	}
	text, err := json.Marshal(rule)
	require.NoError(t, err)
	var got Rule
	require.NoError(t, json.Unmarshal(text, &got))
	require.Empty(t, cmp.Diff(rule, got))
	text, err = json.Marshal(Rule{ID: "a", Kind: Partition})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"a","kind":"partition"}`, string(text))
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"/a", "/a", true},
		{"/a", "/a/", false},
		{"/a/*", "/a/b", true},
		{"/a/*", "/a/b/c", false},
		{"/a/**", "/a/b/c", true},
		{"/a/**", "/a/", true},
		{"**", "", true},
		{"*", "/", false},
		{"/*/c", "/b/c", true},
		{"/**/c", "/a/b/c", true},
		{"/**/c*", "/a/b/cd/ce", true},
		{"/a?c", "/abc", true},
		{"/a?c", "/a/c", false},
		{"/*b*d", "/abbcd", true},
		{"**/x/*/y", "/x/1/x/2/y", true},
		{"a*", "b", false},
	} {
		assert.Equal(t, c.want, glob(c.pattern, c.text, '/'), "%s on %s", c.pattern, c.text)
	}
	assert.True(t, glob("a*c", "a/b/c", 0))
	assert.True(t, glob("a?c", "a/c", 0))
}

func TestPutKeepsItsOwnCopy(t *testing.T) {
	p := startProxy(t, serve(t, echo))
	headers := map[string]string{"A": "b"}
	put(t, p, Rule{ID: "x", Kind: HTTPAbort, Percent: 1, Match: Match{Headers: headers}})
	headers["A"] = "changed"
	require.Equal(t, "b", p.Status()[0].Rule.Match.Headers["A"])
}
