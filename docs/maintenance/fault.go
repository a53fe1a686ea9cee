package maintenance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Mode is the fault maintenance_mode: the service refuses all requests.
type Mode struct{}

var _ providers.Fault = Mode{}

// TypeName is what users write.
func (Mode) TypeName() string { return "maintenance_mode" }

// Schema describes the body of the fault.
func (Mode) Schema() *schema.Block {
	return &schema.Block{
		Description: "Puts a service into maintenance mode, in which it refuses every request.",
		Attributes: []schema.Attribute{{
			Name: "url", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"http://127.0.0.1:8080"`,
			Description: "Where the service's maintenance API is.",
		}},
	}
}

// Plan says what would happen, and changes nothing.
func (Mode) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	plan := providers.FaultPlan{
		Effect: "refuses every request", Radius: []string{"every caller of the service"},
		Undo:  "ends the maintenance that it began, and no other",
		Guard: "the service, at the deadline that it was given",
	}
	if !req.Config.Known("url") {
		plan.Unknown = "url is known only when the run is applied"
		return plan, nil
	}
	url := req.Config.String("url")
	instance, err := api{url}.instance(ctx)
	if err != nil && req.Environment.Up {
		return plan, providers.Errorf(nil, "Cannot read the service", "%s.", err)
	}
	plan.Targets = []providers.Target{{Kind: "service", Name: url, UID: instance}}
	plan.Eligible, plan.Population = 1, 1
	return plan, nil
}

// undo is what a record holds beside its targets.
type undo struct {
	URL string `json:"url"`
}

const undoVersion = 1

// Prepare makes the record by which Revert works in any process.
func (Mode) Prepare(_ context.Context, req providers.PrepareRequest) (providers.Record, providers.Diagnostics) {
	data, err := json.Marshal(undo{URL: req.Config.String("url")})
	if err != nil {
		return providers.Record{}, providers.Errorf(nil, "Cannot make the record", "%s.", err)
	}
	return providers.Record{
		ID: req.ID, Run: req.Run, Address: req.Address, Type: Mode{}.TypeName(), Version: undoVersion,
		Targets: req.Plan.Targets, Deadline: req.Deadline, Undo: data,
	}, nil
}

func open(record providers.Record) (api, error) {
	var u undo
	if record.Version != undoVersion {
		return api{}, fmt.Errorf("the record %s has version %d, expected %d", record.ID, record.Version, undoVersion)
	}
	err := json.Unmarshal(record.Undo, &u)
	return api{u.URL}, err
}

// Inject begins a maintenance that bears the record's id. The service ends it at
// the deadline by itself, whoever is alive then.
func (Mode) Inject(ctx context.Context, req providers.InjectRequest) error {
	service, err := open(req.Record)
	if err != nil {
		return err
	}
	if !time.Now().Before(req.Record.Deadline) {
		return errors.New("the deadline has passed")
	}
	return service.begin(ctx, req.Record.ID, req.Record.Deadline)
}

// Observe asks the service, which counts what it has refused.
func (Mode) Observe(ctx context.Context, record providers.Record) (providers.Observation, error) {
	service, err := open(record)
	if err != nil {
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	}
	refused, there, err := service.refused(ctx, record.ID)
	switch {
	case err != nil:
		return providers.Observation{State: providers.Unknown, Detail: err.Error()}, err
	case !there:
		return providers.Observation{State: providers.Absent}, nil
	case refused == 0:
		return providers.Observation{State: providers.Active, Detail: "nobody has asked for anything yet"}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{
		Name: "requests_refused", Text: fmt.Sprintf("%d requests refused", refused), Value: float64(refused), Unit: "requests",
	}}}, nil
}

// Revert ends the maintenance of this id. That there is none is fine.
func (Mode) Revert(ctx context.Context, record providers.Record) error {
	service, err := open(record)
	if err != nil {
		return err
	}
	return service.end(ctx, record.ID)
}
