package faultproxy

import (
	"sync"
	"sync/atomic"
)

// What is read at a time: little on connections that only chat, much where
// bytes wait or are to be shaped, and next to nothing while too much is held already for
// clients and upstreams that take nothing.
const (
	tinyBuffer  = 1 << 10
	smallBuffer = 16 << 10
	largeBuffer = 64 << 10
)

// buffers lends memory to whoever has bytes in hand, and to nobody who waits
// for some: ten thousand idle connections hold none.
type buffers struct{ tiny, small, large sync.Pool }

// borrow lends at least size bytes, up to largeBuffer.
func (b *buffers) borrow(size int) *[]byte {
	pool, length := b.sized(size)
	if buf, ok := pool.Get().(*[]byte); ok {
		return buf
	}
	buf := make([]byte, length)
	return &buf
}

func (b *buffers) giveBack(buf *[]byte) {
	pool, _ := b.sized(len(*buf))
	pool.Put(buf)
}

// sized is the pool of the least length that is enough, and that length.
func (b *buffers) sized(size int) (*sync.Pool, int) {
	switch {
	case size <= tinyBuffer:
		return &b.tiny, tinyBuffer
	case size <= smallBuffer:
		return &b.small, smallBuffer
	default:
		return &b.large, largeBuffer
	}
}

// budget bounds what all sessions of a proxy hold together: in delay lines, for HTTP rules,
// and of what they have read and cannot write.
type budget struct {
	limit int64
	used  atomic.Int64
}

func (b *budget) exhausted() bool { return b.used.Load() >= b.limit }

// ration is how much is to be read at a time where it would be size: less from the half
// of the budget on, as it may have to be held.
func (b *budget) ration(size int) int {
	if b.used.Load() < b.limit/2 {
		return size
	}
	return min(size, tinyBuffer)
}

// chunk is what one read returned, in borrowed memory.
type chunk struct {
	data []byte
	buf  *[]byte
	home *buffers
}

func (c chunk) release() { c.home.giveBack(c.buf) }
