package kubernetes

import (
	"context"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/faultproxy/transparent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/schema"
)

// streamFault is an inPod that acts on connections to a port, or on the requests in
// them: by one rule of the fault proxy.
func streamFault(name, doc string, attributes []schema.Attribute, effect func(schema.Values) string, rule func(schema.Values) faultproxy.Rule) inPod {
	return inPod{
		name: name, doc: doc, attributes: append(attributes, streamDirection()), blocks: []schema.NestedBlock{endsBlock()},
		profile: resident.Network, engine: task.StreamsEngine,
		spec: func(ctx context.Context, at site) (spec, error) {
			scope, hosts, err := at.streamScope(ctx)
			made := rule(at.config)
			made.ID, made.Seed = name, at.seed
			return task.Streams{Spec: transparent.Spec{Scope: scope, Rules: []faultproxy.Rule{made}}, Hosts: hosts}, err
		},
		effect: func(v schema.Values) string {
			return fmt.Sprintf("%s %s port %d", effect(v), map[string]string{ingress: "that come in to", egress: "that go out to"}[v.String("direction")], v.Int("port"))
		},
		radius: func(p planning) []string {
			return append(kubeletToo(p.config), "all connections of that kind pass the agent while the fault lasts; those that exist before it do not")
		},
	}
}

// requests is an effect on matching requests.
func requests(verb string) func(schema.Values) string {
	return func(v schema.Values) string {
		return fmt.Sprintf("%s %g %% of matching requests", verb, v.Float("percent"))
	}
}

// matching is a rule's part that chooses requests.
func matching(kind faultproxy.Kind, v schema.Values) faultproxy.Rule {
	return faultproxy.Rule{
		Kind: kind, Percent: v.Float("percent"),
		Match: faultproxy.Match{Path: v.String("path"), Method: v.String("method"), Headers: v.StringMap("request_headers")},
	}
}

func tcpReset() inPod {
	return streamFault("kubernetes_tcp_reset", "Resets TCP connections of pods.",
		[]schema.Attribute{
			portAttribute(),
			{Name: "probability", Type: schema.Type{Kind: schema.Ratio}, Default: cty.NumberIntVal(1), Description: "Chance of each connection to be reset, 0 to 1."},
		},
		func(v schema.Values) string {
			return fmt.Sprintf("resets, with a chance of %g, the connections", v.Float("probability"))
		},
		func(v schema.Values) faultproxy.Rule {
			return faultproxy.Rule{Kind: faultproxy.Reset, Probability: v.Float("probability")}
		})
}

func httpDelay() inPod {
	own := []schema.Attribute{
		{Name: "latency", Type: duration(), Required: true, Example: `"300ms"`, Description: "How much later a request arrives."},
		{Name: "jitter", Type: duration(), Description: "Each delay is uniform within latency ± jitter, never below zero."},
		correlationAttribute(),
	}
	return streamFault("kubernetes_http_delay", "Delays HTTP requests of pods.", append(requestAttributes(), own...),
		func(v schema.Values) string {
			return fmt.Sprintf("delays by %s %g %% of matching requests", v.Duration("latency"), v.Float("percent"))
		},
		func(v schema.Values) faultproxy.Rule {
			r := matching(faultproxy.HTTPDelay, v)
			r.Latency, r.Jitter, r.Correlation = v.Duration("latency"), v.Duration("jitter"), v.Float("correlation")
			return r
		})
}

func httpAbort() inPod {
	return streamFault("kubernetes_http_abort", "Breaks connections in place of answers to HTTP requests of pods.", requestAttributes(),
		requests("aborts"), func(v schema.Values) faultproxy.Rule { return matching(faultproxy.HTTPAbort, v) })
}

func httpStatus() inPod {
	own := []schema.Attribute{
		{Name: "status", Type: integer(), Required: true, Min: schema.Number(200), Max: schema.Number(599), Example: "503", Description: "Status code of the answer."},
		{Name: "body", Type: text(), Description: "Body of the answer."},
		{Name: "response_headers", Type: textMap(), Description: "Headers of the answer."},
	}
	return streamFault("kubernetes_http_status", "Answers HTTP requests of pods in their server's place.", append(requestAttributes(), own...),
		func(v schema.Values) string {
			return fmt.Sprintf("answers with %d %g %% of matching requests", v.Int("status"), v.Float("percent"))
		},
		func(v schema.Values) faultproxy.Rule {
			r := matching(faultproxy.HTTPStatus, v)
			r.Status, r.Body, r.ResponseHeaders = v.Int("status"), v.String("body"), v.StringMap("response_headers")
			return r
		})
}

func httpBody() inPod {
	own := []schema.Attribute{
		{Name: "body", Type: text(), Example: `"{}"`, Description: "Body that the answer has instead of its own. Status and headers stay, but those that describe the body. Either this or replacements."},
		{Name: "replacements", Type: textMap(), Example: `{ "\"in_stock\":true" = "\"in_stock\":false" }`, Description: "Text in bodies of up to 1 MiB that are not compressed, to what stands in its place."},
		{Name: "response_headers", Type: textMap(), Description: "Headers that the answer has instead of, or beside, its own."},
	}
	return streamFault("kubernetes_http_body", "Replaces the bodies of answers to HTTP requests of pods.", append(requestAttributes(), own...),
		requests("replaces the body of the answer to"),
		func(v schema.Values) faultproxy.Rule {
			r := matching(faultproxy.HTTPBody, v)
			r.Body, r.Replacements, r.ResponseHeaders = v.String("body"), v.StringMap("replacements"), v.StringMap("response_headers")
			return r
		})
}

func grpcStatus() inPod {
	return streamFault("kubernetes_grpc_status", "Ends gRPC calls of pods with a status in their server's place.",
		[]schema.Attribute{
			portAttribute(),
			{Name: "service", Type: text(), Example: `"shop.v1.Orders"`, Description: "Glob over the full name of the service. All, when not set."},
			{Name: "method", Type: text(), Example: `"Place*"`, Description: "Glob over the method. All, when not set."},
			{Name: "status_code", Type: text(), Required: true, Example: `"UNAVAILABLE"`, Description: "The status: a name, or a number from 1 to 16."},
			{Name: "status_message", Type: text(), Description: "Its message."},
			percentOf("the matching calls"),
		},
		func(v schema.Values) string {
			return fmt.Sprintf("ends with %s %g %% of matching gRPC calls", v.String("status_code"), v.Float("percent"))
		},
		func(v schema.Values) faultproxy.Rule {
			return faultproxy.Rule{Kind: faultproxy.GRPCStatus, Percent: v.Float("percent"), GRPC: faultproxy.GRPC{
				Service: v.String("service"), Method: v.String("method"), StatusCode: v.String("status_code"), StatusMessage: v.String("status_message"),
			}}
		})
}
