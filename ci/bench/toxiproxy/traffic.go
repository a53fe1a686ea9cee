package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Client and server speak plain HTTP/1.1 with keep-alive, in bytes that are made
// once: what they take themselves would hide what the proxies take.

// answers are what the server sends, by path.
func answers() map[string][]byte {
	return map[string][]byte{
		"/small": response(64),
		"/large": response(largeBody),
	}
}

func response(size int) []byte {
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", size)
	return append([]byte(head), make([]byte, size)...)
}

func request(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\nUser-Agent: gameday-bench\r\nAccept: */*\r\n\r\n")
}

// answer serves one connection until it ends.
func answer(conn net.Conn, responses map[string][]byte) {
	defer conn.Close()
	buf := make([]byte, 4096)
	held := 0
	for {
		n, err := conn.Read(buf[held:])
		if err != nil {
			return
		}
		held += n
		end := bytes.Index(buf[:held], []byte("\r\n\r\n"))
		if end < 0 {
			continue
		}
		_, rest, _ := strings.Cut(string(buf[:end]), " ")
		path, _, _ := strings.Cut(rest, " ")
		if _, err := conn.Write(responses[path]); err != nil {
			return
		}
		held = copy(buf, buf[end+4:held])
	}
}

// shop sends requests one after the other on a connection of its own, each after
// a pause of the kernel's, and returns how long each took with the pause.
func shop(address, path string, pause time.Duration, until time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ask, size := request(path), len(answers()[path])
	buf := make([]byte, 128<<10)
	var latencies []time.Duration
	for began := time.Now(); began.Before(until); began = time.Now() {
		if pause > 0 {
			left := unix.NsecToTimespec(int64(pause))
			for unix.Nanosleep(&left, &left) == unix.EINTR {
			}
		}
		if _, err := conn.Write(ask); err != nil {
			return latencies, err
		}
		if err := drain(conn, buf, size); err != nil {
			return latencies, err
		}
		latencies = append(latencies, time.Since(began))
	}
	return latencies, nil
}

// drain reads one response.
func drain(conn net.Conn, buf []byte, size int) error {
	for size > 0 {
		n, err := conn.Read(buf[:min(len(buf), size)])
		size -= n
		if err != nil {
			if errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}
