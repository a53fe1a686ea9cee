package packetfault

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/gameday-dev/gameday/providers/firewall"
	"github.com/gameday-dev/gameday/providers/packetfault/nfqueue"
)

// openQueue takes the first number that nobody listens on, and to which no fault leads. The range is far from the low
// numbers that people give by hand. EPERM means either no right, or the queue of another socket.
func openQueue(c nfqueue.Config) (*nfqueue.Queue, uint16, error) {
	const first, last = 0x6700, 0x67ff
	var taken error
	for c.Number = first; c.Number <= last; c.Number++ {
		queue, err := openUnled(c)
		if err == nil {
			return queue, c.Number, nil
		}
		if !errors.Is(err, unix.EBUSY) && !errors.Is(err, unix.EPERM) {
			return nil, 0, err
		}
		taken = err
	}
	return nil, 0, fmt.Errorf("expected CAP_NET_ADMIN and a free queue between %d and %d: %w", first, last, taken)
}

// openUnled opens a queue to which no fault leads. It looks before, since whoever binds a queue gets what is led there, and again
// when the queue is bound: only then can nobody lead to it any more who is killed afterwards.
func openUnled(c nfqueue.Config) (*nfqueue.Queue, error) {
	if err := unled(c.Number); err != nil {
		return nil, err
	}
	queue, err := nfqueue.Open(c)
	if err != nil {
		return nil, err
	}
	if err := unled(c.Number); err != nil {
		return nil, errors.Join(err, queue.Close())
	}
	return queue, nil
}

// unled is EBUSY when a fault leads packets to a queue: one whose process was killed does so until its deadline.
func unled(number uint16) error {
	led, err := firewall.Queues()
	if err != nil {
		return err
	}
	if slices.Contains(led, number) {
		return fmt.Errorf("queue %d is that of a fault in force: %w", number, unix.EBUSY)
	}
	return nil
}
