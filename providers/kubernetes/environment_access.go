package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/api/validate/content"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/schema"
)

// accessFrom is what the body of environment "kubernetes" says, with paths that
// hold in any folder.
func accessFrom(values schema.Values, dir string) cluster.Access {
	a := fenceFrom(values)
	a.Context, a.As, a.InCluster = values.String("context"), values.String("as"), values.Bool("in_cluster")
	if a.InCluster {
		return a
	}
	a.Kubeconfig = cluster.Files(located(values.String("kubeconfig"), dir))
	// As with kubectl: a pod without a kubeconfig speaks to the cluster around it.
	_, err := os.Stat(filepath.SplitList(a.Kubeconfig)[0])
	if err != nil && values.String("kubeconfig") == "" && os.Getenv("KUBECONFIG") == "" && os.Getenv("KUBERNETES_SERVICE_HOST") != "" {
		a.Kubeconfig, a.InCluster = "", a.Context == ""
	}
	return a
}

// fenceFrom is what both environments have in common.
func fenceFrom(values schema.Values) cluster.Access {
	a := cluster.Access{Namespaces: values.Strings("namespaces"), AgentImage: values.String("agent_image")}
	a.AllowPrivileged = values.Known("allow_privileged") && values.Bool("allow_privileged")
	a.Reaper = a.AgentImage != ""
	if values.Known("reaper") {
		a.Reaper = values.Bool("reaper")
	}
	return a
}

// located is a path from the configuration: relative to its folder, with ~ for
// the user's own. Nothing stays nothing.
func located(path, dir string) string {
	if path == "" {
		return ""
	}
	if rest, found := strings.CutPrefix(path, "~/"); found {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// validateNamespaces checks the names of the fence.
func validateNamespaces(values schema.Values) providers.Diagnostics {
	var diags providers.Diagnostics
	fence := values.Attr("namespaces")
	if !fence.IsKnown() || fence.IsNull() {
		return nil
	}
	path := cty.GetAttrPath("namespaces")
	if fence.LengthInt() == 0 {
		return providers.Errorf(path, "Empty fence",
			"No fault could act on anything. Name the namespaces that experiments may act on, or leave the argument out for all of them.")
	}
	for it := fence.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if !value.IsKnown() {
			continue
		}
		if problem := wrongNamespace(value); problem != "" {
			diags = append(diags, providers.Errorf(path.Index(key), "Invalid namespace", "%s.", problem)...)
		}
	}
	return diags
}

func wrongNamespace(value cty.Value) string {
	if value.IsNull() {
		return "Expected the name of a namespace, found null"
	}
	if problems := content.IsDNS1123Label(value.AsString()); len(problems) > 0 {
		return fmt.Sprintf("%q is not the name of a namespace: %s", value.AsString(), strings.Join(problems, "; "))
	}
	return ""
}
