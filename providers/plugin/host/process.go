package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gameday-dev/gameday/providers/plugin"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

const (
	startPatience  = 30 * time.Second       // until a program must serve
	pingPatience   = 2 * time.Second        // until one that serves must say that it lives
	leavePatience  = 150 * time.Second      // until one that is not needed any more must have undone what it had in place
	wedgedPatience = 10 * time.Second       // the same, of one that answers nothing
	logPatience    = 500 * time.Millisecond // until what a program wrote last has been read
)

// process is a provider's program that runs.
type process struct {
	client *goplugin.Client
	rpc    wire.ProviderClient
	health grpc_health_v1.HealthClient
	tail   *tail
	cmd    *exec.Cmd // nil: somebody else has started it

	conn    *grpc.ClientConn
	socket  string      // file of the socket of a program that was started here
	doubted atomic.Bool // somebody finds out whether it answers anything
	slain   sync.Once

	leave func()        // tells it that gameday goes
	gone  chan struct{} // closed when it does not attend any more
}

// start starts a program, or attaches to one that runs, and waits until it attends.
func start(source Source, log *slog.Logger) (*process, error) {
	sum, err := source.checksum()
	if err != nil {
		return nil, err
	}
	p := &process{tail: &tail{}, gone: make(chan struct{})}
	config := &goplugin.ClientConfig{
		HandshakeConfig: plugin.Handshake(), VersionedPlugins: plugin.Wanted(), AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger: bridge(source.Name, log), Stderr: p.tail, StartTimeout: startPatience,
		GRPCDialOptions: []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(plugin.LargestMessage))},
	}
	if source.Reattach == nil {
		secure, certificate, err := newCertificate()
		if err != nil {
			return nil, err
		}
		p.cmd = source.command()
		p.cmd.Env = append(p.cmd.Env, certificateVariable+"="+string(certificate))
		config.Cmd, config.SkipHostEnv, config.TLSConfig = p.cmd, true, secure
		if sum != nil {
			config.SecureConfig = &goplugin.SecureConfig{Checksum: sum, Hash: sha256.New()}
		}
	} else {
		config.Reattach, config.Plugins = source.Reattach, plugin.Wanted()[plugin.Version]
	}
	p.client = goplugin.NewClient(config)
	if err := p.connect(); err != nil {
		p.exits(logPatience)
		p.slay()
		return nil, source.explainStart(err, p.tail.String())
	}
	return p, nil
}

func (p *process) connect() error {
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	spoken, is := protocol.(*goplugin.GRPCClient)
	if !is {
		return errors.New("it does not speak gRPC")
	}
	if at := p.client.ReattachConfig(); p.cmd != nil && at != nil && at.Addr.Network() == "unix" {
		p.socket = at.Addr.String()
	}
	p.conn, p.health = spoken.Conn, grpc_health_v1.NewHealthClient(spoken.Conn)
	if p.rpc, err = plugin.Dispense(protocol); err != nil {
		return err
	}
	return p.attend()
}

// attend opens the call whose end tells each side that the other is gone.
func (p *process) attend() error {
	ctx, leave := context.WithCancel(context.Background())
	p.leave = leave
	stream, err := p.rpc.Attend(ctx, &wire.AttendRequest{})
	if err == nil {
		slow := time.AfterFunc(startPatience, leave)
		_, err = stream.Recv()
		slow.Stop()
	}
	if err != nil {
		leave()
		return fmt.Errorf("it does not attend: %w", err)
	}
	go func() {
		defer close(p.gone)
		defer leave()
		for err := error(nil); err == nil; {
			_, err = stream.Recv()
		}
	}()
	return nil
}

// alive reports whether it attends.
func (p *process) alive() bool {
	select {
	case <-p.gone:
		return false
	default:
		return true
	}
}

// answers asks whether it answers anything at all.
func (p *process) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), pingPatience)
	defer cancel()
	_, err := p.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	return err == nil
}

// end lets it leave in order, for a while.
func (p *process) end() {
	patience := leavePatience
	if !p.answers() {
		patience = wedgedPatience
	}
	p.leave()
	p.exits(patience)
	<-p.gone
	p.slay()
}

// exits waits for the end of the process, by which all that it wrote has been read.
func (p *process) exits(patience time.Duration) {
	if p.cmd != nil {
		waitUntil(p.client.Exited, patience)
	}
}

// slay ends it at once, with all of its group, and gives back what it has held here. One that is somebody else's goes on.
//
// go-plugin asks a program to end before it kills it, and waits for whoever has its log open: it is left to that alone.
func (p *process) slay() {
	p.slain.Do(func() {
		if p.leave != nil {
			p.leave()
		}
		if p.cmd == nil {
			if p.conn != nil {
				_ = p.conn.Close()
			}
			return
		}
		if p.cmd.Process != nil {
			killGroup(p.cmd.Process)
		}
		released := make(chan struct{})
		go func() {
			defer close(released)
			p.client.Kill()
		}()
		timer := time.NewTimer(pingPatience)
		defer timer.Stop()
		select {
		case <-released:
		case <-timer.C:
		}
		if p.socket != "" {
			_ = os.Remove(p.socket) // one that was killed could not
		}
	})
}

// waitUntil looks again and again, as go-plugin has no channel for it.
func waitUntil(done func() bool, patience time.Duration) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			return
		}
	}
}
