package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// helloTimeout is how long a supervisor may take until it listens.
const helloTimeout = 10 * time.Second

// Agent is how the agent is started: an executable and what comes before the
// role.
type Agent struct {
	Path string
	Args []string
}

// FindAgent finds the agent: gameday-agent beside the running executable if it
// is there, or else the running executable itself with the argument "agent".
func FindAgent() (Agent, error) {
	self, err := os.Executable()
	if err != nil {
		return Agent{}, fmt.Errorf("find gameday-agent: %w", err)
	}
	beside := filepath.Join(filepath.Dir(self), "gameday-agent")
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return Agent{Path: beside}, nil
	}
	return Agent{Path: self, Args: []string{"agent"}}, nil
}

// Supervisor says which supervisor to start.
type Supervisor struct {
	Agent       Agent
	Run         string
	Environment string // address
	Socket      string
	Log         string // file for what it says, appended to
}

// Start starts the supervisor in a session of its own, so that neither a
// terminal's signals nor its end reach it, and returns once it listens. Exited
// is closed when it has ended and was reaped.
func (s Supervisor) Start() (exited <-chan struct{}, err error) {
	log, err := os.OpenFile(s.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	args := append(slices.Clone(s.Agent.Args), "supervise",
		"-socket", s.Socket, "-run", s.Run, "-environment", s.Environment)
	// No context ends it: the lease does, and then in order.
	cmd := exec.CommandContext(context.Background(), s.Agent.Path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{writer}
	cmd.Env = withMarks(os.Environ(), marksFor(s.Run, s.Environment, SelfName))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = errors.Join(cmd.Start(), writer.Close())
	if err != nil {
		return nil, fmt.Errorf("start the supervisor %s: %w", s.Agent.Path, err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	if err := readHello(reader); err != nil {
		_ = cmd.Process.Kill()
		<-ended
		return nil, fmt.Errorf("start the supervisor %s: %w; its log is %s", s.Agent.Path, err, s.Log)
	}
	return ended, nil
}

func readHello(reader *os.File) error {
	if err := reader.SetReadDeadline(time.Now().Add(helloTimeout)); err != nil {
		return err
	}
	var hello Hello
	switch err := json.NewDecoder(reader).Decode(&hello); {
	case err == io.EOF:
		return fmt.Errorf("it ended before it listened")
	case err != nil:
		return fmt.Errorf("it did not say that it listens: %w", err)
	case hello.Protocol != Protocol:
		return fmt.Errorf("%w: it speaks protocol %d, this gameday speaks %d: install the gameday-agent of the same version", ErrProtocol, hello.Protocol, Protocol)
	case hello.Error != "":
		return fmt.Errorf("%s", hello.Error)
	}
	return nil
}
