package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// line is one connection to a server that is never made again by itself: when the server ends it, that is
// meant.
type line struct {
	conn   net.Conn
	reader *bufio.Reader
}

// dial opens a connection that bears a name.
func (p place) dial(ctx context.Context, name string) (*line, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", p.Address)
	if err != nil {
		return nil, err
	}
	l := &line{conn, bufio.NewReader(conn)}
	if password := os.Getenv(passwordVariable); password != "" {
		user := p.User
		if user == "" {
			user = "default"
		}
		err = l.do(ctx, "AUTH", user, password)
	}
	if err == nil {
		err = l.do(ctx, "CLIENT", "SETNAME", name)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// do sends a command whose answer is one line, as Redis' protocol (RESP) has it, and waits for it.
func (l *line) do(ctx context.Context, words ...string) error {
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	text := "*" + strconv.Itoa(len(words)) + "\r\n"
	for _, word := range words {
		text += "$" + strconv.Itoa(len(word)) + "\r\n" + word + "\r\n"
	}
	_, err := l.conn.Write([]byte(text))
	var answer string
	if err == nil {
		answer, err = l.reader.ReadString('\n')
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s: %w", words[0], err)
	case strings.HasPrefix(answer, "-"):
		return errors.New(strings.TrimSpace(answer[1:]))
	default:
		return nil
	}
}

func (l *line) close() { _ = l.conn.Close() }
