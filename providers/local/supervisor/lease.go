package supervisor

import (
	"context"
	"io"
	"net/http"
)

// Lease is the request that a runner holds open for as long as it lives. The
// kernel closes its connection when the runner dies, however it dies.
type Lease struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// Lease takes the supervisor's only lease. It lasts until it is released or the
// supervisor ends.
func (c *Client) Lease(ctx context.Context) (*Lease, error) {
	held, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, cancel) // only while it is being taken
	response, err := c.send(held, http.MethodPost, "/lease", nil)
	if err == nil && response.StatusCode != http.StatusOK {
		err = readProblem(response)
		response.Body.Close()
	}
	if err == nil && !unhook() {
		response.Body.Close()
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	lease := &Lease{cancel: cancel, done: make(chan struct{})}
	go lease.hold(response.Body)
	return lease, nil
}

func (l *Lease) hold(body io.ReadCloser) {
	defer close(l.done)
	defer body.Close()
	_, _ = io.Copy(io.Discard, body)
}

// Done is closed when the lease has ended: released, or because the supervisor
// ended.
func (l *Lease) Done() <-chan struct{} { return l.done }

// Release gives the lease up, upon which the supervisor ends everything.
func (l *Lease) Release() {
	l.cancel()
	<-l.done
}
