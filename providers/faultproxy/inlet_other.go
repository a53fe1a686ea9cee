//go:build !unix

package faultproxy

import "net"

// inlet reads from a connection.
type inlet struct {
	conn    *net.TCPConn
	buffers *buffers
}

func newInlet(conn *net.TCPConn, b *buffers) *inlet { return &inlet{conn: conn, buffers: b} }

// read waits for bytes and returns up to size of them. It fails with io.EOF, with
// os.ErrDeadlineExceeded when it was interrupted, or with why the stream broke.
func (in *inlet) read(size int) (chunk, error) {
	buf := in.buffers.borrow(size)
	n, err := in.conn.Read((*buf)[:size])
	if n == 0 {
		in.buffers.giveBack(buf)
		return chunk{}, err
	}
	return chunk{data: (*buf)[:n], buf: buf, home: in.buffers}, nil
}
