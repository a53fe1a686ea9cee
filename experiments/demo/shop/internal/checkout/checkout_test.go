package checkout

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/breaker"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/variant"
)

func TestBothVariantsCharge(t *testing.T) {
	for _, v := range []variant.Variant{variant.Fragile, variant.Resilient} {
		t.Run(string(v), func(t *testing.T) {
			payments := startPayments(t, false)
			svc := startCheckout(t, v, payments)
			status, receipt := checkOut(t, svc, "a", 100)
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, purchase.Receipt{ID: "a", Payment: purchase.Paid}, receipt)
		})
	}
}

func TestBothVariantsRejectBadOrders(t *testing.T) {
	for _, v := range []variant.Variant{variant.Fragile, variant.Resilient} {
		t.Run(string(v), func(t *testing.T) {
			svc := startCheckout(t, v, startPayments(t, false))
			for i := range 2 * breakAfter {
				status, _ := checkOut(t, svc, number(i), 0)
				assert.Equal(t, http.StatusUnprocessableEntity, status)
			}
			status, receipt := checkOut(t, svc, "good", 100)
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, purchase.Paid, receipt.Payment, "bad orders must not open the breaker")
		})
	}
}

func TestRefusesWhatIsNotAnOrder(t *testing.T) {
	svc := startCheckout(t, variant.Resilient, startPayments(t, false))
	for _, body := range []string{"", "{", `{"id":"a","colour":"red"}`, strings.Repeat(" ", 1<<20)} {
		rec := httptest.NewRecorder()
		svc.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/checkout", strings.NewReader(body)))
		assert.Equal(t, http.StatusBadRequest, rec.Code)
	}
}

func TestResilientDefersAndChargesLater(t *testing.T) {
	payments := startPayments(t, true)
	svc := startCheckout(t, variant.Resilient, payments)
	const orders = 4 * breakAfter
	for i := range orders {
		status, receipt := checkOut(t, svc, number(i), 100)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, purchase.Pending, receipt.Payment)
	}
	asked, charged := payments.counts()
	assert.Less(t, asked, orders, "an open breaker spares payments")
	assert.Zero(t, charged)

	payments.release()
	assert.Eventually(t, func() bool { _, n := payments.counts(); return n == orders }, soon, 10*time.Millisecond)
}

func TestResilientPaysAgainAfterTheTrouble(t *testing.T) {
	payments := startPayments(t, true)
	svc := startCheckout(t, variant.Resilient, payments)
	for i := range breakAfter + 1 {
		checkOut(t, svc, number(i), 100)
	}
	r, ok := svc.cashier.(*resilient)
	require.True(t, ok)
	require.NotEqual(t, breaker.Closed, r.breaker.State())
	payments.release()
	require.Eventually(t, func() bool { return r.breaker.State() == breaker.Closed }, soon, 10*time.Millisecond)
	_, receipt := checkOut(t, svc, "after", 100)
	assert.Equal(t, purchase.Paid, receipt.Payment)
}

func TestResilientRefusesOnceTheOutboxIsFull(t *testing.T) {
	payments := startPayments(t, true)
	svc := startCheckout(t, variant.Resilient, payments)
	r, ok := svc.cashier.(*resilient)
	require.True(t, ok)
	for r.outbox.offer(purchase.Order{ID: "filler", Cents: 1}) {
	}
	// The background takes one out and holds on to it, so one more may fit.
	var statuses []int
	for i := range 2 {
		status, _ := checkOut(t, svc, number(i), 100)
		statuses = append(statuses, status)
	}
	assert.Equal(t, http.StatusServiceUnavailable, statuses[1])
}

func TestFragileQueuesBehindOneCharge(t *testing.T) {
	payments := startPayments(t, true)
	svc := startCheckout(t, variant.Fragile, payments)
	f, ok := svc.cashier.(*fragile)
	require.True(t, ok)
	const orders = 5
	var customers sync.WaitGroup
	for i := range orders {
		customers.Go(func() {
			status, _ := checkOut(t, svc, number(i), 100)
			assert.Equal(t, http.StatusOK, status)
		})
	}
	require.Eventually(t, func() bool { return f.queue.Depth() == orders-1 }, soon, time.Millisecond)
	require.Eventually(t, func() bool { asked, _ := payments.counts(); return asked == 1 }, soon, time.Millisecond)
	payments.release()
	customers.Wait()
}
