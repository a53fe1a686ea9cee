package providertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// killedRole is the first argument of a test binary that is to inject and to be killed, inPlace what it says between.
const (
	killedRole = "providertest-inject"
	inPlace    = "the fault is in place"
)

// injection is what another process needs to inject.
type injection struct {
	Record      providers.Record `json:"record"`
	Config      string           `json:"config"`      // HCL, the body of the fault
	Environment []byte           `json:"environment"` // as it is on the wire to a plugin
}

// KilledInject is for Harness.Killed: it executes the test binary again, which injects, and kills it then. So
// nothing in that process can end the fault any more. The binary's TestMain must call Main or OtherMain.
func KilledInject(ctx context.Context, injection []byte) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var problem bytes.Buffer
	cmd := exec.CommandContext(ctx, self, killedRole)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(injection), &problem, time.Second // a guard may keep the streams open
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said, _ := bufio.NewReader(output).ReadString('\n') // or it has ended
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // that it was killed is no news
	if said != inPlace+"\n" {
		return fmt.Errorf("inject in another process: %s%s", said, &problem)
	}
	return nil
}

// killedMain injects what stdin says if args ask for that, and waits to be killed.
func killedMain(args []string, provider providers.Provider) (code int, asked bool) {
	if len(args) != 1 || args[0] != killedRole {
		return 0, false
	}
	if err := injectFrom(os.Stdin, provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	fmt.Fprintln(os.Stdout, inPlace)
	<-time.After(lifetime) // who was to kill it may be gone
	return 0, true
}

func injectFrom(input io.Reader, provider providers.Provider) error {
	var i injection
	if err := json.NewDecoder(input).Decode(&i); err != nil {
		return fmt.Errorf("read the injection: %w", err)
	}
	fault, err := find(provider, i.Record.Type)
	if err != nil {
		return err
	}
	config, err := decode(fault.Schema(), i.Config)
	if err != nil {
		return err
	}
	var on wire.EnvironmentState
	if err := proto.Unmarshal(i.Environment, &on); err != nil {
		return fmt.Errorf("read the environment: %w", err)
	}
	env, err := convert.StateFrom(&on)
	if err != nil {
		return err
	}
	return fault.Inject(context.Background(), providers.InjectRequest{Record: i.Record, Config: config, Environment: env})
}

// encode is an injection for another process.
func (i injection) encode(env providers.EnvironmentState) ([]byte, error) {
	on, err := convert.State(env)
	if err != nil {
		return nil, err
	}
	if i.Environment, err = proto.Marshal(on); err != nil {
		return nil, err
	}
	return json.Marshal(i)
}
