package chaosmesh

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"

	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// httpFaults are HTTPChaos.
func httpFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		requests("http_delay", "Delays HTTP requests to pods.", "Request",
			[]schema.Attribute{{Name: "latency", Type: duration(), Required: true, Example: `"300ms"`, Min: schema.Number(0), Description: "How much later a request reaches the pod."}},
			func(v schema.Values) object { return object{"delay": whole(v.Duration("latency"))} },
			func(v schema.Values) string {
				return fmt.Sprintf("delays requests to port %d by %s", v.Int("port"), v.Duration("latency"))
			}),
		requests("http_abort", "Breaks HTTP requests to pods off.", "Request", nil,
			func(schema.Values) object { return object{"abort": true} },
			func(v schema.Values) string {
				return fmt.Sprintf("breaks the connection of requests to port %d", v.Int("port"))
			}),
		requests("http_status", "Answers HTTP requests to pods with another status.", "Response",
			[]schema.Attribute{{Name: "status", Type: integer(), Required: true, Example: "503", Min: schema.Number(100), Max: schema.Number(599), Description: "The status of the response."}},
			func(v schema.Values) object { return object{"replace": object{"code": v.Int("status")}} },
			func(v schema.Values) string {
				return fmt.Sprintf("replaces the status of responses of port %d by %d", v.Int("port"), v.Int("status"))
			}),
		concealed(requests("http_body", "Answers HTTP requests to pods with another body.", "Response",
			[]schema.Attribute{
				{Name: "body", Type: text(), Required: true, Example: `"{}"`, Description: "The body of the response."},
				{Name: "response_headers", Type: textMap(), Description: "Headers of the response that are replaced as well.", Example: `{ "content-type" = "text/plain" }`},
			},
			func(v schema.Values) object {
				replace := object{"body": base64.StdEncoding.EncodeToString([]byte(v.String("body")))}
				set(replace, "headers", v, "response_headers", v.StringMap)
				return object{"replace": replace}
			},
			func(v schema.Values) string {
				return fmt.Sprintf("replaces the body of responses of port %d by one of %d bytes", v.Int("port"), len(v.String("body")))
			})),
	}
}

// concealed shows how long a body is, in place of its base64.
func concealed(fault kubernetes.Operated) kubernetes.Operated {
	fault.Conceal = func(spec map[string]any) {
		if replace, is := spec["replace"].(object); is {
			text, _ := replace["body"].(string)
			replace["body"] = fmt.Sprintf("(%d characters of base64)", len(text))
		}
	}
	return fault
}

func requests(name, doc, target string, attributes []schema.Attribute, parameters func(schema.Values) object, effect func(schema.Values) string) kubernetes.Operated {
	return kubernetes.Operated{
		Type: "chaosmesh_" + name, Description: doc, Resource: resource("HTTPChaos", "httpchaos"), Network: true, Evidence: kubernetes.EvidenceByCommand, Effect: effect,
		Validate: notEmpty("body"),
		Attributes: append(attributes,
			schema.Attribute{Name: "port", Type: integer(), Required: true, Min: schema.Number(1), Max: schema.Number(65535), Example: "8080", Description: "The port of the pod that the requests go to."},
			schema.Attribute{Name: "path", Type: text(), Example: `"/api/*"`, Description: "Only requests whose path matches; * stands for anything. Without it, any."},
			schema.Attribute{Name: "method", Type: text(), OneOf: verbs(), Example: `"POST"`, Description: "Only requests with this method. Without it, any."},
			schema.Attribute{Name: "request_headers", Type: textMap(), Example: `{ "x-user" = "test" }`, Description: "Only requests with these headers, by name and value."},
		),
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			spec := base(r, object{"target": target, "port": r.Config.Int("port")})
			maps.Copy(spec, parameters(r.Config))
			set(spec, "path", r.Config, "path", r.Config.String)
			set(spec, "method", r.Config, "method", r.Config.String)
			set(spec, "request_headers", r.Config, "request_headers", r.Config.StringMap)
			return spec
		},
	}
}

// verbs are the methods that Chaos Mesh takes.
func verbs() []string {
	return []string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodConnect,
	}
}
