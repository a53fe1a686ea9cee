package storefront

import (
	"context"
	"errors"
	"time"

	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/purchase"
	"github.com/gameday-dev/gameday/experiments/demo/shop/internal/web"
)

// pause is what lies between two attempts, so that the next one does not meet the
// replica that is just going away.
const pause = 50 * time.Millisecond

// ask hands an order to checkout, once more where no answer came: another replica
// may have one. An order is charged once by its ID, however often it is asked
// for, so that asking again is safe. An answer, be it a refusal, is final: asking
// a full service again only makes it fuller.
func (s *Service) ask(ctx context.Context, order purchase.Order, receipt *purchase.Receipt) error {
	for attempt := 1; ; attempt++ {
		err := s.checkout.Post(ctx, "/checkout", order, receipt)
		_, answered := errors.AsType[*web.StatusError](err)
		if err == nil || answered || attempt >= s.layout.attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}
