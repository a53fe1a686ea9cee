package nfqueue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
)

// messageHeader is the size of struct nlmsghdr (RFC 3549 section 2.3.2).
const messageHeader = 16

// split takes the header off a netlink message.
func split(b []byte) (kind uint16, data []byte, err error) {
	if len(b) < messageHeader {
		return 0, nil, fmt.Errorf("expected a netlink message of at least %d bytes, found %d", messageHeader, len(b))
	}
	length := binary.NativeEndian.Uint32(b)
	if length < messageHeader || uint64(length) > uint64(len(b)) {
		return 0, nil, fmt.Errorf("expected a netlink message of %d bytes, found %d", length, len(b))
	}
	return binary.NativeEndian.Uint16(b[4:]), b[messageHeader:length], nil
}

// result reads the kernel's answer to a request: struct nlmsgerr, whose number is 0 for success.
func result(b []byte) error {
	const nlmsgError = 2
	kind, data, err := split(b)
	if err != nil {
		return err
	}
	if kind != nlmsgError || len(data) < 4 {
		return errors.New("expected an answer of the kernel, found another message")
	}
	if code := int32(binary.NativeEndian.Uint32(data)); code != 0 {
		return syscall.Errno(-code)
	}
	return nil
}
