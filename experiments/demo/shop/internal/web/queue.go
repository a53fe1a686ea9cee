package web

import "github.com/gameday-dev/gameday/experiments/demo/shop/internal/pool"

// QueueDepth shows how many callers wait for a pool.
func QueueDepth(metrics *Metrics, name string, p *pool.Pool) {
	metrics.Gauge("shop_queue_depth", "Requests that wait for a worker.", map[string]string{"queue": name},
		func() float64 { return float64(p.Depth()) })
}
