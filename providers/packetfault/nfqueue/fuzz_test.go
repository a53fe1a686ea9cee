package nfqueue

import (
	"encoding/binary"
	"testing"

	"github.com/mdlayher/netlink"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// message is one as the kernel writes it.
func message(t testing.TB, length uint32, payload []byte) []byte {
	t.Helper()
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: attrHeader, Data: []byte{0, 0, 0, 9, 8, 0, LocalIn}},
		{Type: attrCapLen, Data: binary.BigEndian.AppendUint32(nil, length)},
		{Type: attrPayload, Data: payload},
	})
	require.NoError(t, err)
	b := make([]byte, messageHeader+genSize, messageHeader+genSize+len(attributes))
	b = append(b, attributes...)
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], msgPacket)
	return b
}

func TestParse(t *testing.T) {
	kind, data, err := split(message(t, 1500, []byte("head")))
	require.NoError(t, err)
	assert.EqualValues(t, msgPacket, kind)
	packet, err := parse(data)
	require.NoError(t, err)
	assert.Equal(t, Packet{ID: 9, Hook: LocalIn, Payload: []byte("head"), Length: 1500}, packet)
}

func FuzzMessage(f *testing.F) {
	f.Add(message(f, 1500, []byte("head")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = result(b)
		kind, data, err := split(b)
		if err != nil || kind != msgPacket {
			return
		}
		packet, err := parse(data)
		if err == nil {
			assert.GreaterOrEqual(t, packet.Length, len(packet.Payload))
			assert.LessOrEqual(t, len(packet.Payload), len(b))
		}
	})
}
