package chaosmesh

import (
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// mostSkew is ten years, far enough for every certificate and token.
const mostSkew = 10 * 365 * 24 * time.Hour

// timeFaults are TimeChaos.
func timeFaults() []kubernetes.Operated {
	return []kubernetes.Operated{{
		Type: "chaosmesh_time_skew", Description: "Makes the processes of containers see another time.",
		Resource: resource("TimeChaos", "timechaos"), Container: true, Evidence: kubernetes.EvidenceByCommand,
		Attributes: []schema.Attribute{
			{Name: "offset", Type: duration(), Required: true, Example: `"-10m"`, Min: schema.Number(-mostSkew.Seconds()), Max: schema.Number(mostSkew.Seconds()), Description: "How far their clocks are ahead; negative for clocks that are behind."},
			{
				Name: "clock_ids", Type: texts(), Default: cty.ListVal([]cty.Value{cty.StringVal("CLOCK_REALTIME")}), OneOf: clocks(),
				Description: "Which clocks, by the names of clock_gettime(2).",
			},
		},
		Validate: func(v schema.Values) providers.Diagnostics {
			if v.Known("offset") && v.Duration("offset") == 0 {
				return providers.Errorf(cty.GetAttrPath("offset"), "No offset", "offset = %q moves no clock. Say how far it is to be ahead, or behind with a minus sign.", v.String("offset"))
			}
			return nil
		},
		Effect: func(v schema.Values) string {
			return fmt.Sprintf("moves the clocks of the processes that run in a container of each pod by %s", v.Duration("offset"))
		},
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			return base(r, object{"timeOffset": whole(r.Config.Duration("offset")), "clockIds": r.Config.Strings("clock_ids")})
		},
	}}
}

func clocks() []string {
	return []string{
		"CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID", "CLOCK_MONOTONIC_RAW",
		"CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME", "CLOCK_REALTIME_ALARM", "CLOCK_BOOTTIME_ALARM",
	}
}
