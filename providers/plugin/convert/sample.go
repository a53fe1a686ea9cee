package convert

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Sample is a measurement on the wire; fields is the sample type of its probe.
func Sample(s providers.Sample, fields cty.Type) (*wire.Sample, error) {
	on := &wire.Sample{Ok: s.OK, Error: Text(s.Error), Value: s.Value, Lost: s.Lost}
	if s.Took > 0 {
		on.Took = Span(s.Took)
	}
	var err error
	if on.Fields, err = Value(s.Fields, fields); err != nil {
		return nil, fmt.Errorf("fields of a sample: %w", err)
	}
	return on, nil
}

// SampleFrom is a measurement from the wire. One that cannot be read is lost, which is what it tells of the
// target.
func SampleFrom(s *wire.Sample, fields cty.Type) providers.Sample {
	if s == nil {
		return providers.Sample{Lost: true, Error: "the provider sent no sample"}
	}
	values, err := FromValue(s.GetFields(), fields)
	if err != nil {
		return providers.Sample{Lost: true, Error: "the provider's sample cannot be read: fields: " + err.Error()}
	}
	return providers.Sample{
		OK: s.GetOk(), Error: s.GetError(), Value: s.Value, Fields: values, Took: Length(s.GetTook()), Lost: s.GetLost(),
	}
}

// LoadSample is one offered request on the wire.
func LoadSample(s providers.LoadSample) *wire.LoadSample {
	return &wire.LoadSample{Due: Stamp(s.Due), Latency: Span(s.Latency), Ok: s.OK, Sent: s.Sent, Error: Text(s.Error)}
}

// LoadSampleFrom is one offered request from the wire.
func LoadSampleFrom(s *wire.LoadSample) providers.LoadSample {
	return providers.LoadSample{Due: Moment(s.GetDue()), Latency: Length(s.GetLatency()), OK: s.GetOk(), Sent: s.GetSent(), Error: s.GetError()}
}

// TimedSample is a measurement that was due elsewhere, on the wire.
func TimedSample(s providers.TimedSample, fields cty.Type) (*wire.TimedSample, error) {
	sample, err := Sample(s.Sample, fields)
	if err != nil {
		return nil, err
	}
	return &wire.TimedSample{Sample: sample, Due: Stamp(s.Due), Late: Span(s.Late), Unsent: s.Unsent}, nil
}

// TimedSampleFrom is a measurement that was due elsewhere, from the wire.
func TimedSampleFrom(s *wire.TimedSample, fields cty.Type) providers.TimedSample {
	return providers.TimedSample{
		Sample: SampleFrom(s.GetSample(), fields), Due: Moment(s.GetDue()), Late: Length(s.GetLate()), Unsent: s.GetUnsent(),
	}
}
