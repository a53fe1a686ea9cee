package dnsfault

import "sync"

// buffers lends buffers for replies, each large enough for any.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *[]byte {
	if buffer, ok := b.pool.Get().(*[]byte); ok {
		return buffer
	}
	buffer := make([]byte, maxMessage)
	return &buffer
}

func (b *buffers) put(buffer *[]byte) { b.pool.Put(buffer) }
