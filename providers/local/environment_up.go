package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// portAttempts is how often the whole environment is started with other ports
// when one of them turned out to be taken.
const portAttempts = 3

// up is one attempt to bring an environment up.
type up struct {
	req     providers.UpRequest
	handle  handle
	dir     string // absolute
	session *session
	config  config
	places  places
}

// Up reserves ports, evaluates the body with them, and starts what it says.
func (e *environment) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	if err := supervisor.Supported(); err != nil {
		return providers.EnvironmentState{}, unsupported(err)
	}
	h, err := readHandle(req.Handle)
	if err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "Invalid environment handle", "%s.", err)
	}
	dir, err := filepath.Abs(req.Dir)
	if err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "Invalid directory", "%s.", err)
	}
	for attempt := 1; ; attempt++ {
		u := &up{req: req, handle: h, dir: dir}
		state, diags, err := u.run(ctx, e.provider)
		if err == nil {
			return state, diags
		}
		if attempt == portAttempts || !errors.Is(err, supervisor.ErrAddressInUse) || e.Down(ctx, req.Handle) != nil {
			return state, diags
		}
		req.Progress("a port was taken meanwhile: starting again with others")
	}
}

// run is one attempt. Diagnostics with errors come with an error, for the cause.
func (u *up) run(ctx context.Context, p *Provider) (providers.EnvironmentState, providers.Diagnostics, error) {
	diags, err := u.configure()
	if err != nil {
		return providers.EnvironmentState{}, diags, err
	}
	specs, failed := u.specs()
	if failed.HasErrors() {
		return providers.EnvironmentState{}, append(diags, failed...), errInvalid
	}
	u.session, err = p.open(ctx, u.handle)
	if err != nil {
		return fail(diags, "Cannot start the supervisor", err)
	}
	if err := u.openLinks(ctx); err != nil {
		return fail(diags, "Cannot open a link", err)
	}
	if err := u.startProcesses(ctx, specs); err != nil {
		return fail(diags, "Cannot start a process", err)
	}
	status, err := u.session.client.Status(ctx)
	if err != nil {
		return fail(diags, "Cannot read the environment's state", err)
	}
	return u.state(status), diags, nil
}

func fail(diags providers.Diagnostics, summary string, err error) (providers.EnvironmentState, providers.Diagnostics, error) {
	return providers.EnvironmentState{}, append(diags, providers.Errorf(nil, summary, "%s", err)...), err
}

// errInvalid is the cause of an attempt that diagnostics alone explain.
var errInvalid = errors.New("the environment's body is not valid")

// configure evaluates the body twice: which ports there are stands in the same
// body that is to be evaluated with them.
func (u *up) configure() (providers.Diagnostics, error) {
	shape, diags := u.req.Configure(cty.DynamicVal)
	if diags.HasErrors() {
		return diags, errInvalid
	}
	places, err := readConfig(shape).reserve()
	if err != nil {
		return providers.Errorf(nil, "No free ports", "%s.", err), err
	}
	for process := range places.ports {
		places.logs[process] = filepath.Join(u.handle.Dir, process+".log")
	}
	values, diags := u.req.Configure(places.outputs(readConfig(shape)))
	if !diags.HasErrors() {
		diags = append(diags, unknownValues(values)...)
	}
	if !diags.HasErrors() {
		diags = append(diags, validateEnvironment(values)...)
	}
	if diags.HasErrors() {
		return diags, errInvalid
	}
	u.config, u.places = readConfig(values), places
	return diags, nil
}

// unknownValues finds what is known only once processes run, such as their ids,
// and so cannot be part of what starts them.
func unknownValues(values schema.Values) providers.Diagnostics {
	if values.WhollyKnown() {
		return nil
	}
	var diags providers.Diagnostics
	_ = cty.Walk(values.Cty(), func(path cty.Path, v cty.Value) (bool, error) {
		if !v.IsKnown() {
			diags = append(diags, providers.Errorf(path.Copy(), "Value not known before the environment is up",
				"Only ports, addresses and logs of self are known before the processes run.")...)
		}
		return v.IsKnown(), nil
	})
	return diags
}

func (u *up) specs() ([]supervisor.ProcessSpec, providers.Diagnostics) {
	var specs []supervisor.ProcessSpec
	var diags providers.Diagnostics
	for _, p := range u.config.processes {
		spec, err := p.spec(u.dir, u.places.ports[p.name], u.places.logs[p.name])
		if err != nil {
			path := cty.GetAttrPath("process").GetAttr(p.name).GetAttr("command")
			diags = append(diags, providers.Errorf(path, "Command not found", "Process %s: %s.", p.name, err)...)
		}
		specs = append(specs, spec)
	}
	return specs, diags
}

func (u *up) openLinks(ctx context.Context) error {
	for _, l := range u.config.links {
		spec := supervisor.LinkSpec{Name: l.name, Listen: address(u.places.links[l.name]), To: l.to}
		if _, err := u.session.client.OpenLink(ctx, spec); err != nil {
			return fmt.Errorf("link %s: %w", l.name, err)
		}
		u.req.Progress(fmt.Sprintf("link %s listens on %s", l.name, spec.Listen))
	}
	return nil
}

// startProcesses starts all processes at once, but each only when those that it
// depends on are ready.
func (u *up) startProcesses(ctx context.Context, specs []supervisor.ProcessSpec) error {
	ready := map[string]chan struct{}{}
	for _, spec := range specs {
		ready[spec.Name] = make(chan struct{})
	}
	group, ctx := errgroup.WithContext(ctx)
	progress := make(chan string, len(specs))
	for _, spec := range specs {
		group.Go(func() error {
			for _, name := range spec.DependsOn {
				select {
				case <-ready[name]:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			status, err := u.session.client.StartProcess(ctx, spec)
			if err != nil {
				return err
			}
			close(ready[spec.Name])
			progress <- fmt.Sprintf("process %s is ready, pid %d", spec.Name, status.Identity.PID)
			return nil
		})
	}
	waited := make(chan error, 1)
	go func() { waited <- group.Wait(); close(progress) }()
	for step := range progress { // from one goroutine: Progress need not be safe for several
		u.req.Progress(step)
	}
	return <-waited
}

func (u *up) state(status supervisor.Status) providers.EnvironmentState {
	return providers.EnvironmentState{
		Address: u.req.Handle.Address, Type: typeName, Up: true, Handle: u.req.Handle,
		Inventory: u.config.inventory(u.places, status), Labels: u.config.labels(),
		Outputs: u.places.withPids(status).outputs(u.config),
	}
}
