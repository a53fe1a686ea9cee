package sdk

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin"
	"github.com/gameday-dev/gameday/providers/plugin/serve"
)

// Serve is the main function of a provider: it serves to the gameday that has started the program, and
// does not return. When gameday is gone, it reverts what is in place, and ends.
//
// With the argument -debug it waits for a gameday that a developer starts, and prints what to set
// for that; the program can be one that a debugger runs. SIGINT and SIGTERM end it then, with what
// is in place undone.
func Serve(provider providers.Provider) {
	os.Exit(Main(provider, os.Args[1:])) //nolint:forbidigo // it is the main function of the programs that call it
}

// Main is Serve for programs that do more than that. It returns the exit code.
func Main(provider providers.Provider, args []string) int {
	flags := flag.NewFlagSet(provider.Metadata().Name, flag.ContinueOnError)
	debug := flags.Bool("debug", false, "wait for a gameday that is started with what is printed")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if !*debug && os.Getenv(plugin.Handshake().MagicCookieKey) != plugin.Handshake().MagicCookieValue {
		explain(os.Stderr, provider.Metadata())
		return 2
	}
	log := newLogger(os.Stderr, hclog.Debug)
	server, err := serve.New(provider, slog.New(log.handler()))
	if err != nil {
		log.Error("this is no provider to work with", "error", err.Error())
		return 1
	}
	streams := os.Stderr
	server.OnAttend(func() { os.Stdout, os.Stderr = streams, streams }) // go-plugin leads them through a connection, which loses what is said last
	outlive()
	return run(server, log, *debug)
}

// outlive takes in and forgets the signals that must not end a provider while it has something in place: those that gameday gets,
// too, which says when to end, and the one for a log that nobody reads any more, as when gameday was killed. They are not ignored,
// as programs that the provider starts would inherit that, and SIGTERM would not end them.
func outlive() {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
}

// explain is for who starts the program by hand.
func explain(w io.Writer, about providers.Metadata) {
	fmt.Fprintf(w, "This is gameday's provider %s %s: %s\n\nIt is not meant to be started by hand. Name it in a configuration:\n\n"+
		"  gameday {\n    required_providers {\n      %s = { source = %q }\n    }\n  }\n\nand run gameday init. With -debug it waits for a gameday that you start.\n",
		about.Name, about.Version, about.Description, about.Name, "./"+about.Name)
}

func run(server *serve.Server, log logger, debug bool) int {
	var running *grpc.Server
	config := &goplugin.ServeConfig{
		HandshakeConfig: plugin.Handshake(), VersionedPlugins: plugin.Served(server), Logger: newLogger(os.Stderr, hclog.Warn).Logger,
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			options = append(options, grpc.MaxRecvMsgSize(plugin.LargestMessage), grpc.MaxSendMsgSize(plugin.LargestMessage))
			running = grpc.NewServer(append(options, serve.Options(slog.New(log.handler()))...)...)
			return running
		},
	}
	if debug {
		server.Again()
		where := make(chan *goplugin.ReattachConfig)
		config.Test = &goplugin.ServeTestConfig{ReattachConfigCh: where}
		go func() { announce(os.Stdout, server.Name(), <-where) }()
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
		go func() {
			<-asked
			server.End()
		}()
	}
	go func() {
		<-server.Ended()
		running.Stop()
	}()
	if !debug {
		time.AfterFunc(lonely, func() {
			if !server.Attended() { // gameday was killed between its start of this program and its first call
				running.Stop()
			}
		})
	}
	goplugin.Serve(config)
	return 0
}

// lonely is how long a provider waits for the gameday that has started it.
const lonely = time.Minute

// announce prints what to set for a gameday that is to use this process.
func announce(w io.Writer, name string, at *goplugin.ReattachConfig) {
	value, err := json.Marshal(map[string]plugin.Reattach{name: plugin.ReattachOf(at)})
	if err != nil {
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintf(w, "Set this for the gameday that is to use this process, which Ctrl-C ends:\n\n  export %s='%s'\n", plugin.ReattachVariable, value)
}

// logger writes the form that go-plugin reads on the other side.
type logger struct{ hclog.Logger }

func newLogger(w io.Writer, level hclog.Level) logger {
	return logger{hclog.New(&hclog.LoggerOptions{Level: level, Output: w, JSONFormat: true})}
}
