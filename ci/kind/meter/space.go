package main

import (
	"context"
	"flag"

	"golang.org/x/sys/unix"
)

// free is how much space a filesystem has.
type free struct{ Used, Available int64 }

func space(_ context.Context, args []string) (any, error) {
	set := flag.NewFlagSet("space", flag.ContinueOnError)
	path := set.String("path", "/", "a folder")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	var s unix.Statfs_t
	if err := unix.Statfs(*path, &s); err != nil {
		return nil, err
	}
	return free{Used: int64(s.Blocks-s.Bfree) * s.Bsize, Available: int64(s.Bavail) * s.Bsize}, nil
}
