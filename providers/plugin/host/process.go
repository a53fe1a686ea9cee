package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gameday-dev/gameday/providers/plugin"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

const (
	startPatience = 30 * time.Second // until a program must serve
	pingPatience  = 2 * time.Second  // until one that serves must say that it lives
	leavePatience = 90 * time.Second // until one that is not needed any more must have undone what it had in place
)

// process is a provider's program that runs.
type process struct {
	client *goplugin.Client
	rpc    wire.ProviderClient
	health grpc_health_v1.HealthClient
	tail   *tail
	cmd    *exec.Cmd // nil: somebody else has started it

	conn     *grpc.ClientConn
	released sync.Once

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
		p.client.Kill()
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
	p.leave()
	if p.cmd != nil {
		waitUntil(p.client.Exited, leavePatience)
	}
	<-p.gone
	p.release()
}

// kill ends it at once, also when it answers nothing: go-plugin would ask it first.
func (p *process) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
	}
	p.leave()
	<-p.gone
}

// release gives back what a process that is gone has held here. One that is somebody else's goes on: go-plugin
// would end it.
func (p *process) release() {
	p.released.Do(func() {
		if p.cmd == nil {
			_ = p.conn.Close()
			return
		}
		waitUntil(p.client.Exited, pingPatience)
		p.client.Kill()
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
