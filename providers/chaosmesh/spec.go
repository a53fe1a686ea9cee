package chaosmesh

import (
	"strconv"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// object is a part of a resource, as JSON has it.
type object = map[string]any

// base is what every specification begins with: exactly the pods that gameday has chosen. The namespace stands there
// a second time, as without it Chaos Mesh's own defaults would have to be installed.
func base(r kubernetes.OperatedRequest, more object) object {
	spec := object{
		"mode": "all", "selector": object{"namespaces": []string{r.Namespace}, "pods": object{r.Namespace: r.Pods}},
	}
	if r.Container != "" {
		spec["containerNames"] = []string{r.Container}
	}
	if r.Duration > 0 {
		spec["duration"] = r.Duration.String()
	}
	for name, value := range more {
		spec[name] = value
	}
	return spec
}

// set puts an attribute into a specification if the user has set it.
func set[T any](spec object, name string, v schema.Values, attribute string, read func(string) T) {
	if v.Known(attribute) {
		spec[name] = read(attribute)
	}
}

// decimal writes a number as Chaos Mesh wants some: as text.
func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// milliseconds are whole ones.
func milliseconds(d time.Duration) int64 { return d.Milliseconds() }
