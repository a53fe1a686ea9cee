//go:build linux

package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"syscall"
	"time"
)

// check looks once whether a process is ready; the error says why it is not.
type check func(ctx context.Context) error

// waitReady waits until the start c is ready, has ended, or its time is up.
// Log lines count from offset.
func (p *process) waitReady(ctx context.Context, c *child, offset int64) error {
	ready, err := p.readiness(offset)
	if err != nil {
		return fmt.Errorf("process %s: %w", p.spec.Name, err)
	}
	return p.await(ctx, c, offset, ready)
}

// await looks again and again. The last look may have no more time than is left.
func (p *process) await(ctx context.Context, c *child, offset int64, ready check) error {
	looks, cancel := context.WithTimeout(ctx, p.spec.Ready.Timeout)
	defer cancel()
	tick := time.NewTicker(p.spec.Ready.Interval)
	defer tick.Stop()
	for {
		last := attempt(looks, ready, c)
		if last == nil && c.running() {
			p.becameReady(c)
			return nil
		}
		select {
		case <-c.done:
			p.output.drain()
			return p.notReady(offset, describeExit(c.status)+" before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("process %s: waiting until it is ready: %w", p.spec.Name, context.Cause(ctx))
		case <-looks.Done():
			return p.notReady(offset, fmt.Sprintf("not ready after %s: %v", p.spec.Ready.Timeout, last))
		case <-tick.C:
		}
	}
}

// attempt looks once, cut short by the end of the process.
func attempt(ctx context.Context, ready check, c *child) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	checked := make(chan struct{})
	defer close(checked)
	go func() {
		select {
		case <-c.done:
			cancel()
		case <-checked:
		}
	}()
	return ready(ctx)
}

// readiness is the check that the specification asks for.
func (p *process) readiness(offset int64) (check, error) {
	ready := p.spec.Ready
	switch {
	case ready.HTTP != "":
		return func(ctx context.Context) error { return checkHTTP(ctx, ready.HTTP) }, nil
	case ready.TCP != "":
		return func(ctx context.Context) error { return checkTCP(ctx, ready.TCP) }, nil
	case ready.Log != "":
		pattern, err := regexp.Compile("(?m)" + ready.Log)
		if err != nil {
			return nil, fmt.Errorf("ready.log: %w", err)
		}
		return func(context.Context) error { return p.checkLog(offset, pattern) }, nil
	case len(ready.Exec) > 0:
		return p.checkExec, nil
	default:
		return func(context.Context) error { return nil }, nil
	}
}

func checkHTTP(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode < 200 || response.StatusCode > 399 {
		return fmt.Errorf("GET %s answered %s", url, response.Status)
	}
	return nil
}

func checkTCP(ctx context.Context, address string) error {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}

func (p *process) checkLog(offset int64, pattern *regexp.Regexp) error {
	if !pattern.Match(p.output.since(offset)) {
		return fmt.Errorf("no line of %s matches %q", p.spec.Log, pattern.String())
	}
	return nil
}

func (p *process) checkExec(ctx context.Context) error {
	argv := p.spec.Ready.Exec
	c, err := p.spawner.start(command{path: argv[0], args: argv, env: p.env, dir: p.spec.Dir})
	if err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		_ = p.spawner.signalGroup(c, syscall.SIGKILL)
		<-c.done
		return fmt.Errorf("%s did not end: %w", argv[0], ctx.Err())
	}
	if c.status.ExitStatus() != 0 {
		return fmt.Errorf("%s: %s", argv[0], describeExit(c.status))
	}
	return nil
}

// errAddressInUse is found in the log of a process that lost its port to another.
var errAddressInUse = errors.New("address already in use")

// notReady is the error of a start that failed, with the end of its log.
func (p *process) notReady(offset int64, reason string) error {
	text := p.output.since(offset)
	message := fmt.Errorf("process %s: %s\n%slog: %s", p.spec.Name, reason, tail(text, tailLines), p.spec.Log)
	lower := bytes.ToLower(text)
	if bytes.Contains(lower, []byte("address already in use")) || bytes.Contains(lower, []byte("eaddrinuse")) {
		return &causedError{message, errAddressInUse}
	}
	return message
}

// inUse marks errors of a port that is taken.
func inUse(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return &causedError{err, errAddressInUse}
	}
	return err
}
