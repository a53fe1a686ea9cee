package chaosmesh

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// stressFaults are StressChaos.
func stressFaults() []kubernetes.Operated {
	kind := resource("StressChaos", "stresschaos")
	workers := schema.Attribute{
		Name: "workers", Type: integer(), Default: cty.NumberIntVal(1), Min: schema.Number(1), Max: schema.Number(8192), Description: "How many processes work at the same time in each container.",
	}
	return []kubernetes.Operated{
		{
			Type: "chaosmesh_cpu_stress", Description: "Uses processor time in containers.", Resource: kind, Container: true, Evidence: kubernetes.EvidenceByCommand,
			Attributes: []schema.Attribute{
				workers,
				{Name: "load", Type: percent(), Default: cty.NumberIntVal(100), Description: "How much of one processor each of them uses, in whole percent."},
			},
			Validate: wholePercent("load"),
			Effect: func(v schema.Values) string {
				return fmt.Sprintf("uses %g %% of a processor by each of %d workers in a container of each pod", v.Float("load"), v.Int("workers"))
			},
			Spec: func(r kubernetes.OperatedRequest) map[string]any {
				return base(r, object{"stressors": object{"cpu": object{"workers": r.Config.Int("workers"), "load": r.Config.Int("load")}}})
			},
		},
		{
			Type: "chaosmesh_memory_stress", Description: "Takes memory in containers.", Resource: kind, Container: true, Evidence: kubernetes.EvidenceByCommand,
			Attributes: []schema.Attribute{
				{Name: "size", Type: size(), Min: schema.Number(1), Example: `"64Mi"`, Description: "How much to take in each container. Either this or percent is required."},
				{Name: "percent", Type: percent(), Description: "How much to take, in whole percent of the node's memory, whatever the limit of the container."},
			},
			Exclusive: [][]string{{"size", "percent"}},
			Validate: func(v schema.Values) providers.Diagnostics {
				if v.Attr("size").IsNull() && v.Attr("percent").IsNull() {
					return providers.Errorf(nil, "No amount", "Say how much memory to take: size (such as \"64Mi\") or percent.")
				}
				return wholePercent("percent")(v)
			},
			Effect: func(v schema.Values) string {
				return fmt.Sprintf("takes %s memory in a container of each pod", amount(v))
			},
			Spec: func(r kubernetes.OperatedRequest) map[string]any {
				return base(r, object{"stressors": object{"memory": object{"workers": 1, "size": memory(r.Config)}}})
			},
		},
	}
}

func amount(v schema.Values) string {
	if v.Known("size") {
		return v.String("size") + " of"
	}
	return fmt.Sprintf("%g %% of the node's", v.Float("percent"))
}

// memory is an amount as Chaos Mesh reads it: in bytes without a unit, as it takes KiB and kB for the same.
func memory(v schema.Values) string {
	if v.Known("size") {
		return strconv.FormatInt(v.Size("size"), 10)
	}
	return strconv.Itoa(v.Int("percent")) + "%"
}
