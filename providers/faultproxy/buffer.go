package faultproxy

import (
	"sync"
	"sync/atomic"
)

// What is read at a time: little on connections that only chat, much where
// bytes wait or are to be shaped.
const (
	smallBuffer = 16 << 10
	largeBuffer = 64 << 10
)

// buffers lends memory to whoever has bytes in hand, and to nobody who waits
// for some: ten thousand idle connections hold none.
type buffers struct{ small, large sync.Pool }

// borrow lends at least size bytes, up to largeBuffer.
func (b *buffers) borrow(size int) *[]byte {
	pool, length := &b.large, largeBuffer
	if size <= smallBuffer {
		pool, length = &b.small, smallBuffer
	}
	if buf, ok := pool.Get().(*[]byte); ok {
		return buf
	}
	buf := make([]byte, length)
	return &buf
}

func (b *buffers) giveBack(buf *[]byte) {
	if len(*buf) == smallBuffer {
		b.small.Put(buf)
	} else {
		b.large.Put(buf)
	}
}

// budget bounds what all delay lines of a proxy hold together.
type budget struct {
	limit int64
	used  atomic.Int64
}

func (b *budget) exhausted() bool { return b.used.Load() >= b.limit }

// chunk is what one read returned, in borrowed memory.
type chunk struct {
	data []byte
	buf  *[]byte
	home *buffers
}

func (c chunk) release() { c.home.giveBack(c.buf) }
