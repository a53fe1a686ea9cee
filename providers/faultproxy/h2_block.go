package faultproxy

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	// defaultTable is the size of HPACK's dynamic table before any SETTINGS.
	defaultTable = 4096
	// maxTable bounds what one direction's table may hold here.
	maxTable = 64 << 10
	// maxFields bounds what a header block may unfold to.
	maxFields = 256 << 10
	// sizeUpdate begins a dynamic table size update (RFC 7541, section 6.3).
	sizeUpdate = 0x20
)

// headerBlock follows the header blocks of one direction (RFC 9113, section
// 4.3), whose compression depends on all that went before. They pass as they
// came until the first that does not go on or not in its turn. From then on the
// tables of the two ends differ, and every block is encoded anew: without a table,
// which is right whatever the receiver allows.
type headerBlock struct {
	decoder *hpack.Decoder
	encoded bool // the tables differ

	raw      []byte // the frames of the block under way, as they came
	first    http2.FrameHeader
	fragment []byte
	prefix   []byte // ahead of the fragment: priority, or the promised stream
	fields   []hpack.HeaderField
	size     int
}

func newHeaderBlock() *headerBlock {
	b := new(headerBlock)
	b.decoder = hpack.NewDecoder(defaultTable, b.keep)
	b.decoder.SetMaxStringLength(maxFields)
	return b
}

func (b *headerBlock) keep(f hpack.HeaderField) {
	if b.size += int(f.Size()); b.size <= maxFields {
		b.fields = append(b.fields, f)
	}
}

// open reports whether a block has begun and not ended.
func (b *headerBlock) open() bool { return len(b.raw) > 0 }

// admits reports whether a frame may come here: nothing but the rest of a block
// within it.
func (b *headerBlock) admits(h http2.FrameHeader) bool {
	continued := h.Type == http2.FrameContinuation
	if !b.open() {
		return !continued
	}
	return continued && h.StreamID == b.first.StreamID && len(b.raw)+int(h.Length) <= maxHead
}

// add takes a frame of a block, and reports whether that is complete: then its
// fields are there.
func (b *headerBlock) add(h http2.FrameHeader, raw []byte, table uint32) (bool, error) {
	payload := raw[frameHeaderSize:]
	if !b.open() {
		var ok bool
		if b.prefix, payload, ok = unwrap(h, payload); !ok {
			return false, errMalformed
		}
		b.first, b.fields, b.size, b.fragment = h, nil, 0, nil
		b.prefix = bytes.Clone(b.prefix)
	}
	b.fragment = append(b.fragment, payload...)
	if !h.Flags.Has(http2.FlagHeadersEndHeaders) {
		b.raw = append(b.raw, raw...)
		return false, nil
	}
	b.decoder.SetAllowedMaxDynamicTableSize(max(defaultTable, min(table, maxTable)))
	if _, err := b.decoder.Write(b.fragment); err != nil {
		return false, errMalformed
	}
	if b.decoder.Close() != nil || b.size > maxFields {
		return false, errMalformed
	}
	b.raw = append(b.raw, raw...)
	return true, nil
}

// unwrap takes the padding and the prefix off the first frame of a block.
func unwrap(h http2.FrameHeader, p []byte) (prefix, fragment []byte, ok bool) {
	padding := 0
	if h.Flags.Has(http2.FlagHeadersPadded) {
		if len(p) == 0 {
			return nil, nil, false
		}
		padding, p = int(p[0]), p[1:]
	}
	size := 0
	switch {
	case h.Type == http2.FramePushPromise:
		size = 4
	case h.Flags.Has(http2.FlagHeadersPriority):
		size = 5
	}
	if len(p) < size+padding {
		return nil, nil, false
	}
	return p[:size], p[size : len(p)-padding], true
}

// take returns the complete block as it is to go on, and makes way for the next.
func (b *headerBlock) take() []byte {
	out := b.raw
	if b.encoded {
		out = b.encode()
	}
	b.drop()
	return out
}

// drop makes way for the next block.
func (b *headerBlock) drop() { b.raw, b.fragment, b.fields = nil, nil, nil }

// encode writes the block's frames anew.
func (b *headerBlock) encode() []byte {
	var fields bytes.Buffer
	encoder := hpack.NewEncoder(&fields)
	encoder.SetMaxDynamicTableSize(0) // written at the head of every block, where it is always allowed
	for _, f := range b.fields {
		_ = encoder.WriteField(f) // memory
	}
	flags := b.first.Flags &^ (http2.FlagHeadersPadded | http2.FlagHeadersEndHeaders)
	return blockFrames(b.first.Type, flags, b.first.StreamID, b.prefix, fields.Bytes())
}

// blockFrames cuts a block into frames that every receiver takes.
func blockFrames(kind http2.FrameType, flags http2.Flags, stream uint32, prefix, fragment []byte) []byte {
	var out []byte
	payload := append(bytes.Clone(prefix), fragment...)
	for {
		n := min(len(payload), maxControlFrame)
		if n == len(payload) {
			flags |= http2.FlagHeadersEndHeaders
		}
		out = append(out, frame(kind, flags, stream, payload[:n])...)
		if payload = payload[n:]; len(payload) == 0 {
			return out
		}
		kind, flags = http2.FrameContinuation, 0
	}
}

// stateless encodes fields so that the receiver's table stays as it is. One who has
// announced a smaller table is owed a word about its size in the next block (RFC 7541,
// section 4.2), which makes the table empty: all that follows is to be encoded anew.
func stateless(fields []hpack.HeaderField, shrunk bool) []byte {
	var out bytes.Buffer
	encoder := hpack.NewEncoder(&out)
	encoder.SetMaxDynamicTableSize(0)
	_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	out.Reset()
	if shrunk {
		out.WriteByte(sizeUpdate) // to 0
	}
	for _, f := range fields {
		_ = encoder.WriteField(f)
	}
	return out.Bytes()
}

// settings calls for each parameter of a SETTINGS frame that is no ACK.
func settings(h http2.FrameHeader, raw []byte, each func(http2.SettingID, uint32)) error {
	p := raw[frameHeaderSize:]
	if h.StreamID != 0 || len(p)%6 != 0 {
		return errMalformed
	}
	for ; len(p) > 0; p = p[6:] {
		each(http2.SettingID(binary.BigEndian.Uint16(p)), binary.BigEndian.Uint32(p[2:]))
	}
	return nil
}
