package stress

import (
	"encoding/binary"
	"os"
	"time"
)

// readAll reads a byte of every page. The compiler would leave reads out whose
// result nobody needs, if it saw that.
//
//go:noinline
func readAll(memory []byte) (sum byte) {
	for at := 0; at < len(memory); at += os.Getpagesize() {
		sum ^= memory[at]
	}
	return sum
}

// touch writes different numbers to all of every page, so that neither the
// kernel's page merging nor compression gives them back.
func touch(memory []byte) {
	x := uint64(time.Now().UnixNano()) | 1
	for len(memory) >= 8 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.NativeEndian.PutUint64(memory, x)
		memory = memory[8:]
	}
	for i := range memory {
		memory[i] = byte(x>>(8*i)) | 1
	}
}
