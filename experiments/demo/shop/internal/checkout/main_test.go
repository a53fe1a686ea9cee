package checkout

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds every wait of these tests, with room for a slow machine.
const soon = 10 * time.Second

// fakePayments is a payments whose answers can be held back.
type fakePayments struct {
	*httptest.Server

	mu      sync.Mutex
	gate    chan struct{} // answers wait until it is closed
	asked   int
	charged map[string]int
}

func startPayments(t *testing.T, held bool) *fakePayments {
	t.Helper()
	p := &fakePayments{gate: make(chan struct{}), charged: map[string]int{}}
	if !held {
		close(p.gate)
	}
	p.Server = httptest.NewServer(http.HandlerFunc(p.charge))
	t.Cleanup(func() {
		p.release()
		p.Close()
	})
	return p
}

func (p *fakePayments) charge(w http.ResponseWriter, r *http.Request) {
	var order purchase.Order
	if !web.ReadJSON(w, r, &order) {
		return
	}
	p.mu.Lock()
	p.asked++
	p.mu.Unlock()
	select {
	case <-p.gate:
	case <-r.Context().Done():
		return
	}
	if order.Cents == 0 {
		web.WriteError(w, http.StatusUnprocessableEntity, "nothing to charge")
		return
	}
	p.mu.Lock()
	p.charged[order.ID]++
	p.mu.Unlock()
	web.WriteJSON(w, http.StatusOK, purchase.Receipt{ID: order.ID, Payment: purchase.Paid})
}

// release lets answers through from now on.
func (p *fakePayments) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.gate:
	default:
		close(p.gate)
	}
}

func (p *fakePayments) counts() (asked, charged int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, len(p.charged)
}

// startCheckout runs a checkout in front of payments for the test's time.
func startCheckout(t *testing.T, v variant.Variant, payments *fakePayments) *Service {
	t.Helper()
	svc := New(Config{Variant: v, Payments: payments.URL}, web.NewMetrics(), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { svc.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return svc
}

// checkOut sends one order and returns the status and the receipt.
func checkOut(t *testing.T, svc http.Handler, id string, cents int64) (int, purchase.Receipt) {
	t.Helper()
	body, err := json.Marshal(purchase.Order{ID: id, Item: "teapot", Cents: cents})
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	svc.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/checkout", bytes.NewReader(body)))
	var receipt purchase.Receipt
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &receipt))
	return rec.Code, receipt
}

func number(i int) string { return strconv.Itoa(i) }
