package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/gameday-dev/gameday/providers"
)

// freshRole is the first argument of a test binary that is to revert a record.
const freshRole = "providertest-revert"

// FreshRevert is for Harness.Fresh: it executes the test binary again, which
// reverts the record and exits. The binary's TestMain must call FreshMain.
func FreshRevert(ctx context.Context, record []byte) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, freshRole)
	cmd.Stdin = bytes.NewReader(record)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("revert in a fresh process: %w: %s", err, output)
	}
	return nil
}

// FreshMain reverts the record on stdin if args ask for that, and says so. Args
// are those of the process without its name.
func FreshMain(args []string, provider providers.Provider) (code int, asked bool) {
	if len(args) != 1 || args[0] != freshRole {
		return 0, false
	}
	if err := revertFrom(os.Stdin, provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

func revertFrom(input io.Reader, provider providers.Provider) error {
	var record providers.Record
	if err := json.NewDecoder(input).Decode(&record); err != nil {
		return fmt.Errorf("read the record: %w", err)
	}
	fault, err := find(provider, record.Type)
	if err != nil {
		return err
	}
	return fault.Revert(context.Background(), record)
}

// find finds a fault type of a provider.
func find(provider providers.Provider, name string) (providers.Fault, error) {
	for _, fault := range provider.Types().Faults {
		if fault.TypeName() == name {
			return fault, nil
		}
	}
	return nil, fmt.Errorf("provider %s has no fault %q", provider.Metadata().Name, name)
}
