package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Diff is what is different after; empty when nothing is. Lines that begin with
// "-" were before.
func Diff(before, after Snapshot) string {
	return cmp.Diff(map[string]map[string]any(before), map[string]map[string]any(after.without(History(before, after))))
}

// History are the keys of what rollouts in between left in the history of
// workloads that were there before: ReplicaSets without replicas, and revisions.
func History(before, after Snapshot) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if _, was := before[key]; !was && historic(after[key]) {
			keys = append(keys, key)
		}
	}
	return keys
}

func historic(o map[string]any) bool {
	switch o["kind"] {
	case "ControllerRevision":
		return true
	case "ReplicaSet":
		spec, _ := o["spec"].(map[string]any)
		replicas, _ := spec["replicas"].(int64)
		return replicas == 0
	default:
		return false
	}
}

func (s Snapshot) without(keys []string) Snapshot {
	out := maps.Clone(s)
	for _, key := range keys {
		delete(out, key)
	}
	return out
}

// Marks are the keys of objects that mention gameday anywhere, history left out:
// after a revert there are none.
func Marks(before, after Snapshot) []string {
	left := after.without(History(before, after))
	return slices.DeleteFunc(slices.Sorted(maps.Keys(left)), func(key string) bool { return !mentions(left[key]) })
}

func mentions(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, "gameday.dev/")
	case map[string]any:
		for key, inner := range v {
			if strings.Contains(key, "gameday.dev/") || mentions(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, mentions)
	}
	return false
}
