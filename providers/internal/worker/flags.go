package worker

import (
	"errors"
	"flag"
	"io"
	"time"
)

// DeadlineFlag is the flag that every worker has.
const DeadlineFlag = "-deadline"

// Flags are those of a worker.
type Flags struct {
	*flag.FlagSet
	Deadline time.Time
}

// NewFlags makes the flags of a role, with the deadline among them.
func NewFlags(role string, stderr io.Writer) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(role, flag.ContinueOnError)}
	f.SetOutput(stderr)
	f.Func(DeadlineFlag[1:], "when to end, RFC 3339", func(text string) (err error) {
		f.Deadline, err = time.Parse(time.RFC3339Nano, text)
		return err
	})
	return f
}

// Parse reads the arguments after the role.
func (f *Flags) Parse(args []string) error {
	if err := f.FlagSet.Parse(args); err != nil {
		return err
	}
	if f.Deadline.IsZero() {
		return errors.New("expected " + DeadlineFlag)
	}
	return nil
}

// FormatDeadline is the value of the flag.
func FormatDeadline(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
