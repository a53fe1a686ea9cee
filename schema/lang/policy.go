package lang

import "github.com/gameday-dev/gameday/providers/schema"

// Policy is the body of a policy block.
func Policy() *schema.Block {
	return &schema.Block{
		Description: "Guardrails, checked when planning and again when applying. All policy blocks of a configuration hold together; the strictest limit wins.",
		Attributes: []schema.Attribute{
			{
				Name:        "protected_namespaces",
				Description: "Namespaces in which no fault may have a target; * stands for any text. kube-system is always protected.",
				Type:        schema.Type{Kind: schema.String, Of: schema.ListOf},
				Example:     `["kube-system", "monitoring"]`,
			},
			{
				Name:        "max_targets_percent",
				Description: "The largest share of all targets of a kind in the environment that one fault, or all faults of one experiment together, may hit.",
				Type:        schema.Type{Kind: schema.Percent},
				Example:     "50",
			},
			{
				Name:        "deny_context",
				Description: "Patterns of Kubernetes contexts that must not be touched; * stands for any text, also with slashes in it.",
				Type:        schema.Type{Kind: schema.String, Of: schema.ListOf},
				Example:     `["*prod*"]`,
			},
		},
	}
}
