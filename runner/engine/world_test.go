package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// world is what the test provider acts on: something that answers, until a
// fault breaks it. Its switches make it misbehave in ways that real parts
// cannot be made to.
type world struct {
	mu     sync.Mutex
	broken map[string]bool // by fault id
	order  []string        // "inject a", "revert a", ...
	up     bool
	downs  int

	injectErr   error
	stuck       int         // reverts that do nothing, before one works
	away        func() bool // whether what the fault acts on is out of reach
	tough       func() bool // whether a revert takes all of the time that it gets
	hard        string      // the only fault of which these two are; empty for all
	noEvidence  bool
	after       func(since time.Duration) *providers.Observation // what is seen of a fault that long after its revert; nil for nothing
	undone      time.Time                                        // newest revert
	panicInject bool
	panicRevert bool
	stays       bool      // the environment does not go away
	logs        *keptLogs // nil where nobody looks
	hang        time.Duration
	drift       bool // other targets once the environment is up
	unsent      bool
	lazy        bool                            // the load offers nothing
	tired       bool                            // the load ends by itself, soon
	lasts       time.Duration                   // of a fault, if it ends by itself; negative if it does nothing
	sore        time.Duration                   // how long it stays bad after a revert
	well        time.Time                       // when it is good again
	harms       bool                            // the action takes its time, and leaves the world bad
	rolls       time.Duration                   // how long the action takes
	shy         string                          // a fault that shows evidence only in its last second
	blind       time.Duration                   // since when a fault is in place it cannot be observed any more
	fades       time.Duration                   // since when a fault is in place it shows no evidence any more; 0 for never
	returns     time.Duration                   // ... and since when it does again; 0 for never
	slow        time.Duration                   // how long an injection takes
	measures    func(at time.Duration) *float64 // what a sample measures, at that time since the first one
	asked       time.Time                       // first sample
	began       time.Time                       // newest injection
	ups         int
	hangIn      string        // call that does not return before release is closed
	patient     bool          // ... or its context has ended
	release     chan struct{} // made inside the bubble
	on          func()        // told of every call
	replan      func(p *providers.FaultPlan, up bool)
	warns       func(up bool) providers.Diagnostics // of a plan
	unseen      bool                                // while it is broken nothing can be measured
	within      insideWorld                         // what runs inside the environment
	context     func(up bool) cty.Value             // where the environment says that it is; nil if it does not

	answers func(ctx context.Context, at time.Duration, n int) providers.Sample // of the n-th sample, at that time since the first; nil for those of the world
	offers  func(at time.Duration, n int) *providers.LoadSample                 // of the n-th hundredth of a second of the load; nil for none
	samples int
}

// pause hangs in the call that is to hang, whatever its context says, unless it
// is a patient one.
func (w *world) pause(ctx context.Context, where string) {
	if w.on != nil {
		w.on()
	}
	if w.hangIn != where {
		return
	}
	if w.patient {
		<-ctx.Done()
		return
	}
	<-w.release
}

func (w *world) say(what string) { w.order = append(w.order, what) }

func (w *world) ok() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.broken) == 0 && !time.Now().Before(w.well)
}

func (w *world) clean() bool { w.mu.Lock(); defer w.mu.Unlock(); return len(w.broken) == 0 && !w.up }

// fakeProvider offers one type of each kind, all acting on a world.
type fakeProvider struct{ *world }

func (p fakeProvider) Metadata() providers.Metadata {
	return providers.Metadata{Name: "fake", Version: "1.0.0"}
}

func (p fakeProvider) Types() providers.Types {
	return providers.Types{
		Environments: []providers.Environment{fakeEnvironment(p)},
		Faults:       []providers.Fault{fakeFault(p)},
		Probes:       []providers.Probe{fakeProbe(p)},
		Loads:        []providers.Load{fakeLoad(p)},
		Actions:      []providers.Action{fakeAction(p)},
	}
}

type fakeFault struct{ *world }

func (fakeFault) TypeName() string { return "fake_break" }

func (fakeFault) Schema() *schema.Block {
	return &schema.Block{Description: "Breaks the world.", Attributes: []schema.Attribute{
		{Name: "name", Description: "Who breaks it.", Type: schema.Type{Kind: schema.String}},
	}}
}

func (f fakeFault) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	target := providers.Target{Kind: "world", Name: req.Config.String("name")}
	if req.Environment.Up {
		f.pause(ctx, "Plan")
	}
	if req.Environment.Up && f.drift {
		target.Name = "another"
	}
	planned := providers.FaultPlan{
		Effect: "breaks the world", Targets: []providers.Target{target}, Eligible: 1, Population: 1,
		Undo: "mends the world", Guard: "nothing",
	}
	if f.replan != nil {
		f.replan(&planned, req.Environment.Up)
	}
	if f.warns != nil {
		return planned, f.warns(req.Environment.Up)
	}
	return planned, nil
}

