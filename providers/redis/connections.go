package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
	"github.com/redis/go-redis/v9"
	"github.com/zclconf/go-cty/cty"
)

// connections is the fault redis_connection_exhaustion: all but a few of the connections that the server allows are taken. They
// end with the process that holds them.
type connections struct {
	mu   sync.Mutex
	held map[string][]*line
}

func (*connections) TypeName() string { return "redis_connection_exhaustion" }

func (*connections) Schema() *schema.Block {
	return &schema.Block{
		Description: "Takes the connections that a Redis server allows (maxclients), so that new clients are refused.",
		Attributes: append(placeAttributes(), schema.Attribute{
			Name: "leave", Type: schema.Type{Kind: schema.Whole}, Default: cty.NumberIntVal(1), Min: schema.Number(1),
			Description: "How many connections stay free. One is for the undo, for as long as nobody else takes it.",
		}),
	}
}

func (*connections) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	effect := "takes all connections but a number " + later
	if req.Config.Known("leave") {
		effect = fmt.Sprintf("takes all connections but %d", req.Config.Int("leave"))
	}
	return target(ctx, req, providers.FaultPlan{
		Effect: effect, Radius: []string{"clients that connect are refused; those that are connected go on"},
		Undo: "closes the connections that it took", Guard: "the kernel: connections end with the process that holds them",
	})
}

type connectionsUndo struct {
	Place place `json:"place"`
	Leave int   `json:"leave"`
}

func (*connections) Prepare(_ context.Context, req providers.PrepareRequest) (connectionsUndo, error) {
	return connectionsUndo{placeOf(req.Config), req.Config.Int("leave")}, nil
}

// Inject takes connections until as many are free as are to be left.
func (c *connections) Inject(ctx context.Context, i sdk.Injection[connectionsUndo], _ schema.Values) error {
	client := i.Undo.Place.open(ours(i.ID)+"-count", 1)
	defer func() { _ = client.Close() }()
	for {
		free, err := free(ctx, client)
		if err != nil {
			return err
		}
		missing := free + 1 - i.Undo.Leave // the one that counts goes when it has counted
		if missing <= 0 {
			return nil
		}
		for range missing {
			if err := c.take(ctx, i); err != nil {
				return err
			}
		}
	}
}

// free is how many clients the server would still let in.
func free(ctx context.Context, client *redis.Client) (int, error) {
	limit, err := field(ctx, client, "clients", "maxclients")
	if err != nil {
		return 0, err
	}
	used, err := field(ctx, client, "clients", "connected_clients")
	if err != nil {
		return 0, err
	}
	most, err := strconv.Atoi(limit)
	if err != nil {
		return 0, fmt.Errorf("maxclients: %w", err)
	}
	now, err := strconv.Atoi(used)
	if err != nil {
		return 0, fmt.Errorf("connected_clients: %w", err)
	}
	return most - now, nil
}

// take opens one connection with the fault's name.
func (c *connections) take(ctx context.Context, i sdk.Injection[connectionsUndo]) error {
	taken, err := i.Undo.Place.dial(ctx, ours(i.ID))
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = map[string][]*line{}
	}
	c.held[i.ID] = append(c.held[i.ID], taken)
	return nil
}

// Observe counts the connections of the fault's name, as the server sees them. Where it lets nobody in, that is
// what was to be shown.
func (c *connections) Observe(ctx context.Context, i sdk.Injection[connectionsUndo]) (providers.Observation, error) {
	client := i.Undo.Place.open(ours(i.ID)+"-look", 1)
	defer func() { _ = client.Close() }()
	ids, err := named(ctx, client, ours(i.ID))
	if err != nil {
		return providers.Observation{}, err
	}
	if len(ids) == 0 {
		return providers.Observation{State: providers.Absent}, nil
	}
	left, err := free(ctx, client)
	if err != nil {
		return providers.Observation{}, err
	}
	taken := providers.Fact{Name: "connections_taken", Text: fmt.Sprintf("%d connections are taken, and %d are free", len(ids), left+1), Value: float64(len(ids)), Unit: "connections"}
	if left+1 > i.Undo.Leave {
		return providers.Observation{State: providers.Partial, Detail: taken.Text}, nil
	}
	return providers.Observation{State: providers.Active, Evidence: []providers.Fact{taken}}, nil
}

// Revert closes the connections, and has the server end those that another process holds.
func (c *connections) Revert(ctx context.Context, i sdk.Injection[connectionsUndo]) error {
	c.mu.Lock()
	held := c.held[i.ID]
	delete(c.held, i.ID)
	c.mu.Unlock()
	for _, taken := range held {
		taken.close()
	}
	client := i.Undo.Place.open(ours(i.ID)+"-undo", 1)
	defer func() { _ = client.Close() }()
	for {
		found, err := killNamed(ctx, client, ours(i.ID))
		if err != nil || found == 0 {
			return err
		}
	}
}
