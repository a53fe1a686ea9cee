package kubernetes

import (
	"fmt"
	"strings"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

// users says which pods use a ConfigMap or a Secret, and when they will see a
// change: files follow within about a minute, variables only in a new container.
func users(w *world.World, t providers.Target) []string {
	mounted, variables := map[string]int{}, map[string]int{}
	for i := range w.Pods {
		pod := &w.Pods[i]
		object, is := strings.CutPrefix(t.Name, pod.Namespace+"/")
		if !is {
			continue
		}
		owner := "pod/" + pod.Name
		if o, ok := w.OwnerOf(pod); ok {
			owner = o.String()
		}
		if world.Mounts(pod, t.Kind, object) {
			mounted[owner]++
		}
		if world.HasVariables(pod, t.Kind, object) {
			variables[owner]++
		}
	}
	name := t.Kind + "/" + t.Name
	out := append(
		usage(mounted, "%s of %s mounts "+name+": its files follow within about a minute (not where subPath is used)"),
		usage(variables, "%s of %s has variables from "+name+": they change only when a container starts anew")...)
	if len(out) == 0 {
		return []string{"no pod in " + namespaceOf(t) + " mounts " + name + " or has variables from it"}
	}
	return out
}

func usage(byOwner map[string]int, text string) []string {
	var out []string
	for _, owner := range sortedKeys(byOwner) {
		pods := "1 pod"
		if n := byOwner[owner]; n > 1 {
			pods = fmt.Sprintf("each of %d pods", n)
		}
		out = append(out, fmt.Sprintf(text, pods, owner))
	}
	return out
}
