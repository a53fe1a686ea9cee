package cli

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStopSignals(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP) // also where this test runs under nohup
	defer signal.Stop(heard)
	assert.Contains(t, stopSignals(), syscall.SIGHUP)
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT)
	defer signal.Reset(syscall.SIGHUP, syscall.SIGINT)
	assert.NotContains(t, stopSignals(), syscall.SIGHUP, "nohup asked for that")
	assert.Contains(t, stopSignals(), syscall.SIGINT, "a shell asks for that in the background")
}
