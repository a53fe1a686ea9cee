package packetfault

import (
	"container/heap"
	"time"
)

// packet is one that waits for its time.
type packet struct {
	id       uint32
	order    uint64 // in which they came: equals leave in it
	came, at time.Duration
	payload  []byte // what it is replaced with; nil: as it was
	copied   []byte // what is sent once more; nil: nothing
}

// held is a heap of packets, the next to leave first.
type held []*packet

func (h held) Len() int      { return len(h) }
func (h held) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h held) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].order < h[j].order
}

// Push is for package heap.
func (h *held) Push(x any) {
	if p, ok := x.(*packet); ok {
		*h = append(*h, p)
	}
}

// Pop is for package heap.
func (h *held) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return p
}

func (h *held) add(p *packet) { heap.Push(h, p) }

// next takes the packet off that leaves first, if its time has come.
func (h *held) next(now time.Duration) *packet {
	if len(*h) == 0 || (*h)[0].at > now {
		return nil
	}
	p, _ := heap.Pop(h).(*packet)
	return p
}
