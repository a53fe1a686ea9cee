// Package volume fills volumes of a cluster: the part of kubernetes_pvc_fill that
// runs in a pod which mounts the claim. It is a role of the small agent.
package volume

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/gameday-dev/gameday/providers/diskspace"
)

// Role is the agent's role.
const Role = "volume-fill"

// Amount is how much to take of a volume. Either Bytes or Percent is set.
type Amount struct {
	Bytes   int64   // to take
	Percent float64 // how full the volume is to be, as the Use% of df(1)
	Reserve int64   // bytes that stay available to others
}

// Report is the one line that the agent says when it holds the space.
type Report struct {
	Bytes     int64 `json:"bytes"`     // that it holds
	Total     int64 `json:"total"`     // of the filesystem
	Available int64 `json:"available"` // afterwards
}

// Args are the agent's arguments in that role.
func Args(dir string, a Amount, deadline time.Time) []string {
	return []string{
		Role, "-dir", dir, "-bytes", strconv.FormatInt(a.Bytes, 10), "-percent", strconv.FormatFloat(a.Percent, 'g', -1, 64),
		"-reserve", strconv.FormatInt(a.Reserve, 10), "-deadline", deadline.UTC().Format(time.RFC3339),
	}
}

// Main is the agent in that role: it takes space, reports on its standard output,
// and holds it until it is told to end or the deadline has passed. The space is
// free when the process has ended, however it ends. It returns the exit code.
func Main(args []string, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := Fill(ctx, args, os.Stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", Role, err)
		return 1
	}
	return 0
}

// Fill is Main with its surroundings.
func Fill(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet(Role, flag.ContinueOnError)
	flags.SetOutput(stderr)
	var a Amount
	dir := flags.String("dir", "", "folder on the volume")
	flags.Int64Var(&a.Bytes, "bytes", 0, "how much")
	flags.Float64Var(&a.Percent, "percent", 0, "how full the volume is to be")
	flags.Int64Var(&a.Reserve, "reserve", 0, "bytes that stay available")
	deadline := flags.String("deadline", "", "when the space is given back whatever happens (RFC 3339)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339, *deadline)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	file, err := take(*dir, a, stdout)
	if err != nil {
		return err
	}
	<-ctx.Done()
	return file.Close()
}

func take(dir string, a Amount, stdout io.Writer) (*os.File, error) {
	before, err := diskspace.Read(dir)
	if err != nil {
		return nil, err
	}
	bytes, err := a.of(before)
	if err != nil {
		return nil, err
	}
	file, err := diskspace.Hold(dir, bytes)
	if err != nil {
		return nil, err
	}
	after, err := diskspace.Read(dir)
	if err == nil {
		err = json.NewEncoder(stdout).Encode(Report{Bytes: bytes, Total: after.Total, Available: after.Available})
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// errReserve says that less would stay available than has to.
var errReserve = errors.New("the reserve would be touched")

// of is the number of bytes to take of a filesystem as it is.
func (a Amount) of(space diskspace.Space) (int64, error) {
	bytes := a.Bytes
	if bytes == 0 {
		bytes = space.UpTo(a.Percent)
	}
	switch {
	case bytes <= 0:
		return 0, fmt.Errorf("the volume is %.1f percent full already, and percent is %g", space.Percent(), a.Percent)
	case space.Available-bytes < a.Reserve:
		return 0, fmt.Errorf("%w: %.1f MiB are available, %.1f MiB are to be taken, and %.1f MiB are to stay",
			errReserve, mebi(space.Available), mebi(bytes), mebi(a.Reserve))
	}
	return bytes, nil
}

func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }
