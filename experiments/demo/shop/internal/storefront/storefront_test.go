package storefront

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = 10 * time.Second

// checkoutThat answers every order with answer.
func checkoutThat(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	return srv
}

func request(t *testing.T, front http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	front.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return rec
}

func TestAnswers(t *testing.T) {
	paid := func(w http.ResponseWriter, _ *http.Request) {
		web.WriteJSON(w, http.StatusOK, purchase.Receipt{ID: "a", Payment: purchase.Paid})
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { web.WriteError(w, code, "no") }
	}
	for _, c := range []struct {
		name, method, path string
		checkout           http.HandlerFunc
		status             int
		body               string
	}{
		{"home", "GET", "/", paid, http.StatusOK, "teapot, 29.00"},
		{"buy", "POST", "/buy", paid, http.StatusOK, `"payment":"paid"`},
		{"buy by name", "POST", "/buy?item=tray", paid, http.StatusOK, `"payment":"paid"`},
		{"no such item", "POST", "/buy?item=car", paid, http.StatusNotFound, "no such item"},
		{"no such page", "GET", "/admin", paid, http.StatusNotFound, ""},
		{"rejected", "POST", "/buy", status(http.StatusUnprocessableEntity), http.StatusUnprocessableEntity, "rejected"},
		{"shed", "POST", "/buy", status(http.StatusServiceUnavailable), http.StatusServiceUnavailable, "full"},
		{"broken", "POST", "/buy", status(http.StatusInternalServerError), http.StatusBadGateway, "checkout"},
	} {
		for _, v := range []variant.Variant{variant.Fragile, variant.Resilient} {
			t.Run(c.name+"/"+string(v), func(t *testing.T) {
				front := New(Config{Variant: v, Checkout: checkoutThat(t, c.checkout).URL}, web.NewMetrics())
				rec := request(t, front, c.method, c.path)
				assert.Equal(t, c.status, rec.Code)
				assert.Contains(t, rec.Body.String(), c.body)
			})
		}
	}
}

// TestHangingCheckout is the damage two hops up: with a checkout that does not
// answer, pages still come from the resilient storefront and wait in the queue
// of the fragile one.
func TestHangingCheckout(t *testing.T) {
	const customers = 40
	for _, c := range []struct {
		variant variant.Variant
		workers int // for purchases
		pages   bool
	}{
		{variant.Fragile, 4, false},
		{variant.Resilient, 32, true},
	} {
		t.Run(string(c.variant), func(t *testing.T) {
			front, release := hangingShop(t, c.variant)
			var busy sync.WaitGroup
			defer busy.Wait()
			defer release()
			for range customers {
				busy.Go(func() { request(t, front, "POST", "/buy") })
			}
			depth := front.layout.purchases.Depth
			require.Eventually(t, func() bool { return depth() == customers-c.workers }, soon, time.Millisecond)

			page := make(chan int, 1)
			busy.Go(func() { page <- request(t, front, "GET", "/").Code })
			if c.pages {
				assert.Equal(t, http.StatusOK, <-page)
				return
			}
			require.Eventually(t, func() bool { return depth() == customers-c.workers+1 }, soon, time.Millisecond)
			assert.Empty(t, page, "the page waits behind the purchases")
		})
	}
}

// hangingShop is a storefront whose checkout answers after release.
func hangingShop(t *testing.T, v variant.Variant) (front *Service, release func()) {
	t.Helper()
	gate := make(chan struct{})
	checkout := checkoutThat(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		web.WriteJSON(w, http.StatusOK, purchase.Receipt{Payment: purchase.Paid})
	})
	return New(Config{Variant: v, Checkout: checkout.URL}, web.NewMetrics()), sync.OnceFunc(func() { close(gate) })
}

// TestAsksAgain has a checkout whose first answers get lost on the way: the
// resilient storefront asks again, with the same order.
func TestAsksAgain(t *testing.T) {
	for _, c := range []struct {
		name    string
		variant variant.Variant
		lost    int64 // answers, from the first
		status  int
		asked   int64
	}{
		{"fragile, one lost", variant.Fragile, 1, http.StatusBadGateway, 1},
		{"resilient, none lost", variant.Resilient, 0, http.StatusOK, 1},
		{"resilient, two lost", variant.Resilient, 2, http.StatusOK, 3},
		{"resilient, all lost", variant.Resilient, 99, http.StatusBadGateway, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int64
			var orders sync.Map
			checkout := checkoutThat(t, func(w http.ResponseWriter, r *http.Request) {
				var order purchase.Order
				if !web.ReadJSON(w, r, &order) {
					return
				}
				orders.Store(order.ID, true)
				if asked.Add(1) <= c.lost {
					panic(http.ErrAbortHandler) // the connection ends without an answer
				}
				web.WriteJSON(w, http.StatusOK, purchase.Receipt{ID: order.ID, Payment: purchase.Paid})
			})
			front := New(Config{Variant: c.variant, Checkout: checkout.URL}, web.NewMetrics())
			assert.Equal(t, c.status, request(t, front, "POST", "/buy").Code)
			assert.Equal(t, c.asked, asked.Load())
			different := 0
			orders.Range(func(any, any) bool { different++; return true })
			assert.Equal(t, 1, different, "asking again with another ID would charge twice")
		})
	}
}

// TestDoesNotAskAgain has a checkout that refuses: that is an answer.
func TestDoesNotAskAgain(t *testing.T) {
	var asked atomic.Int64
	checkout := checkoutThat(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		web.WriteError(w, http.StatusServiceUnavailable, "full")
	})
	front := New(Config{Variant: variant.Resilient, Checkout: checkout.URL}, web.NewMetrics())
	assert.Equal(t, http.StatusServiceUnavailable, request(t, front, "POST", "/buy").Code)
	assert.EqualValues(t, 1, asked.Load())
}
