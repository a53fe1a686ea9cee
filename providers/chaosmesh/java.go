package chaosmesh

import (
	"fmt"
	"maps"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// javaFaults are JVMChaos.
func javaFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		method("latency", "Delays a method of Java programs.",
			schema.Attribute{Name: "latency", Type: duration(), Required: true, Example: `"500ms"`, Min: schema.Number(0.001), Description: "How much longer each call takes, in whole milliseconds."},
			func(v schema.Values) object { return object{"latency": v.Duration("latency").Milliseconds()} },
			func(v schema.Values) string { return fmt.Sprintf("delays %s by %s", called(v), v.Duration("latency")) }, wholly("latency", time.Millisecond)),
		method("exception", "Makes a method of Java programs throw an exception.",
			schema.Attribute{Name: "exception", Type: text(), Required: true, Example: `"java.io.IOException(\"broken\")"`, Description: "The exception: its class, and its message in brackets."},
			func(v schema.Values) object { return object{"exception": v.String("exception")} },
			func(v schema.Values) string {
				return fmt.Sprintf("makes %s throw %s", called(v), v.String("exception"))
			}, nil),
		method("return", "Makes a method of Java programs return another value.",
			schema.Attribute{Name: "value", Type: text(), Required: true, Example: `"\"text\""`, Description: "The value, as Java writes it: a number, or a string in quotes."},
			func(v schema.Values) object { return object{"returnValue": v.String("value")} },
			func(v schema.Values) string { return fmt.Sprintf("makes %s return %s", called(v), v.String("value")) }, nil),
		jvm("gc", "Makes Java programs collect their garbage.", nil, func(schema.Values) object { return nil },
			func(schema.Values) string {
				return "collects the garbage of the Java program in a container of each pod"
			}, nil),
		jvm("stress", "Uses processor time or memory in Java programs.", []schema.Attribute{
			{Name: "processors", Type: integer(), Min: schema.Number(1), Example: "1", Description: "How many processors to keep busy. Either this or memory is required."},
			{Name: "memory", Type: text(), OneOf: []string{"heap", "stack"}, Description: "Which memory to fill up."},
		}, func(v schema.Values) object {
			out := object{}
			set(out, "cpuCount", v, "processors", v.Int)
			set(out, "memType", v, "memory", v.String)
			return out
		}, func(v schema.Values) string {
			if v.Known("memory") {
				return "fills the " + v.String("memory") + " of the Java program in a container of each pod"
			}
			return fmt.Sprintf("keeps %d processors busy in the Java program in a container of each pod", v.Int("processors"))
		}, onlyOne("processors", "memory")),
	}
}

// method are those on a method of a class.
func method(
	action, doc string, own schema.Attribute, parameters func(schema.Values) object, effect func(schema.Values) string,
	validate func(schema.Values) providers.Diagnostics,
) kubernetes.Operated {
	return jvm(action, doc, []schema.Attribute{
		{Name: "class", Type: text(), Required: true, Example: `"com.example.Checkout"`, Description: "The class, with its package."},
		{Name: "method", Type: text(), Required: true, Example: `"pay"`, Description: "The method."},
		own,
	}, func(v schema.Values) object {
		out := object{"class": v.String("class"), "method": v.String("method")}
		maps.Copy(out, parameters(v))
		return out
	}, effect, validate)
}

func jvm(
	action, doc string, attributes []schema.Attribute, parameters func(schema.Values) object, effect func(schema.Values) string,
	validate func(schema.Values) providers.Diagnostics,
) kubernetes.Operated {
	return kubernetes.Operated{
		Type: "chaosmesh_jvm_" + action, Description: doc, Resource: resource("JVMChaos", "jvmchaos"), Container: true, Evidence: kubernetes.EvidenceByCommand,
		Attributes: append(attributes,
			schema.Attribute{Name: "port", Type: integer(), Default: cty.NumberIntVal(9277), Min: schema.Number(1), Max: schema.Number(65535), Description: "The port on which Chaos Mesh's agent in the program listens, inside the pod."},
		),
		Validate: validate, Effect: effect,
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			spec := base(r, object{"action": action, "port": r.Config.Int("port")})
			maps.Copy(spec, parameters(r.Config))
			return spec
		},
	}
}

// called is the method that is meant.
func called(v schema.Values) string { return v.String("class") + "." + v.String("method") }
