package kubernetes

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestPodsOfOtherRunsAreNoPrey: what another run has claimed before it appeared to the hunt
// stays that run's, and the hunt goes on with the others.
func TestPodsOfOtherRunsAreNoPrey(t *testing.T) {
	for name, c := range map[string]struct {
		run   string
		holds func(h *hunted, path string) // what becomes of the other claim
		taken bool
		free  bool // whether pods beside it are taken
	}{
		"another run's":        {"other", func(*hunted, string) {}, false, true},
		"the same run's":       {"run", func(*hunted, string) {}, true, true},
		"a newer gameday's":    {"other", func(h *hunted, path string) { h.Edit(path, annotated("{")) }, false, false},
		"a run's that is over": {"other", func(h *hunted, path string) { h.Edit(path, longAgo) }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHunted(t)
			f := h.fault()
			config := providertest.Decode(t, f.Schema(), `
image           = "pause"
dynamic_targets = true
target { labels = { app = "web" } }`)
			require.NoError(t, f.Inject(t.Context(), providers.InjectRequest{Record: h.record, Config: config}))
			store := claim.Store{API: h.api}
			require.NoError(t, store.Take(t.Context(), claim.Claim{
				ID: "01OTHER", Run: c.run, Address: "experiment.z.fault.y", Targets: []claim.Target{{Kind: "pod", Name: "shop/held", UID: "uid-held"}},
				Deadline: time.Now().Add(time.Minute),
			}))
			c.holds(h, claim.Path("shop", "01OTHER"))
			h.appear(t, "held", "shop")
			names := func() (out []string) {
				whole, err := store.Whole(t.Context(), claim.Claim{ID: h.record.ID, Targets: []claim.Target{claim.Target(podTarget("a"))}})
				assert.NoError(t, err)
				for _, target := range whole.Targets {
					out = append(out, target.Name)
				}
				return out
			}
			if c.taken {
				require.Eventually(t, func() bool { return h.image("held", "shop") == "pause" }, 10*time.Second, 10*time.Millisecond)
				assert.Equal(t, []string{"shop/a", "shop/held"}, names())
				require.NoError(t, f.Revert(t.Context(), h.record))
				return
			}
			extension := "PATCH " + claim.Path("shop", h.record.ID)
			require.Eventually(t, func() bool {
				return slices.Contains(h.Requests(), extension) && slices.Equal([]string{"shop/a"}, names())
			},
				10*time.Second, 10*time.Millisecond, "it is in the claim and out of it again")
			if c.free {
				h.appear(t, "free", "shop")
				require.Eventually(t, func() bool { return h.image("free", "shop") == "pause" }, 10*time.Second, 10*time.Millisecond)
				assert.Equal(t, []string{"shop/a", "shop/free"}, names())
			}
			assert.Equal(t, "own", h.image("held", "shop"))
			require.NoError(t, f.Revert(t.Context(), h.record))
			assert.NotContains(t, h.Requests(), "PATCH "+podPath("shop", "held")+"?fieldManager=gameday")
			assert.NotNil(t, h.Get(claim.Path("shop", "01OTHER")), "the other holds it still")
		})
	}
}

// annotated has a Lease hold a text as its claim.
func annotated(text string) func(map[string]any) {
	return func(o map[string]any) {
		o["metadata"].(map[string]any)["annotations"] = map[string]any{claim.Annotation: text}
	}
}

// longAgo has the deadline of a claim, and of its Lease, passed.
func longAgo(o map[string]any) {
	o["metadata"].(map[string]any)["creationTimestamp"] = time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	annotated(`{"id":"01OTHER","run":"other","targets":[{"kind":"pod","name":"shop/held","uid":"uid-held"}]}`)(o)
}
