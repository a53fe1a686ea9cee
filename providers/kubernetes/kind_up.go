package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// labelMadeBy is the label by which nodes say, to whoever asks the cluster, which run made it.
const labelMadeBy = "gameday.dev/made-by"

// logsPatience is how long logs may take that are collected after a failure.
const logsPatience = time.Minute

// kindUp is one start of a kind cluster.
type kindUp struct {
	provider *Provider
	engine   kindcluster.Engine
	config   kindConfig
	handle   handle
	address  string
	progress func(step string)
}

// Up makes the cluster, or uses the one that exists, and brings into it what the
// body names.
func (k *kind) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	values, diags := req.Configure(cty.EmptyObjectVal)
	if diags.HasErrors() {
		return providers.EnvironmentState{}, diags
	}
	if !values.WhollyKnown() {
		return providers.EnvironmentState{}, append(diags, notKnown()...)
	}
	if diags = append(diags, k.Validate(ctx, values)...); diags.HasErrors() {
		return providers.EnvironmentState{}, diags
	}
	u := kindUp{
		provider: k.provider, config: kindConfigFrom(values, req.Handle.Address, req.Dir), address: req.Handle.Address, progress: req.Progress,
	}
	diags = append(diags, k.withAgent(&u.config)...)
	var err error
	if u.handle, err = readHandle(req.Handle, typeKind); err == nil {
		u.engine, err = u.handle.engine()
	}
	if err != nil {
		return providers.EnvironmentState{}, append(diags, providers.Errorf(nil, "Cannot make the kind cluster", "%s.", capital(err))...)
	}
	met, err := u.run(ctx)
	if err != nil {
		return providers.EnvironmentState{}, append(diags, providers.Errorf(nil, "Cannot bring the kind cluster up", "%s.", capital(err))...)
	}
	return providers.EnvironmentState{
		Address: req.Handle.Address, Type: typeKind, Up: true, Handle: req.Handle, Outputs: outputs(met.Access),
	}, diags
}

func (u kindUp) run(ctx context.Context) (met, error) {
	if err := u.unchanged(ctx); err != nil { // before a cluster is made in vain
		return met{}, err
	}
	if err := os.MkdirAll(u.handle.Kind.Dir, 0o755); err != nil {
		return met{}, fmt.Errorf("make the folder of the environment: %w", err)
	}
	if err := u.exist(ctx); err != nil {
		return met{}, err
	}
	reached, err := u.fill(ctx)
	if err != nil {
		return met{}, u.explain(ctx, err)
	}
	return reached, nil
}

// exist makes sure that the cluster is there, with a kubeconfig for it.
func (u kindUp) exist(ctx context.Context) error {
	found, err := u.engine.Find(ctx, u.config.spec.Name)
	if err != nil {
		return err
	}
	if found == nil {
		return u.create(ctx)
	}
	if !u.handle.Kind.Existed && !u.handle.finished() { // finished: a second Up
		return u.taken()
	}
	if err := found.Matches(u.config.spec); err != nil {
		return err
	}
	u.progress(fmt.Sprintf("use the kind cluster %s, which exists", found.Name))
	text, err := u.engine.Kubeconfig(found.Name)
	if err != nil {
		return err
	}
	return os.WriteFile(u.handle.Kind.kubeconfig(), []byte(text), 0o600)
}

func (h kindHandle) kubeconfig() string { return filepath.Join(h.Dir, "kubeconfig") }

// taken says that the cluster is somebody else's, who alone may delete it.
func (u kindUp) taken() error {
	u.provider.kinds.estrange(u.handle)
	return fmt.Errorf("somebody else has just made a kind cluster %q, or is making it: wait until it is gone, or take another name", u.config.spec.Name)
}

func (u kindUp) create(ctx context.Context) error {
	spec := u.config.spec
	spec.Labels, spec.Mark = map[string]string{labelMadeBy: u.handle.Run}, u.handle.Run
	if err := u.engine.EnsureImages(ctx, spec, u.progress); err != nil {
		return err
	}
	release, err := u.reserve(ctx)
	if err != nil {
		return err
	}
	// The steps come from kind's goroutine; once nobody waits, nobody is told.
	steps := make(chan string)
	gone := make(chan struct{})
	defer close(gone)
	creation, err := kindcluster.Start(u.engine, spec, u.handle.Kind.kubeconfig(), func(step string) {
		select {
		case steps <- step:
		case <-gone:
		}
	})
	if err != nil {
		release()
		return err
	}
	u.provider.kinds.started(spec.Name, creation, release)
	u.progress("create the kind cluster " + spec.Name)
	done := make(chan error, 1)
	go func() { done <- creation.Wait(ctx) }()
	for {
		select {
		case step := <-steps:
			u.progress(step)
		case err := <-done:
			return u.created(ctx, err)
		}
	}
}

// created is the end of a creation. Once it has succeeded its nodes keep the name; after a failure it stays reserved
// until they are taken away.
func (u kindUp) created(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, kindcluster.ErrTaken):
		u.provider.kinds.forget(u.config.spec.Name)
		return u.taken()
	case err == nil:
		u.provider.kinds.finished(u.config.spec.Name)
	}
	return u.explain(ctx, err)
}

// reserve takes the cluster's name, and looks again: what was not there may have been made while images were pulled.
func (u kindUp) reserve(ctx context.Context) (release func(), err error) {
	release, err = kindcluster.Reserve(u.config.spec.Name)
	if errors.Is(err, kindcluster.ErrTaken) {
		return nil, u.taken()
	}
	if err != nil {
		return nil, err
	}
	found, err := u.engine.Find(ctx, u.config.spec.Name)
	if err == nil && found != nil {
		err = u.taken()
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// explain collects the cluster's logs after a failure, unless it was called off.
func (u kindUp) explain(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	dir := u.handle.Kind.logs()
	ctx, cancel := context.WithTimeout(ctx, logsPatience)
	defer cancel()
	u.progress("collect the logs of the cluster in " + dir)
	// Some of them are better than none: what could not be had is not the problem.
	_ = u.engine.CollectLogs(ctx, u.config.spec.Name, dir)
	if _, statErr := os.Stat(dir); statErr != nil {
		return err
	}
	return fmt.Errorf("%w; the logs of the cluster are in %s", err, dir)
}
