package chaosmesh

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// kernelFaults are KernelChaos.
func kernelFaults() []kubernetes.Operated {
	return []kubernetes.Operated{{
		Type: "chaosmesh_kernel_fault", Description: "Makes calls inside the kernel fail for the processes of containers.",
		Resource: resource("KernelChaos", "kernelchaos"), Evidence: kubernetes.EvidenceByCommand,
		Caution: "Chaos Mesh as of September 2026 fails to inject a KernelChaos, as its controller looks for a container in the name of a pod (github.com/chaos-mesh/chaos-mesh/issues/4059). The experiment ends in an error then.",
		Attributes: []schema.Attribute{
			{
				Name: "fails", Type: text(), Required: true, OneOf: []string{"slab", "page", "bio"}, Example: `"slab"`,
				Description: "What fails: slab and page are allocations of memory, bio is a read or write of a block device (the kernel's fault injection: failslab, fail_page_alloc, fail_make_request).",
			},
			{Name: "headers", Type: texts(), Example: `["linux/mmzone.h"]`, Description: "Headers of the kernel that the predicates need."},
			{Name: "percent", Type: percent(), Default: cty.NumberIntVal(100), Min: schema.Number(1), Description: "Share of the calls that fail, in whole percent."},
			{Name: "times", Type: integer(), Min: schema.Number(1), Description: "How many calls fail at most. Without it, any number."},
		},
		Blocks: []schema.NestedBlock{{Name: "frame", Nesting: schema.List, Block: &schema.Block{
			Description: "A function on the way to the call, outermost first. Without any, calls from everywhere fail.",
			Attributes: []schema.Attribute{
				{Name: "function", Type: text(), Required: true, Example: `"ext4_mount"`, Description: "Its name, as in /proc/kallsyms."},
				{Name: "parameters", Type: text(), Example: `"struct dentry *parent, const struct qstr *name"`, Description: "Its parameters, for a predicate."},
				{Name: "predicate", Type: text(), Example: `"STRNCMP(name->name, \"bananas\", 8)"`, Description: "Only calls for which this holds."},
			},
		}}},
		Validate: wholePercent("percent"),
		Effect: func(v schema.Values) string {
			return fmt.Sprintf("makes %g %% of the kernel's %s calls fail", v.Float("percent"), v.String("fails"))
		},
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			request := object{
				"failtype":    map[string]int{"slab": 0, "page": 1, "bio": 2}[r.Config.String("fails")],
				"probability": r.Config.Int("percent"),
			}
			set(request, "headers", r.Config, "headers", r.Config.Strings)
			set(request, "times", r.Config, "times", r.Config.Int)
			if chain := frames(r.Config); len(chain) > 0 {
				request["callchain"] = chain
			}
			return base(r, object{"failKernRequest": request})
		},
	}}
}

func frames(v schema.Values) []object {
	var chain []object
	for _, block := range v.Blocks("frame") {
		frame := object{"funcname": block.String("function")}
		set(frame, "parameters", block, "parameters", block.String)
		set(frame, "predicate", block, "predicate", block.String)
		chain = append(chain, frame)
	}
	return chain
}
