package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The ports of the server.
const (
	portHTTP   = ":8080" // HTTP/1.1 and HTTP/2 without TLS; gRPC calls too
	portEcho   = ":9000" // TCP: what comes goes back
	portEchoU  = ":9001" // UDP: likewise
	portSource = ":9003" // TCP: as many bytes as fit
)

// serve runs until ctx ends.
func serve(ctx context.Context) error {
	packets, err := new(net.ListenConfig).ListenPacket(ctx, "udp", portEchoU)
	if err != nil {
		return err
	}
	failed := make(chan error, 4)
	go func() { failed <- echoPackets(packets) }()
	go func() { failed <- accept(ctx, portEcho, func(conn net.Conn) { _, _ = io.Copy(conn, conn) }) }()
	go func() { failed <- accept(ctx, portSource, pour) }()
	go func() { failed <- web().ListenAndServe() }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

func echoPackets(conn net.PacketConn) error {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if _, err := conn.WriteTo(buffer[:n], from); err != nil {
			return err
		}
	}
}

func accept(ctx context.Context, address string, serve func(net.Conn)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = conn.Close() }()
			serve(conn)
		}()
	}
}

func pour(conn net.Conn) {
	block := make([]byte, 64<<10)
	for {
		if _, err := conn.Write(block); err != nil {
			return
		}
	}
}

// web answers 200 to everything, gRPC calls with OK.
func web() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{Addr: portHTTP, Handler: http.HandlerFunc(answer), Protocols: &protocols, ReadHeaderTimeout: 10 * time.Second}
}

func answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("X-Meter", "true")
	_, _ = io.WriteString(w, "fine")
}

// errText groups errors: without addresses, which differ each time.
func errText(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	if isTimeout(err) {
		return "timeout"
	}
	return err.Error()
}
