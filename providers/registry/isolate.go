package registry

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/gameday-dev/gameday/providers/plugin/host"
)

// serveCommand are the arguments with which this program is one of its own providers, before its name.
func serveCommand() []string { return []string{"provider", "serve"} }

// isolate starts every built-in provider as a program of its own, which is this one again.
func (o *Opened) isolate(ctx context.Context, log *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("run the built-in providers as programs of their own: %w", err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for _, p := range builtin(nil) {
		name := p.Metadata().Name
		running, err := host.Start(ctx, host.Source{Name: name, Path: self, Args: append(serveCommand(), name)}, log)
		if err != nil {
			return err
		}
		o.running = append(o.running, running)
	}
	o.isolated = true
	return nil
}
