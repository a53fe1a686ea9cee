package kubernetes

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const halfReaper = "/api/v1/namespaces/default/serviceaccounts/gameday-reaper-half"

// putHalfReaper is what a run leaves that was killed before the reaper of a fault on
// nodes was whole.
func (s *swept) putHalfReaper(run string) {
	s.Put(halfReaper, map[string]any{"metadata": map[string]any{
		"name": "gameday-reaper-half", "namespace": "default", "labels": map[string]any{undo.LabelRun: run, mark.Component: mark.Reaper},
	}})
}

// TestReapersOutsideTheFence: those of faults on nodes stand in default, whatever the
// fence, and are found and removed from there.
func TestReapersOutsideTheFence(t *testing.T) {
	h := handle{Run: "dead"}
	for name, remove := range map[string]func(t *testing.T, s *swept){
		"down": func(t *testing.T, _ *swept) {
			t.Helper()
			require.NoError(t, New().clean(t.Context(), h))
		},
		"sweep": func(t *testing.T, s *swept) {
			t.Helper()
			found, _ := s.sweep(providers.SweepRequest{Run: "dead"})
			assert.True(t, found["reaper "].Undone, "%+v", found)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSwept(t)
			h.Access = s.access
			s.putHalfReaper("dead")
			left, err := New().leftovers(t.Context(), h)
			require.NoError(t, err)
			assert.Equal(t, []string{"serviceaccount default/gameday-reaper-half"}, left)
			remove(t, s)
			assert.Nil(t, s.Get(halfReaper))
		})
	}
}

// TestWhoMayNotLookIntoDefault: has put nothing there.
func TestWhoMayNotLookIntoDefault(t *testing.T) {
	s := newSwept(t)
	s.Before = func(_, path string) int {
		if strings.Contains(path, "/namespaces/default/") {
			return http.StatusForbidden
		}
		return 0
	}
	h := handle{Run: "dead", Access: s.access}
	require.NoError(t, New().clean(t.Context(), h))
	left, err := New().leftovers(t.Context(), h)
	require.NoError(t, err)
	assert.Empty(t, left)
}
