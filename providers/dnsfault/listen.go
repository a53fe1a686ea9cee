package dnsfault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// portTries is how often another free port is tried, as one that UDP has need not
// be free for TCP.
const portTries = 32

func (r *Running) listen(ctx context.Context) error {
	tries := portTries
	if r.spec.Port != 0 {
		tries = 1
	}
	var err error
	for range tries {
		if err = r.listenOnce(ctx); err == nil {
			return nil
		}
		err = errors.Join(err, r.closeListeners())
	}
	return err
}

// listenOnce takes the same port everywhere.
func (r *Running) listenOnce(ctx context.Context) error {
	r.port = r.spec.Port
	for _, host := range r.spec.Listen {
		if err := r.listenHost(ctx, host); err != nil {
			return err
		}
	}
	return nil
}

func (r *Running) listenHost(ctx context.Context, host string) error {
	packets, err := new(net.ListenConfig).ListenPacket(ctx, "udp", r.spec.address(host, r.port))
	if err != nil {
		return err
	}
	udp, ok := packets.(*net.UDPConn)
	if !ok {
		return errors.Join(fmt.Errorf("listening for UDP gave a %T: expected *net.UDPConn", packets), packets.Close())
	}
	r.udp = append(r.udp, udp)
	r.port = addrPort(udp.LocalAddr()).Port()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.spec.address(host, r.port))
	if err != nil {
		return err
	}
	tcp, ok := listener.(*net.TCPListener)
	if !ok {
		return errors.Join(fmt.Errorf("listening for TCP gave a %T: expected *net.TCPListener", listener), listener.Close())
	}
	r.tcp = append(r.tcp, tcp)
	return nil
}

func (r *Running) closeListeners() error {
	var errs []error
	for _, conn := range r.udp {
		errs = append(errs, conn.Close())
	}
	for _, listener := range r.tcp {
		errs = append(errs, listener.Close())
	}
	r.udp, r.tcp = nil, nil
	return errors.Join(errs...)
}

// addrPort is an address of package net, without the form that maps IPv4 into IPv6.
func addrPort(addr net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := addr.(type) {
	case *net.UDPAddr:
		ap = a.AddrPort()
	case *net.TCPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
