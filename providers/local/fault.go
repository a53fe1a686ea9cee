package local

import (
	"context"
	"errors"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// behavior is what makes a fault type different from the others.
type behavior interface {
	// typeName is the label users write, schema the body.
	typeName() string
	schema() *schema.Block

	// kind is the kind of target that it acts on.
	kind() string

	// validate checks what the schema does not; values may be unknown.
	validate(values schema.Values) providers.Diagnostics

	// plan completes a plan whose targets are chosen. It may read the machine.
	plan(values schema.Values, plan *providers.FaultPlan) providers.Diagnostics

	// remember adds to the record what observe needs; values are wholly known.
	remember(values schema.Values, u *undo) error

	// spec completes what the supervisor is asked for. Values are wholly known.
	spec(values schema.Values, u undo, spec *supervisor.FaultSpec)

	// observe looks at the targets.
	observe(scene scene) (providers.Observation, error)

	// mend undoes what is left of the fault when its supervisor is gone.
	mend(ctx context.Context, scene scene) error
}

// fault makes a providers.Fault of a behavior.
type fault struct{ behavior }

var (
	_ providers.Fault        = fault{}
	_ providers.WithValidate = fault{}
)

func (f fault) TypeName() string { return f.typeName() }

func (f fault) Schema() *schema.Block { return f.schema() }

func (f fault) Validate(_ context.Context, values schema.Values) providers.Diagnostics {
	return f.validate(values)
}

// Inject asks the supervisor. Its timer for the deadline runs before anything is
// done, and it knows the fault by the record's id.
func (f fault) Inject(ctx context.Context, req providers.InjectRequest) error {
	if err := supervisor.Supported(); err != nil {
		return err
	}
	undo, err := readUndo(req.Record)
	if err != nil {
		return err
	}
	spec := supervisor.FaultSpec{ID: req.Record.ID, Name: req.Record.Address, Deadline: req.Record.Deadline}
	if err := addTargets(&spec, req.Record.Targets); err != nil {
		return err
	}
	f.spec(req.Config, undo, &spec)
	client := supervisor.NewClient(undo.Socket)
	defer client.Close()
	_, err = client.Inject(ctx, spec)
	return err // the engine says which fault it was
}

// Observe looks at the targets, with the supervisor's help where only it can
// see, as into its links.
func (f fault) Observe(ctx context.Context, record providers.Record) (providers.Observation, error) {
	scene, err := look(ctx, record)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	return f.observe(scene)
}

// Revert asks the supervisor, or mends by hand what a supervisor that is gone
// may have left.
func (f fault) Revert(ctx context.Context, record providers.Record) error {
	undo, err := readUndo(record)
	if err != nil {
		return err
	}
	client := supervisor.NewClient(undo.Socket)
	defer client.Close()
	err = client.Revert(ctx, record.ID)
	if err == nil {
		return nil
	}
	if !errors.Is(err, supervisor.ErrUnreachable) {
		return err
	}
	scene, err := look(ctx, record)
	if err != nil {
		return err
	}
	if scene.supervised {
		return client.Revert(ctx, record.ID)
	}
	return f.mend(ctx, scene)
}
