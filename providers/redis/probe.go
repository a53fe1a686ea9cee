package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/redis/go-redis/v9"
	"github.com/zclconf/go-cty/cty"
)

// pingProbe is the probe redis_ping: whether the server answers.
type pingProbe struct{}

func (pingProbe) TypeName() string { return "redis_ping" }

func (pingProbe) Schema() *schema.Block {
	return &schema.Block{Description: "Sends PING to a Redis server.", Attributes: placeAttributes()}
}

func (pingProbe) SampleType() cty.Type { return cty.EmptyObject }

func (pingProbe) Summary(config schema.Values) string { return "PING to " + config.String("address") }

func (pingProbe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	return prober{client: placeOf(req.Config).open("gameday-probe", 4), measure: func(ctx context.Context, client *redis.Client) (*float64, error) {
		return nil, client.Ping(ctx).Err()
	}}, nil
}

// infoProbe is the probe redis_info: a number that the server tells of itself.
type infoProbe struct{}

func (infoProbe) TypeName() string { return "redis_info" }

func (infoProbe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Reads a number from INFO of a Redis server.",
		Attributes: append(placeAttributes(),
			schema.Attribute{Name: "section", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"clients"`, Description: "Section of INFO."},
			schema.Attribute{Name: "field", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"connected_clients"`, Description: "Field with a number."}),
	}
}

func (infoProbe) SampleType() cty.Type { return cty.EmptyObject }

func (infoProbe) Summary(config schema.Values) string {
	return fmt.Sprintf("INFO %s: %s of %s", config.String("section"), config.String("field"), config.String("address"))
}

func (infoProbe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	section, name := req.Config.String("section"), req.Config.String("field")
	return prober{client: placeOf(req.Config).open("gameday-probe", 4), measure: func(ctx context.Context, client *redis.Client) (*float64, error) {
		text, err := field(ctx, client, section, name)
		if err != nil {
			return nil, err
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is %q: expected a number", name, text)
		}
		return &value, nil
	}}, nil
}

// prober asks on connections that it keeps.
type prober struct {
	client  *redis.Client
	measure func(context.Context, *redis.Client) (*float64, error)
}

func (p prober) Sample(ctx context.Context) providers.Sample {
	value, err := p.measure(ctx, p.client)
	if err != nil {
		return providers.Sample{Error: err.Error()}
	}
	return providers.Sample{OK: true, Value: value}
}

func (p prober) Close() error { return p.client.Close() }
