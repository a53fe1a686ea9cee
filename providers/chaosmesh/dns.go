package chaosmesh

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// dnsFaults are DNSChaos, which answers by a DNS server of its own: that has to be installed with Chaos Mesh.
func dnsFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		names("dns_error", "error", "Makes pods fail to look names up.", "answers with errors"),
		names("dns_spoof", "random", "Gives pods wrong addresses for names.", "answers with random addresses"),
	}
}

func names(name, action, doc, effect string) kubernetes.Operated {
	return kubernetes.Operated{
		Type: "chaosmesh_" + name, Description: doc, Resource: resource("DNSChaos", "dnschaos"), Container: true, Evidence: kubernetes.EvidenceByCommand,
		Attributes: []schema.Attribute{{
			Name: "patterns", Type: texts(), Example: `["example.com", "api.*"]`,
			Description: "Names: ? stands for one character, * at the end for any. Without it, all names.",
		}},
		Validate: func(v schema.Values) providers.Diagnostics {
			var diags providers.Diagnostics
			for i, pattern := range v.Strings("patterns") {
				if at := strings.Index(pattern, "*"); at >= 0 && at < len(pattern)-1 {
					diags = append(diags, providers.Errorf(cty.GetAttrPath("patterns").IndexInt(i), "Wildcard within a name", "Chaos Mesh takes * at the end of a name only, found %q.", pattern)...)
				}
			}
			return diags
		},
		Effect: func(v schema.Values) string {
			if patterns := v.Strings("patterns"); len(patterns) > 0 {
				return effect + " what each pod asks of " + strings.Join(patterns, ", ")
			}
			return effect + " whatever name each pod asks for"
		},
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			spec := base(r, object{"action": action})
			set(spec, "patterns", r.Config, "patterns", r.Config.Strings)
			return spec
		},
	}
}
