package reaper

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
)

// aPost is a reaper's place, with a reaper whose account says this.
func aPost(annotations map[string]string) *post {
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "gameday-reaper-1", Labels: labels("run"), Annotations: annotations}
	account := &corev1.ServiceAccount{ObjectMeta: meta}
	return &post{
		Cluster: &cluster.Cluster{Typed: fake.NewClientset(account, &corev1.Pod{ObjectMeta: meta})},
		run:     "run", namespace: "shop", account: account,
	}
}

// TestOneThatAnsweredBeforeMayBeDead: only an answer to this wish counts.
func TestOneThatAnsweredBeforeMayBeDead(t *testing.T) {
	first, next := mark.Wanted(time.Unix(1, 0), time.Minute), mark.Wanted(time.Unix(2, 0), time.Minute)
	for name, c := range map[string]struct {
		answer string
		watch  bool
	}{"it answered": {next, true}, "it answered before": {first, false}, "it never did": {"", false}} {
		t.Run(name, func(t *testing.T) {
			p := aPost(map[string]string{mark.WatchingKey: c.answer})
			found, err := p.find(t.Context(), next)
			require.NoError(t, err)
			require.True(t, found)
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // it looks once
			assert.Equal(t, c.watch, p.awaitWatching(ctx) == nil)
		})
	}
}

// TestOneThatGoesIsNone: it is giving its rights back.
func TestOneThatGoesIsNone(t *testing.T) {
	found, err := aPost(map[string]string{mark.LeavingKey: "true"}).find(t.Context(), mark.Wanted(time.Now(), time.Minute))
	require.NoError(t, err)
	assert.False(t, found)
}
