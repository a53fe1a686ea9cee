package nfqueue

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Move has a packet wait in another queue of this process, under the ID that is returned, and no longer on its sender's account. It
// needs the whole of the packet, and so does the verdict on what was moved: Accept with nil would let it pass with zeros at its end. Not
// ok: the kernel had no memory, and the packet is lost. For one goroutine at a time, and nobody may Receive from the other queue.
//
// A packet on its way out counts against the buffer of its socket as long as the kernel has it, and TCP sends little beyond
// what waits on the own machine (TCP small queues): a sender would be held up by the wait of its packets. The
// kernel ends that in a driver, not in a queue. But content that is longer than what the kernel has room for
// behind the packet makes it copy the packet, and the copy is on nobody's account (nfqnl_mangle, skb_copy_expand). It
// keeps all else: route, device, marks, tracking, and its place among the hooks.
func (q *Queue) Move(id uint32, to *Queue, payload []byte) (moved uint32, ok bool, err error) {
	const queueBits = 16 // NF_VERDICT_QBITS
	if err := q.verdict(id, verdictQueue|uint32(to.number)<<queueBits, payload, longer(len(payload))); err != nil {
		return 0, false, err
	}
	p, ok, err := to.poll()
	if err != nil {
		return 0, false, fmt.Errorf("receive from queue %d what was moved: %w", to.number, err)
	}
	return p.ID, ok, nil
}

// longer is by how much content has to be longer to be copied. Memory comes in powers of two, so the room behind a packet is
// less than its length and what the kernel has around it. What comes close to 64 KiB is in pages, behind which there is no room.
func longer(length int) int {
	const around, most = 512, 0xffff - attrSize
	return max(0, min(length+around, most-length))
}

// poll reads a packet that is there already, as what is moved is: the kernel works on a verdict while it is written.
func (q *Queue) poll() (p Packet, ok bool, err error) {
	raw, err := q.file.SyscallConn()
	if err != nil {
		return Packet{}, false, err
	}
	n, failed := 0, error(unix.EINTR)
	if err := raw.Read(func(fd uintptr) bool {
		for errors.Is(failed, unix.EINTR) {
			n, failed = unix.Read(int(fd), q.buffer)
		}
		return true
	}); err != nil {
		return Packet{}, false, err
	}
	if failed != nil {
		return Packet{}, false, ignoreEmpty(failed)
	}
	_, data, err := split(q.buffer[:n])
	if err != nil {
		return Packet{}, false, err
	}
	p, err = parse(data)
	return p, err == nil, err
}

// ignoreEmpty: nothing to read is no error.
func ignoreEmpty(err error) error {
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	return err
}
