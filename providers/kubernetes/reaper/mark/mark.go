// Package mark is what a reaper and its runner tell each other: annotations of the
// reaper's ServiceAccount.
package mark

import (
	"fmt"
	"strings"
	"time"
)

const (
	// Component is the label that tells reapers from what else accompanies a run.
	Component = "app.kubernetes.io/component"
	// Reaper is its value.
	Reaper = "reaper"

	// Home is the label of what belongs to a reaper and stands in no namespace. Its value is that of the reaper, so that
	// who looks after some namespaces tells those of others apart.
	Home = "gameday.dev/reaper-namespace"

	// WantedKey is the annotation that says for how long a reaper is wanted.
	WantedKey = "gameday.dev/wanted"
	// ClusterRolePrefix begins the annotations whose values are the names of the cluster
	// roles that a reaper has, and removes when it goes.
	ClusterRolePrefix = "cluster-role.gameday.dev/"

	// WatchingKey is the annotation by which a reaper says that it watches. Its value is
	// that of WantedKey which the reaper has read.
	WatchingKey = "gameday.dev/watching"

	// LeavingKey is the annotation by which a reaper says that it goes and can't be
	// asked to stay: it gives its rights back.
	LeavingKey = "gameday.dev/leaving"
)

// Wanted is a value of the annotation WantedKey: a duration. The moment at which it
// was asked for makes each value another, so that its reader can measure the
// duration from when it first saw it, by its own clock.
func Wanted(now time.Time, d time.Duration) string {
	return fmt.Sprintf("%s since %d", max(d, 0).Round(time.Second), now.UnixNano())
}

// For reads the duration; what is no such value is none.
func For(wanted string) time.Duration {
	text, _, _ := strings.Cut(wanted, " ")
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return d
}
