package packetfault

import "math/rand/v2"

// Where headers have what is needed: RFC 791, RFC 8200, RFC 9293.
const (
	ipv4Least, ipv6Size = 20, 40
	protocolTCP         = 6
	protocolUDP         = 17
	udpSize, tcpLeast   = 8, 20
)

// flip damages one bit of what the transport protocol carries, or of its header's last byte if
// it carries nothing. Checksums stay as they are. It says whether there was a bit.
func flip(packet []byte, source *rand.Rand) bool {
	start := payload(packet)
	if start >= len(packet) {
		start = len(packet) - 1
	}
	if start < ipv4Least {
		return false
	}
	at := start + source.IntN(len(packet)-start)
	packet[at] ^= 1 << source.IntN(8)
	return true
}

// payload finds where the content begins, from the IP header on. Extension headers of IPv6 count as
// content.
func payload(packet []byte) int {
	if len(packet) < ipv4Least {
		return len(packet)
	}
	start, protocol := int(packet[0]&0x0f)*4, packet[9]
	if packet[0]>>4 == 6 {
		start, protocol = ipv6Size, packet[6]
	}
	switch {
	case protocol == protocolUDP:
		return start + udpSize
	case protocol == protocolTCP && len(packet) >= start+tcpLeast:
		return start + int(packet[start+12]>>4)*4
	case protocol == protocolTCP:
		return len(packet)
	default:
		return start
	}
}
