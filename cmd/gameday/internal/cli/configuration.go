package cli

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/launch"
	"github.com/gameday-dev/gameday/schema/config"
)

// load reads a directory and the variables for it, and starts the providers that it requires. The
// configuration is there also with errors, for the excerpts of its files.
func (s *session) load(ctx context.Context, dir string, vars *varFlags) (*launch.Configuration, hcl.Diagnostics) {
	cfg, diags := config.LoadDir(dir, config.WithVersion(releasedVersion()))
	c := &launch.Configuration{Dir: dir, Config: cfg, Version: currentVersion()}
	assignments, wrong := vars.assignments()
	given, more := launch.Variables(cfg, dir, assignments)
	c.Given = given
	diags = append(append(diags, more...), wrong...)
	required, more := cfg.Required()
	diags = append(diags, more...)
	opened, more := s.open(ctx, dir, required)
	if opened != nil {
		c.Set, c.Plugins = opened.Set, opened.Plugins
	}
	cfg.Partial = cfg.Partial || more.HasErrors() // types of a provider that is missing are nobody's mistake
	return c, append(diags, more...)
}

// open starts the providers that a configuration requires. They end with the session.
func (s *session) open(ctx context.Context, dir string, required []*config.RequiredProvider) (*registry.Opened, hcl.Diagnostics) {
	request := registry.Request{Dir: dir, Log: Log(s.Err), Isolate: os.Getenv(isolateVariable) != ""}
	for _, r := range required {
		request.Required = append(request.Required, r.Requirement())
	}
	opened, missing, err := registry.Open(ctx, request)
	if err != nil {
		return nil, asDiagnostics(err)
	}
	s.opened = append(s.opened, opened)
	return opened, config.Unavailable(required, missing)
}

// reopen starts the providers that were used earlier, for what is left to undo.
func (s *session) reopen(ctx context.Context, used []install.Found) (*registry.Opened, error) {
	opened, err := registry.Reopen(ctx, used, Log(s.Err))
	if opened != nil {
		s.opened = append(s.opened, opened)
	}
	return opened, err
}

// plugins are the programs of all providers that run.
func (s *session) plugins() []install.Found {
	var all []install.Found
	for _, o := range s.opened {
		all = append(all, o.Plugins...)
	}
	return all
}

// isolateVariable is the environment variable that, set to anything, has built-in providers run as programs of their own.
const isolateVariable = "GAMEDAY_ISOLATE_PROVIDERS"

// logVariable is the environment variable that says how much is logged on standard error: debug, info, warn or error.
const logVariable = "GAMEDAY_LOG"

// Log is for developers of providers; users are told by diagnostics.
func Log(to io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(os.Getenv(logVariable))); err != nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
}
