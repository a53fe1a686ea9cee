package packetfault

import (
	"container/heap"
	"time"
)

// packet is one that waits for its time.
type packet struct {
	id       uint32
	queue    queue
	length   uint32 // in bytes; the kernel holds them
	order    uint64 // in which they came: equals leave in it
	came, at time.Duration
	payload  []byte // what it is replaced with; nil: as it was
	copied   []byte // what is sent once more; nil: nothing
	freed    bool   // waits on nobody's account, and is nothing without its payload
}

// queue is where a packet waits.
type queue interface {
	Accept(id uint32, payload []byte) error
}

// beside is what a freed packet takes beside its bytes.
const beside = 512

// room is what a packet takes of the room for those that are freed.
func (p *packet) room() int {
	if !p.freed {
		return 0
	}
	return int(p.length) + beside
}

// held are the packets that wait, as many and as much as there is room for.
type held struct {
	room    room
	packets byTime
	bytes   int
	freed   int // bytes
}

// fits says whether there is room for one packet more. A single one is held however large it is.
func (h *held) fits(length int) bool {
	return len(h.packets) < h.room.packets && (h.bytes+length <= h.room.bytes || len(h.packets) == 0)
}

// frees says whether there is room to free one packet more.
func (h *held) frees(length int) bool { return h.freed+length+beside <= h.room.freed }

func (h *held) add(p *packet) {
	heap.Push(&h.packets, p)
	h.bytes += int(p.length)
	h.freed += p.room()
}

// first is the packet that leaves first, or nil.
func (h *held) first() *packet {
	if len(h.packets) == 0 {
		return nil
	}
	return h.packets[0]
}

// take takes the packet off that leaves first, or gives nil.
func (h *held) take() *packet {
	if len(h.packets) == 0 {
		return nil
	}
	p, _ := heap.Pop(&h.packets).(*packet)
	h.bytes -= int(p.length)
	h.freed -= p.room()
	return p
}

// next takes the packet off that leaves first, if its time has come.
func (h *held) next(now time.Duration) *packet {
	if first := h.first(); first == nil || first.at > now {
		return nil
	}
	return h.take()
}

// byTime is a heap of packets, the next to leave first.
type byTime []*packet

func (h byTime) Len() int      { return len(h) }
func (h byTime) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h byTime) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].order < h[j].order
}

// Push is for package heap.
func (h *byTime) Push(x any) {
	if p, ok := x.(*packet); ok {
		*h = append(*h, p)
	}
}

// Pop is for package heap.
func (h *byTime) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return p
}
