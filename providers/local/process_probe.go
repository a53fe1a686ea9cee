package local

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

// processProbe is the probe "process".
type processProbe struct{}

var (
	_ providers.Probe       = processProbe{}
	_ providers.WithSummary = processProbe{}
)

func (processProbe) TypeName() string { return "process" }

func (processProbe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Looks at a process of a local environment. A sample is ok while the process is alive; a paused process is.",
		Attributes: []schema.Attribute{
			{Name: "process", Type: text(), Required: true, Example: `"payments"`, Description: "Name of the process."},
			{
				Name: "metric", Type: text(), Default: cty.StringVal("memory_bytes"), OneOf: slices.Sorted(maps.Keys(metrics())),
				Description: "What value.{min,mean,max,last} is about: processor seconds used by this start, resident bytes, or starts after the first.",
			},
		},
	}
}

// metrics are the numbers of a sample's fields.
func metrics() map[string]bool {
	return map[string]bool{"cpu_seconds": true, "memory_bytes": true, "restarts": true}
}

func (processProbe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"alive": cty.Bool, "ready": cty.Bool, "state": cty.String, "pid": cty.Number,
		"restarts": cty.Number, "cpu_seconds": cty.Number, "memory_bytes": cty.Number,
	})
}

// Summary implements providers.WithSummary.
func (processProbe) Summary(v schema.Values) string {
	return "process " + v.String("process") + ", its " + v.String("metric")
}

func (processProbe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	if req.Environment.Type != typeName {
		return nil, providers.Errorf(nil, "No local environment",
			"A process probe looks at a process of an environment of type local; the experiment's is %q.", req.Environment.Type)
	}
	var names []string
	for _, t := range req.Environment.Inventory {
		if t.Kind == kindProcess {
			names = append(names, t.Name)
		}
	}
	name := req.Config.String("process")
	if !slices.Contains(names, name) {
		return nil, providers.Errorf(cty.GetAttrPath("process"), "Unknown process",
			"The environment has no process %q%s.", name, meant(name, names))
	}
	h, err := readHandle(req.Environment.Handle)
	if err != nil {
		return nil, providers.Errorf(nil, "Invalid environment handle", "%s.", err)
	}
	return &processProber{client: supervisor.NewClient(h.Socket), name: name, metric: req.Config.String("metric")}, nil
}

// processProber samples one process.
type processProber struct {
	client *supervisor.Client
	name   string
	metric string
}

// Sample asks the supervisor which start is current, and the kernel about it.
func (p *processProber) Sample(ctx context.Context) providers.Sample {
	status, err := p.client.Status(ctx)
	if err != nil {
		return providers.Sample{Error: err.Error(), Fields: cty.NullVal(processProbe{}.SampleType())}
	}
	process, _ := status.Process(p.name)
	stat, err := process.Identity.Stat()
	fields := map[string]cty.Value{
		"alive": cty.BoolVal(err == nil), "ready": cty.BoolVal(process.Ready && err == nil),
		"state": cty.NullVal(cty.String), "pid": cty.NullVal(cty.Number),
		"restarts":    cty.NumberIntVal(int64(process.Restarts)),
		"cpu_seconds": cty.NullVal(cty.Number), "memory_bytes": cty.NullVal(cty.Number),
	}
	if err != nil {
		how := process.Exit
		if how == "" {
			how = "it has just ended"
		}
		return p.sample(fields, fmt.Sprintf("process %s is not alive: %s", p.name, how))
	}
	fields["state"] = cty.StringVal(string(stat.State))
	fields["pid"] = cty.NumberIntVal(int64(stat.PID))
	fields["cpu_seconds"] = cty.NumberFloatVal(stat.CPU().Seconds())
	fields["memory_bytes"] = cty.NumberIntVal(stat.Pages * int64(os.Getpagesize()))
	return p.sample(fields, "")
}

func (p *processProber) sample(fields map[string]cty.Value, problem string) providers.Sample {
	sample := providers.Sample{OK: problem == "", Error: problem, Fields: cty.ObjectVal(fields)}
	if v := fields[p.metric]; !v.IsNull() {
		f, _ := v.AsBigFloat().Float64()
		sample.Value = &f
	}
	return sample
}

// Close drops the connection to the supervisor.
func (p *processProber) Close() error {
	p.client.Close()
	return nil
}
