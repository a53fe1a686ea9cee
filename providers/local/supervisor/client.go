package supervisor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// Errors that a client tells apart with errors.Is.
var (
	// ErrUnreachable says that nobody listens on the socket.
	ErrUnreachable = errors.New("the supervisor cannot be reached")
	// ErrEnding says that the supervisor is ending everything.
	ErrEnding = errors.New("the supervisor is ending")
	// ErrAddressInUse says that a process did not become ready because another
	// has the port that it was given.
	ErrAddressInUse = errors.New("address already in use")
	// ErrReverted says that the fault was reverted before, and stays so.
	ErrReverted = errors.New("the fault was reverted already")
	// ErrProtocol says that supervisor and client are of different versions.
	ErrProtocol = errors.New("protocol mismatch")
)

// Client speaks with a supervisor. It may be used by several goroutines.
type Client struct {
	socket string
	http   *http.Client
}

// NewClient makes a client of the supervisor that listens on socket. Nothing is
// dialed before the first call.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &Client{socket: socket, http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Hello checks that the supervisor answers and speaks the same protocol.
func (c *Client) Hello(ctx context.Context) (Hello, error) {
	var out Hello
	return out, c.call(ctx, http.MethodGet, "/hello", nil, &out)
}

// Status is all that the supervisor owns.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var out Status
	return out, c.call(ctx, http.MethodGet, "/status", nil, &out)
}

// StartProcess starts a process and returns when it is ready.
func (c *Client) StartProcess(ctx context.Context, spec ProcessSpec) (ProcessStatus, error) {
	var out ProcessStatus
	return out, c.call(ctx, http.MethodPost, "/processes", spec, &out)
}

// OpenLink opens a link and returns when it listens.
func (c *Client) OpenLink(ctx context.Context, spec LinkSpec) (LinkStatus, error) {
	var out LinkStatus
	return out, c.call(ctx, http.MethodPost, "/links", spec, &out)
}

// Inject puts a fault in place and returns when it is. The same id twice is one
// injection.
func (c *Client) Inject(ctx context.Context, spec FaultSpec) (FaultStatus, error) {
	var out FaultStatus
	return out, c.call(ctx, http.MethodPost, "/faults", spec, &out)
}

// Fault is the status of one fault; PhaseNone for an id that is not known.
func (c *Client) Fault(ctx context.Context, id string) (FaultStatus, error) {
	var out FaultStatus
	return out, c.call(ctx, http.MethodGet, "/faults/"+url.PathEscape(id), nil, &out)
}

// Revert undoes a fault: never injected, half injected, already reverted, twice.
func (c *Client) Revert(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/faults/"+url.PathEscape(id), nil, nil)
}

// Stop ends everything and returns when nothing is left.
func (c *Client) Stop(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/stop", nil, nil)
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	response, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return readProblem(response)
	}
	if out == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("read the supervisor's answer to %s %s: %w", method, path, err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://supervisor"+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set(protocolHeader, strconv.Itoa(Protocol))
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.explain(err)
	}
	if theirs := response.Header.Get(protocolHeader); theirs != strconv.Itoa(Protocol) {
		response.Body.Close()
		return nil, fmt.Errorf("%w: %w", ErrProtocol, protocolError(theirs, strconv.Itoa(Protocol)))
	}
	return response, nil
}

// explain tells a supervisor that is not there from other failures. A
// connection that breaks half way is one that is going.
func (c *Client) explain(err error) error {
	for _, gone := range []error{syscall.ENOENT, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, gone) {
			return fmt.Errorf("%w on %s: %w", ErrUnreachable, c.socket, err)
		}
	}
	return fmt.Errorf("ask the supervisor on %s: %w", c.socket, err)
}

// readProblem turns an answer that is not 2xx into an error that keeps its text
// and can be told apart.
func readProblem(response *http.Response) error {
	var p problem
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
		return fmt.Errorf("the supervisor answered %s", response.Status)
	}
	message := errors.New(p.Error)
	known := map[string]error{
		codeProtocol: ErrProtocol, codeEnding: ErrEnding, codeAddressInUse: ErrAddressInUse, codeReverted: ErrReverted,
	}
	if cause := known[p.Code]; cause != nil {
		return &causedError{message, cause}
	}
	return message
}
