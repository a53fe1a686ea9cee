package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/wallclock"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Fault is a type of harm. U is what its undo needs to know beyond the targets, such as prior values;
// it is kept as JSON, in clear, so it holds no secrets. struct{} is fine.
type Fault[U any] interface {
	TypeName() string
	Schema() *schema.Block

	// Plan reads, and never changes, what injecting would do. The same request gives the same plan.
	Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics)

	// Prepare says what the undo will need, from what is there before the injection. It changes nothing.
	Prepare(ctx context.Context, req providers.PrepareRequest) (U, error)

	// Inject puts the fault in place and returns when it is. It may be called twice for one injection.
	Inject(ctx context.Context, i Injection[U], config schema.Values) error

	// Observe looks at the targets and says how much of the fault is there, with evidence of its effect. An error means
	// that they could not be read.
	Observe(ctx context.Context, i Injection[U]) (providers.Observation, error)

	// Revert undoes the fault: never injected, half injected, already reverted; in a process that knows
	// nothing but the injection.
	Revert(ctx context.Context, i Injection[U]) error
}

// Versioned is implemented by a Fault whose U has changed: records of a later version are
// refused, and those of an earlier one are handed to Upgrade. Without it the version is 1.
type Versioned[U any] interface {
	UndoVersion() int
	Upgrade(version int, undo json.RawMessage) (U, error)
}

// Injection is one injection of a fault.
type Injection[U any] struct {
	ID       string    // unique: the handle of all that it adds
	Deadline time.Time // after it nothing may stay injected, whoever is alive
	Targets  []providers.Target
	Undo     U
}

// NewFault makes a Fault one that gameday can use. It makes the records, refuses those that it cannot read, refuses to inject
// after the deadline, or what this process has reverted before, and reverts at the deadline for as long as the process lives. What
// must end when the process is killed, too, needs a guard beside it.
func NewFault[U any](f Fault[U]) providers.Fault {
	return &adapted[U]{fault: f, reverted: map[string]bool{}, timers: map[string]*wallclock.Timer{}}
}

type adapted[U any] struct {
	fault Fault[U]

	mu       sync.Mutex
	reverted map[string]bool
	timers   map[string]*wallclock.Timer // of deadlines
}

// TypeName is the label that users write.
func (a *adapted[U]) TypeName() string { return a.fault.TypeName() }

// Schema describes the body.
func (a *adapted[U]) Schema() *schema.Block { return a.fault.Schema() }

// Plan says what would happen.
func (a *adapted[U]) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	return a.fault.Plan(ctx, req)
}

// Prepare makes the record.
func (a *adapted[U]) Prepare(ctx context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	undo, err := a.fault.Prepare(ctx, req)
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "The fault could not be prepared", "%s.", err)
	}
	data, err := json.Marshal(undo)
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "What the undo needs cannot be kept", "%s.", err)
	}
	return providers.Record{
		ID: req.ID, Run: req.Run, Address: req.Address, Type: a.TypeName(), Version: a.version(),
		Targets: req.Plan.Targets, Deadline: req.Deadline, Undo: data,
	}, nil
}

func (a *adapted[U]) version() int {
	if versioned, ok := a.fault.(Versioned[U]); ok {
		return versioned.UndoVersion()
	}
	return 1
}

// read reads a record.
func (a *adapted[U]) read(record providers.Record) (Injection[U], error) {
	i := Injection[U]{ID: record.ID, Deadline: record.Deadline, Targets: record.Targets}
	var err error
	switch versioned, ok := a.fault.(Versioned[U]); {
	case record.Version == a.version():
		err = json.Unmarshal(record.Undo, &i.Undo)
	case ok && 0 < record.Version && record.Version < a.version():
		i.Undo, err = versioned.Upgrade(record.Version, record.Undo)
	default:
		err = fmt.Errorf("it is of version %d, and this provider knows version %d: use the provider that made it", record.Version, a.version())
	}
	if err != nil {
		return i, fmt.Errorf("read the record of %s: %w", record.Address, err)
	}
	return i, nil
}

// Inject puts the fault in place.
func (a *adapted[U]) Inject(ctx context.Context, req providers.InjectRequest) error {
	i, err := a.read(req.Record)
	switch {
	case err != nil:
		return err
	case !time.Now().Before(i.Deadline):
		return errors.New("the deadline has passed")
	case !a.begin(i):
		return errors.New("the fault has been reverted already and is not put in place again")
	}
	err = a.fault.Inject(ctx, i, req.Config)
	if !a.isReverted(i.ID) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), expirePatience)
	defer cancel()
	return errors.Join(errors.New("the fault was reverted while it was put in place"), a.fault.Revert(ctx, i))
}

func (a *adapted[U]) isReverted(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reverted[id]
}

// begin has the fault end at its deadline, unless it has been reverted.
func (a *adapted[U]) begin(i Injection[U]) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reverted[i.ID] {
		return false
	}
	if a.timers[i.ID] == nil {
		a.timers[i.ID] = wallclock.AfterFunc(i.Deadline, func() { a.expire(i) })
	}
	return true
}

// expirePatience bounds the revert at the deadline.
const expirePatience = time.Minute

func (a *adapted[U]) expire(i Injection[U]) {
	defer func() { _ = recover() }() // what else is in place must not end with it
	ctx, cancel := context.WithTimeout(context.Background(), expirePatience)
	defer cancel()
	a.end(i.ID)
	_ = a.fault.Revert(ctx, i) // gameday asks for it, too, and is told
}

// end keeps an injection from being put in place again.
func (a *adapted[U]) end(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reverted[id] = true
	if timer := a.timers[id]; timer != nil {
		timer.Stop()
		delete(a.timers, id)
	}
}

// Observe looks at the targets.
func (a *adapted[U]) Observe(ctx context.Context, record providers.Record) (providers.Observation, error) {
	i, err := a.read(record)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	seen, err := a.fault.Observe(ctx, i)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	return seen, nil
}

// Revert undoes the fault.
func (a *adapted[U]) Revert(ctx context.Context, record providers.Record) error {
	i, err := a.read(record)
	if err != nil {
		return err
	}
	a.end(i.ID)
	return a.fault.Revert(ctx, i)
}

// Offers says which optional interfaces the fault has.
func (a *adapted[U]) Offers(optional any) bool {
	var is bool
	switch optional.(type) {
	case *providers.WithValidate:
		_, is = a.fault.(providers.WithValidate)
	case *providers.WithSummary:
		_, is = a.fault.(providers.WithSummary)
	case *providers.WithStandby:
		_, is = a.fault.(providers.WithStandby)
	case *providers.WithAccess:
		_, is = a.fault.(providers.WithAccess)
	default:
		is = true
	}
	return is
}

// Validate checks what the schema does not say.
func (a *adapted[U]) Validate(ctx context.Context, config schema.Values) providers.Diagnostics {
	return as[providers.WithValidate](a.fault).Validate(ctx, config)
}

// Summary says in one short phrase what the fault does.
func (a *adapted[U]) Summary(config schema.Values) string {
	return as[providers.WithSummary](a.fault).Summary(config)
}

// StandBy puts in place what stands beside the fault.
func (a *adapted[U]) StandBy(ctx context.Context, req providers.StandbyRequest) error {
	return as[providers.WithStandby](a.fault).StandBy(ctx, req)
}

// AccessRules lists the rights that the fault needs.
func (a *adapted[U]) AccessRules() []providers.AccessRule {
	return as[providers.WithAccess](a.fault).AccessRules()
}

// as is for what Offers has said is there.
func as[T any](of any) T { return of.(T) } //nolint:forcetypeassert // see Offers
