package payments

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

func TestCharge(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		answer     string
	}{
		{"good", `{"id":"a","item":"teapot","cents":100}`, http.StatusOK, `"paid"`},
		{"no id", `{"cents":100}`, http.StatusUnprocessableEntity, "needs an id"},
		{"no money", `{"id":"a","cents":0}`, http.StatusUnprocessableEntity, "more than 0 cents"},
		{"not JSON", `teapot`, http.StatusBadRequest, "not the expected JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			New(Config{Work: 10}, web.NewMetrics()).ServeHTTP(rec,
				httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/charge", strings.NewReader(c.body)))
			assert.Equal(t, c.status, rec.Code)
			assert.Contains(t, rec.Body.String(), c.answer)
		})
	}
}

func TestLedgerKnowsTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 5).Draw(t, "size")
		ids := rapid.SliceOf(rapid.StringMatching(`[a-h]`)).Draw(t, "ids")
		l, kept := newLedger(size), []string{}
		for _, id := range ids {
			known := false
			for _, k := range kept {
				known = known || k == id
			}
			assert.Equal(t, !known, l.add(id), "id %s with %v known", id, kept)
			if !known {
				kept = append(kept, id)
				kept = kept[max(0, len(kept)-size):]
			}
		}
	})
}

func BenchmarkCharge(b *testing.B) {
	for b.Loop() {
		sign("order", 4000)
	}
}
