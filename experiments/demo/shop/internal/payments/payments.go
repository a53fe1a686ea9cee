// Package payments charges cards: POST /charge.
package payments

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// remembered is how many orders the ledger knows, far more than can be under way.
const remembered = 1 << 16

// Config says what a charge costs.
type Config struct {
	Work int // rounds of SHA-256, as a stand-in for signing
}

type service struct {
	cfg     Config
	ledger  *ledger
	charges *prometheus.CounterVec
}

// New makes the payments service.
func New(cfg Config, metrics *web.Metrics) http.Handler {
	s := &service{
		cfg:     cfg,
		ledger:  newLedger(remembered),
		charges: metrics.Counters("shop_charges_total", "Charges asked for: first, or again.", "kind"),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charge", s.charge)
	return mux
}

func (s *service) charge(w http.ResponseWriter, r *http.Request) {
	var order purchase.Order
	if !web.ReadJSON(w, r, &order) {
		return
	}
	if order.ID == "" || order.Cents <= 0 {
		web.WriteError(w, http.StatusUnprocessableEntity, "an order needs an id and more than 0 cents")
		return
	}
	w.Header().Set("Shop-Signature", sign(order.ID, s.cfg.Work))
	kind := "again"
	if s.ledger.add(order.ID) {
		kind = "first"
	}
	s.charges.WithLabelValues(kind).Inc()
	web.WriteJSON(w, http.StatusOK, purchase.Receipt{ID: order.ID, Payment: purchase.Paid})
}

// sign makes the proof of a charge, and uses the processor as real work would.
func sign(id string, rounds int) string {
	sum := sha256.Sum256([]byte(id))
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	return hex.EncodeToString(sum[:])
}
