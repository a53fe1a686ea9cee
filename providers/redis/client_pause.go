package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
	"github.com/gameday-dev/gameday/providers/sdk"
	"github.com/zclconf/go-cty/cty"
)

// clientPause is the fault redis_client_pause: the server answers nobody, as in a fail-over or a stall.
//
// CLIENT PAUSE (https://redis.io/docs/latest/commands/client-pause/) ends by itself after the time that it is given, and
// nothing ends one of all commands before: the server does not answer to CLIENT UNPAUSE either. So short ones are
// asked for, one after the other, by a connection that bears the fault's name. When that is gone, the server is back
// within the time of one.
type clientPause struct {
	mu   sync.Mutex
	kept map[string]context.CancelFunc
}

func (*clientPause) TypeName() string { return "redis_client_pause" }

func (*clientPause) Schema() *schema.Block {
	return &schema.Block{
		Description: "Has a Redis server hold its answers back, by one CLIENT PAUSE after the other.",
		Attributes: append(placeAttributes(),
			schema.Attribute{
				Name: "mode", Type: schema.Type{Kind: schema.String}, Default: cty.StringVal("all"), OneOf: []string{"all", "write"},
				Description: "all: each command waits for the end of the pause that it meets. write: commands that may write wait for the end of the fault.",
			},
			schema.Attribute{
				Name: "pause", Type: schema.Type{Kind: schema.Duration}, Default: cty.StringVal("1s"), Min: schema.Number(0.1), Max: schema.Number(10),
				Description: "How long each pause is, and how long the server may still be silent when whoever asks for them was killed.",
			}),
	}
}

func (*clientPause) Plan(ctx context.Context, req providers.FaultPlanRequest) (providers.FaultPlan, providers.Diagnostics) {
	pause := "a time " + later
	if req.Config.Known("pause") {
		pause = req.Config.Duration("pause").String()
	}
	return target(ctx, req, providers.FaultPlan{
		Effect: pauseEffect(req.Config, pause), Radius: []string{"every client of the server, and what waits for it"},
		Undo: "stops asking for pauses; the last ends within " + pause, Guard: "the server: each pause is of " + pause,
	})
}

// pauseEffect is what pauses do in a mode.
func pauseEffect(config schema.Values, pause string) string {
	switch mode := config.String("mode"); {
	case !config.Known("mode"):
		return "holds answers back, in a mode " + later
	case mode == "write":
		return "answers no command that may write"
	default:
		return "answers every command late, by up to " + pause
	}
}

type pauseUndo struct {
	Place place  `json:"place"`
	Mode  string `json:"mode"`
	Pause int64  `json:"pause"` // milliseconds
}

func (u pauseUndo) pause() time.Duration { return time.Duration(u.Pause) * time.Millisecond }

func (*clientPause) Prepare(_ context.Context, req providers.PrepareRequest) (pauseUndo, error) {
	return pauseUndo{placeOf(req.Config), req.Config.String("mode"), req.Config.Duration("pause").Milliseconds()}, nil
}

// Inject begins to ask for pauses. It returns when the first is in place.
func (c *clientPause) Inject(ctx context.Context, i sdk.Injection[pauseUndo], _ schema.Values) error {
	last := i.Deadline.Add(-i.Undo.pause()) // one that begins later would outlast the deadline
	if !time.Now().Before(last) {
		return fmt.Errorf("the deadline is in less than a pause of %s: expected a longer duration, or a shorter pause", i.Undo.pause())
	}
	if c.keeps(i.ID) {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, last)
	defer cancel()
	asker, err := i.Undo.Place.dial(ctx, ours(i.ID))
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	if err := i.Undo.ask(ctx, asker); err != nil {
		asker.close()
		return err
	}
	c.keep(i, asker, last)
	return nil
}

func (c *clientPause) keeps(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[id] != nil
}

// ask asks for one pause.
func (u pauseUndo) ask(ctx context.Context, by *line) error {
	words := []string{"CLIENT", "PAUSE", strconv.FormatInt(u.Pause, 10)}
	if u.Mode == "write" {
		words = append(words, "WRITE")
	}
	if err := by.do(ctx, words...); err != nil {
		return fmt.Errorf("ask the server for a pause: %w", err)
	}
	return nil
}

// keep asks for one pause after the other, until the last moment, or until the connection is ended.
func (c *clientPause) keep(i sdk.Injection[pauseUndo], asker *line, last time.Time) {
	ctx, stop := context.WithDeadline(context.Background(), last)
	done := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]context.CancelFunc{}
	}
	if c.kept[i.ID] != nil { // another call was faster
		stop()
		asker.close()
		return
	}
	c.kept[i.ID] = func() {
		stop()
		<-done
	}
	go func() {
		defer close(done)
		defer stop()
		defer asker.close()
		tick := time.NewTicker(i.Undo.pause() / 2)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if i.Undo.ask(ctx, asker) != nil {
					return // it was ended, or there is no server any more
				}
			case <-ctx.Done():
				return
			}
		}
	}()
}

// Observe looks whether somebody asks for pauses, and whether a command waits: DEL of a key that is never there may
// write, and changes nothing.
func (c *clientPause) Observe(ctx context.Context, i sdk.Injection[pauseUndo]) (providers.Observation, error) {
	client := i.Undo.Place.open(ours(i.ID)+"-look", 1)
	defer func() { _ = client.Close() }()
	askers, err := named(ctx, client, ours(i.ID)) // in mode all, answered between two pauses
	switch {
	case err != nil:
		return providers.Observation{}, err
	case len(askers) == 0:
		return providers.Observation{State: providers.Absent}, nil
	}
	began := time.Now()
	short, cancel := context.WithTimeout(ctx, i.Undo.pause()/2)
	defer cancel()
	err = client.Del(short, ours(i.ID)).Err()
	waited := time.Since(began)
	switch {
	case err == nil && waited < i.Undo.pause()/4:
		return providers.Observation{State: providers.Active, Detail: "a command was answered between two pauses"}, nil
	case err == nil || silent(err):
		return providers.Observation{State: providers.Active, Evidence: []providers.Fact{{
			Name: "unanswered", Text: fmt.Sprintf("a command was not answered for %d ms", waited.Milliseconds()), Value: waited.Seconds(), Unit: "s",
		}}}, nil
	default:
		return providers.Observation{}, fmt.Errorf("look at the server: %w", err)
	}
}

// silent reports whether there was no answer in time.
func silent(err error) bool {
	timeout, is := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || is && timeout.Timeout()
}

// Revert ends the connection that asks for pauses, in whatever process it is, and waits for the last of them.
func (c *clientPause) Revert(ctx context.Context, i sdk.Injection[pauseUndo]) error {
	c.mu.Lock()
	stop := c.kept[i.ID]
	delete(c.kept, i.ID)
	c.mu.Unlock()
	if stop != nil {
		stop()
	}
	client := i.Undo.Place.open(ours(i.ID)+"-undo", 1)
	defer func() { _ = client.Close() }()
	if _, err := killNamed(ctx, client, ours(i.ID)); err != nil { // answered between two pauses
		return err
	}
	// Whoever asked for a pause just before has it in place now; this is answered when it is over.
	if err := client.Del(ctx, ours(i.ID)).Err(); err != nil {
		return fmt.Errorf("wait for the end of the last pause: %w", err)
	}
	return nil
}
