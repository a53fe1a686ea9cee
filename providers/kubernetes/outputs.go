package kubernetes

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
)

// The outputs of both environments, by which faults and probes find their cluster.
const (
	outputKubeconfig = "kubeconfig"
	outputContext    = "context" // what policy.deny_context looks at
	outputServer     = "server"  // unknown while the cluster does not exist
	outputInCluster  = "in_cluster"
	outputAs         = "as"
	outputNamespaces = "namespaces"
	outputAgentImage = "agent_image"
	outputReaper     = "reaper"
	outputPrivileged = "allow_privileged"
	outputCluster    = "cluster" // of kind: its name; empty elsewhere
)

// outputs are what an environment promises.
func outputs(a cluster.Access) cty.Value { return cty.ObjectVal(outputsOf(a)) }

func outputsOf(a cluster.Access) map[string]cty.Value {
	namespaces := cty.ListValEmpty(cty.String)
	if len(a.Namespaces) > 0 {
		var all []cty.Value
		for _, ns := range a.Namespaces {
			all = append(all, cty.StringVal(ns))
		}
		namespaces = cty.ListVal(all)
	}
	return map[string]cty.Value{
		outputKubeconfig: cty.StringVal(a.Kubeconfig), outputContext: cty.StringVal(a.Context),
		outputServer: cty.StringVal(a.Server), outputInCluster: cty.BoolVal(a.InCluster),
		outputAs: cty.StringVal(a.As), outputNamespaces: namespaces,
		outputAgentImage: cty.StringVal(a.AgentImage), outputReaper: cty.BoolVal(a.Reaper), outputPrivileged: cty.BoolVal(a.AllowPrivileged), outputCluster: cty.StringVal(a.Kind),
	}
}

// outputsWithout are outputs of which some are known only once the environment is
// up.
func outputsWithout(a cluster.Access, unknown ...string) cty.Value {
	all := outputsOf(a)
	for _, name := range unknown {
		all[name] = cty.UnknownVal(all[name].Type())
	}
	return cty.ObjectVal(all)
}

// accessOf reads an environment's outputs. It is not known while there is no
// server to speak to: a kind cluster that is only planned. The path of a
// kubeconfig is not needed for it, as a kind cluster can be asked for one.
func accessOf(env providers.EnvironmentState) (access cluster.Access, known bool) {
	o := env.Outputs
	if !hasOutputs(o) || !o.GetAttr(outputServer).IsKnown() {
		return access, false
	}
	namespaces := o.GetAttr(outputNamespaces)
	if !namespaces.IsWhollyKnown() {
		return access, false // without its fence, nothing may be chosen
	}
	for _, value := range namespaces.AsValueSlice() {
		access.Namespaces = append(access.Namespaces, value.AsString())
	}
	access.Kubeconfig, access.Context, access.Server = textAt(o, outputKubeconfig), textAt(o, outputContext), textAt(o, outputServer)
	access.As, access.AgentImage, access.Kind = textAt(o, outputAs), textAt(o, outputAgentImage), textAt(o, outputCluster)
	access.InCluster, access.Reaper, access.AllowPrivileged = trueAt(o, outputInCluster), trueAt(o, outputReaper), trueAt(o, outputPrivileged)
	return access, true
}

// hasOutputs reports whether there are outputs of one of our environments.
func hasOutputs(o cty.Value) bool {
	return o != cty.NilVal && o.IsKnown() && !o.IsNull() && o.Type().IsObjectType() && o.Type().HasAttribute(outputServer)
}

// textAt is a text of an object; empty while it is not known.
func textAt(o cty.Value, name string) string {
	value := o.GetAttr(name)
	if !value.IsKnown() || value.IsNull() {
		return ""
	}
	return value.AsString()
}

func trueAt(o cty.Value, name string) bool {
	value := o.GetAttr(name)
	return value.IsKnown() && !value.IsNull() && value.True()
}