func (f fakeFault) Prepare(ctx context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	f.pause(ctx, "Prepare")
	undo, _ := json.Marshal(req.Config.String("name"))
	return providers.Record{ID: req.ID, Run: req.Run, Address: req.Address, Type: "fake_break", Targets: req.Plan.Targets, Deadline: req.Deadline, Undo: undo}, nil
}

func (f fakeFault) Inject(ctx context.Context, req providers.InjectRequest) error {
	f.pause(ctx, "Inject")
	_ = sleepFor(ctx, f.slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.panicInject {
		panic("inject")
	}
	f.say("inject " + req.Config.String("name"))
	f.broken[req.Record.ID] = true
	f.began = time.Now()
	if f.lasts < 0 {
		delete(f.broken, req.Record.ID)
	}
	if f.lasts > 0 {
		time.AfterFunc(f.lasts, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.broken, req.Record.ID)
		})
	}
	return f.injectErr
}

func (f fakeFault) Observe(ctx context.Context, rec providers.Record) (providers.Observation, error) {
	f.pause(ctx, "Observe")
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outOfReach(rec) {
		return providers.Observation{State: providers.Unknown}, errors.New("connection refused")
	}
	if f.blind > 0 && f.broken[rec.ID] && time.Since(f.began) >= f.blind {
		return providers.Observation{State: providers.Unknown}, errors.New("fog")
	}
	if !f.broken[rec.ID] && f.after != nil && !f.undone.IsZero() {
		if seen := f.after(time.Since(f.undone)); seen != nil {
			return *seen, nil
		}
	}
	if !f.broken[rec.ID] {
		return providers.Observation{State: providers.Absent}, nil
	}
	shy := f.shy != "" && f.is(rec, f.shy) && time.Until(rec.Deadline) > 6*time.Second
	stood := time.Since(f.began)
	faded := f.fades > 0 && stood >= f.fades && (f.returns == 0 || stood < f.returns)
	if f.noEvidence || shy || faded {
		return providers.Observation{State: providers.Active}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{Name: "broken", Text: "the world is broken"}}}, nil
}

func (f fakeFault) outOfReach(rec providers.Record) bool {
	return f.away != nil && (f.hard == "" || f.is(rec, f.hard)) && f.away()
}

func (f fakeFault) takesAll(rec providers.Record) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tough != nil && (f.hard == "" || f.is(rec, f.hard)) && f.tough()
}

func (fakeFault) is(rec providers.Record, name string) bool {
	return string(rec.Undo) == strconv.Quote(name)
}

func (f fakeFault) Revert(ctx context.Context, rec providers.Record) error {
	f.pause(ctx, "Revert")
	if f.takesAll(rec) {
		<-ctx.Done()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outOfReach(rec) {
		return errors.New("connection refused")
	}
	if f.panicRevert {
		panic("revert")
	}
	if f.stuck != 0 {
		f.stuck--
		return errors.New("the world does not listen")
	}
	var name string
	_ = json.Unmarshal(rec.Undo, &name)
	f.say("revert " + name)
	if f.broken[rec.ID] {
		f.undone = time.Now()
	}
	delete(f.broken, rec.ID)
	f.well = time.Now().Add(f.sore)
	return nil
}

type fakeProbe struct{ *world }

func (fakeProbe) TypeName() string      { return "fake" }
func (fakeProbe) Schema() *schema.Block { return &schema.Block{Description: "Asks the world."} }
func (fakeProbe) SampleType() cty.Type  { return cty.EmptyObject }
func (p fakeProbe) Close() error        { p.pause(context.Background(), "Close"); return nil }
func (p fakeProbe) Open(ctx context.Context, _ providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	p.pause(ctx, "Open")
	return p, nil
}

func (p fakeProbe) Sample(ctx context.Context) providers.Sample {
	if p.answers != nil {
		at, n := p.sampled()
		return p.answers(ctx, at, n)
	}
	out := p.answer(ctx)
	if p.measures != nil {
		out.Value = p.measured()
	}
	return out
}

func (w *world) measured() *float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked.IsZero() {
		w.asked = time.Now()
	}
	return w.measures(time.Since(w.asked))
}

// sampled counts a sample.
func (w *world) sampled() (at time.Duration, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked.IsZero() {
		w.asked = time.Now()
	}
	w.samples++
	return time.Since(w.asked), w.samples
}

