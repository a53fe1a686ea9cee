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
		spec["duration"] = whole(r.Duration)
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

// whole writes a duration as a whole number of one unit. Chaos Mesh has three readers of durations, and only that is the
// same to all: its definitions take no "1m30s", and its programs in Rust no "1.5s".
func whole(d time.Duration) string {
	for _, unit := range []struct {
		of     time.Duration
		suffix string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "us"}} {
		if d%unit.of == 0 {
			return strconv.FormatInt(int64(d/unit.of), 10) + unit.suffix
		}
	}
	return strconv.FormatInt(d.Nanoseconds(), 10) + "ns"
}

// decimal writes a number as Chaos Mesh wants some: as text.
func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
