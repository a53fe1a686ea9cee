package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/redis/go-redis/v9"
	"github.com/zclconf/go-cty/cty"
)

// passwordVariable is where the password is: configurations, plans and records hold none.
const passwordVariable = "REDIS_PASSWORD"

// place is where a server is, and who asks it.
type place struct {
	Address string `json:"address"`
	User    string `json:"user,omitempty"`
}

func placeAttributes() []schema.Attribute {
	return []schema.Attribute{
		{Name: "address", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"127.0.0.1:6379"`, Description: "Where the server is, host:port."},
		{Name: "user", Type: schema.Type{Kind: schema.String}, Default: cty.StringVal(""), Description: "Name of the user; the password is in the environment variable " + passwordVariable + ", which required_providers must pass (env = [\"" + passwordVariable + "\"])."},
	}
}

func placeOf(config schema.Values) place {
	return place{Address: config.String("address"), User: config.String("user")}
}

// open makes a client with connections that bear a name.
func (p place) open(name string, most int) *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr: p.Address, Username: p.User, Password: os.Getenv(passwordVariable), ClientName: name, PoolSize: most, MaxRetries: -1,
		DialTimeout: dialTimeout, DialerRetries: 1, ReadTimeout: -1, WriteTimeout: -1, ContextTimeoutEnabled: true, DisableIdentity: true, Protocol: 2,
	})
}

const dialTimeout = 2 * time.Second

// instance is the server's run id, which another start of it does not share.
func (p place) instance(ctx context.Context) (string, error) {
	client := p.open("gameday", 1)
	defer func() { _ = client.Close() }()
	return field(ctx, client, "server", "run_id")
}

// field is one of INFO.
func field(ctx context.Context, client redis.Cmdable, section, name string) (string, error) {
	text, err := client.Info(ctx, section).Result()
	if err != nil {
		return "", fmt.Errorf("ask the server for INFO %s: %w", section, err)
	}
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(strings.TrimSpace(line), name+":"); found {
			return value, nil
		}
	}
	return "", fmt.Errorf("INFO %s has no field %s: expected Redis 7.0 or later", section, name)
}

// later is said of what depends on attributes that are unknown while there is a plan.
const later = "that is known only at apply"

// target plans the one server that a fault acts on.
func target(ctx context.Context, req providers.FaultPlanRequest, plan providers.FaultPlan) (providers.FaultPlan, providers.Diagnostics) {
	for _, name := range []string{"address", "user"} {
		if !req.Config.Known(name) {
			plan.Unknown = name + " is known only when the run is applied"
			return plan, nil
		}
	}
	at := placeOf(req.Config)
	id, err := at.instance(ctx)
	if err != nil && (req.Environment.Up || req.Environment.Address == "") {
		return plan, providers.Errorf(cty.GetAttrPath("address"), "Cannot reach the Redis server", "%s. Expected a server at %s that this user may ask.", err, at.Address)
	}
	plan.Targets = []providers.Target{{Kind: "redis", Name: at.Address, UID: id}}
	plan.Eligible, plan.Population = 1, 1
	return plan, nil
}

// killNamed ends all connections of a name, whoever holds them, and returns how many there were.
func killNamed(ctx context.Context, client *redis.Client, name string) (int, error) {
	ids, err := named(ctx, client, name)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := client.Do(ctx, "CLIENT", "KILL", "ID", id).Err(); err != nil && !errors.Is(err, redis.Nil) {
			return 0, fmt.Errorf("end the connection %s: %w", id, err)
		}
	}
	return len(ids), nil
}

// named are the ids of connections of a name.
func named(ctx context.Context, client *redis.Client, name string) ([]string, error) {
	list, err := client.ClientList(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("list the server's clients: %w", err)
	}
	var ids []string
	for line := range strings.Lines(list) {
		var id string
		is := false
		for _, f := range strings.Fields(line) {
			if value, found := strings.CutPrefix(f, "id="); found {
				id = value
			}
			is = is || f == "name="+name
		}
		if is {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ours is the name of a fault's connections.
func ours(id string) string { return "gameday-" + id }