func (p fakeProbe) answer(ctx context.Context) providers.Sample {
	if p.unseen && !p.ok() {
		return providers.Sample{Lost: true, Error: "the cluster could not be watched"}
	}
	if p.hang > 0 && !p.ok() {
		select {
		case <-time.After(p.hang):
		case <-ctx.Done():
			return providers.Sample{Error: "no answer"}
		}
	}
	if !p.ok() {
		return providers.Sample{Error: "the world is broken"}
	}
	return providers.Sample{OK: true}
}

type fakeLoad struct{ *world }

func (fakeLoad) TypeName() string      { return "fake" }
func (fakeLoad) Schema() *schema.Block { return &schema.Block{Description: "Asks the world for more."} }

func (l fakeLoad) Open(context.Context, providers.OpenRequest) (providers.Generator, providers.Diagnostics) {
	return l, nil
}

func (l fakeLoad) Run(ctx context.Context, report func(providers.LoadSample)) error {
	defer l.pause(ctx, "Run")
	if l.tired {
		return sleepFor(ctx, 3*time.Second)
	}
	if l.lazy {
		return sleepFor(ctx, time.Hour)
	}
	ticker, began := time.NewTicker(10*time.Millisecond), time.Now()
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case at := <-ticker.C:
			l.offer(at, at.Sub(began), n, report)
		}
	}
}

func (l fakeLoad) offer(due time.Time, at time.Duration, n int, report func(providers.LoadSample)) {
	got := &providers.LoadSample{OK: true, Sent: !l.unsent || l.ok()}
	if l.offers != nil {
		got = l.offers(at, n)
	}
	if got != nil {
		got.Due = due
		report(*got)
	}
}

func sleepFor(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return nil
}

type fakeAction struct{ *world }

func (fakeAction) TypeName() string { return "fake" }
func (fakeAction) Schema() *schema.Block {
	return &schema.Block{Description: "Says a word.", Attributes: []schema.Attribute{
		{Name: "fail", Description: "Whether it fails.", Type: schema.Type{Kind: schema.Bool}},
	}}
}

func (a fakeAction) Run(ctx context.Context, req providers.ActionRequest) (providers.ActionResult, error) {
	a.pause(ctx, "Action")
	_ = sleepFor(ctx, a.rolls)
	if a.harms {
		_ = sleepFor(ctx, 3*time.Second)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.say("action")
	if a.harms {
		a.well = time.Now().Add(time.Hour)
	}
	if req.Config.Bool("fail") {
		return providers.ActionResult{}, errors.New("no")
	}
	return providers.ActionResult{Summary: "done"}, nil
}

type fakeEnvironment struct{ *world }

func (fakeEnvironment) TypeName() string { return "fake" }
func (fakeEnvironment) Schema() *schema.Block {
	return &schema.Block{Description: "A world.", Attributes: []schema.Attribute{
		{Name: "fail", Description: "Whether it fails to come up.", Type: schema.Type{Kind: schema.Bool}},
	}}
}

func (e fakeEnvironment) Plan(context.Context, providers.EnvironmentPlanRequest) (providers.EnvironmentPlan, providers.Diagnostics) {
	return providers.EnvironmentPlan{Summary: "a world", Outputs: e.outputs(false)}, nil
}

func (e fakeEnvironment) outputs(up bool) cty.Value {
	if e.context == nil {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(map[string]cty.Value{"context": e.context(up)})
}

func (e fakeEnvironment) Prepare(ctx context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	e.pause(ctx, "PrepareEnvironment")
	return providers.EnvironmentHandle{Run: req.Run, Address: req.Address, Type: "fake"}, nil
}

func (e fakeEnvironment) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	e.pause(ctx, "Up")
	if ctx.Err() != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "No world", "It was stopped.")
	}
	config, diags := req.Configure(cty.EmptyObjectVal)
	if diags.HasErrors() {
		return providers.EnvironmentState{}, diags
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.up = true
	e.ups++
	if config.Bool("fail") {
		return providers.EnvironmentState{}, providers.Errorf(nil, "No world", "It did not come up.")
	}
	return providers.EnvironmentState{Address: req.Handle.Address, Type: "fake", Up: true, Handle: req.Handle, Outputs: e.outputs(true)}, nil
}

func (e fakeEnvironment) Down(ctx context.Context, _ providers.EnvironmentHandle) error {
	e.pause(ctx, "Down")
	e.mu.Lock()
	defer e.mu.Unlock()
	e.downs++
	e.up = e.stays
	return nil
}

func (e fakeEnvironment) Leftovers(ctx context.Context, _ providers.EnvironmentHandle) ([]string, error) {
	e.pause(ctx, "Leftovers")
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.up {
		return []string{"the world"}, nil
	}
	return nil, nil
}
