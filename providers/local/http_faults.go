package local

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/schema"
)

func httpDelay() linkFault {
	return linkFault{
		name:       "local_http_delay",
		doc:        "Delays HTTP requests through links: they reach the other side later.",
		attributes: append(matchAttributes(), delayAttributes()...),
		rule: func(v schema.Values) faultproxy.Rule {
			rule := delayRule(v)
			rule.Kind = faultproxy.HTTPDelay
			return matching(rule, v)
		},
		effect:   func(r faultproxy.Rule) string { return "delays " + requests(r) + " by " + delayText(r) },
		evidence: requestFacts("delayed"),
	}
}

func httpStatus() linkFault {
	return linkFault{
		name: "local_http_status",
		doc:  "Answers HTTP requests through links in the place of the other side, which never sees them.",
		attributes: append(matchAttributes(),
			schema.Attribute{Name: "status", Type: integer(), Required: true, Min: schema.Number(200), Max: schema.Number(599), Example: "503", Description: "Status code of the answer."},
			schema.Attribute{Name: "body", Type: text(), Description: "Body of the answer."},
			schema.Attribute{Name: "response_headers", Type: textMap(), Description: "Headers of the answer."},
		),
		rule: func(v schema.Values) faultproxy.Rule {
			rule := faultproxy.Rule{Kind: faultproxy.HTTPStatus, Status: v.Int("status"), Body: v.String("body"), ResponseHeaders: v.StringMap("response_headers")}
			return matching(rule, v)
		},
		effect:   func(r faultproxy.Rule) string { return fmt.Sprintf("answers %s with status %d", requests(r), r.Status) },
		evidence: requestFacts("answered"),
	}
}

func httpAbort() linkFault {
	return linkFault{
		name:       "local_http_abort",
		doc:        "Ends the connections of HTTP requests through links, without an answer.",
		attributes: matchAttributes(),
		rule: func(v schema.Values) faultproxy.Rule {
			return matching(faultproxy.Rule{Kind: faultproxy.HTTPAbort}, v)
		},
		effect:   func(r faultproxy.Rule) string { return "ends the connection of " + requests(r) + " without an answer" },
		evidence: requestFacts("aborted"),
	}
}

// matchAttributes select requests.
func matchAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "path", Type: text(), Example: `"/api/**"`, Description: "Glob over the path without the query: * within a segment, ** across segments, ? one character. All paths, when not set."},
		{Name: "method", Type: text(), Example: `"GET"`, Description: "Method, in upper case. All methods, when not set."},
		{Name: "request_headers", Type: textMap(), Description: "Headers that the request must have: name to a glob over the value."},
		{Name: "percent", Type: percent(), Default: cty.NumberIntVal(100), Description: "Exact share of the matching requests."},
	}
}

func matching(rule faultproxy.Rule, v schema.Values) faultproxy.Rule {
	rule.Match = faultproxy.Match{Path: v.String("path"), Method: v.String("method"), Headers: v.StringMap("request_headers")}
	rule.Percent = v.Float("percent")
	return rule
}

// requests says in words which requests a rule acts on.
func requests(r faultproxy.Rule) string {
	text := "every request"
	if r.Percent < 100 {
		text = fmt.Sprintf("%g percent of the requests", r.Percent)
	}
	if r.Match.Method != "" {
		text = text + " with method " + r.Match.Method
	}
	if r.Match.Path != "" {
		text += " to " + r.Match.Path
	}
	if len(r.Match.Headers) > 0 {
		text += " with matching headers"
	}
	return text
}

func requestFacts(verb string) func(faultproxy.Stats) []providers.Fact {
	return func(s faultproxy.Stats) []providers.Fact {
		return []providers.Fact{{
			Name: "requests_" + verb, Text: count(int(s.Requests), "request", "requests") + " " + verb,
			Value: float64(s.Requests), Unit: "requests",
		}}
	}
}
