//go:build linux

package supervisor

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// readyDescriptor is where the supervisor says Hello, once.
const readyDescriptor = 3

// superviseMain runs a supervisor until everything it owns is ended.
func superviseMain(args, prefix []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("supervise", flag.ContinueOnError)
	flags.SetOutput(stderr)
	socket := flags.String("socket", "", "path of the socket to listen on")
	run := flags.String("run", "", "run id")
	environment := flags.String("environment", "", "address of the environment")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *socket == "" || *run == "" || *environment == "" || flags.NArg() > 0 {
		return errors.New("expected -socket, -run and -environment, and nothing else")
	}
	log := slog.New(slog.NewTextHandler(stderr, nil)).With("run", *run, "environment", *environment)
	s, err := newServer(*run, *environment, *socket, prefix, log)
	heard := sayHello(err)
	if err != nil {
		return err
	}
	if heard != nil {
		go s.end("the runner died before it heard that this listens")
	}
	return s.run()
}

// sayHello tells whoever started the supervisor that it listens, or why not. It
// fails when nobody is there any more to hear it.
func sayHello(failed error) error {
	hello := Hello{Protocol: Protocol, PID: os.Getpid()}
	if failed != nil {
		hello.Error = failed.Error()
	}
	file := os.NewFile(readyDescriptor, "hello")
	defer file.Close()
	return json.NewEncoder(file).Encode(hello)
}

// endOnSignals ends everything in order when a person or the system asks. A
// second signal changes nothing: the order is what makes the end complete.
func (s *server) endOnSignals() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		for got := range signals {
			s.end(fmt.Sprintf("signal %s", got))
		}
	}()
	return func() { signal.Stop(signals); close(signals) }
}
