package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// soak runs the quickstart again and again and counts how often both verdicts
// were right.
func soak(ctx context.Context, opts options, stdout io.Writer) (bool, error) {
	if err := os.MkdirAll(opts.logs, 0o755); err != nil {
		return false, err
	}
	right, runs := 0, 0
	for runs < opts.count && ctx.Err() == nil {
		runs++
		ok, err := soakOne(ctx, opts, runs, stdout)
		if err != nil {
			return false, err
		}
		if ok {
			right++
		}
	}
	fmt.Fprintf(stdout, "soak: %d of %d runs right on both variants; output in %s\n", right, runs, opts.logs)
	return right == opts.count, nil
}

// soakOne is one run of a soak. A run that could not be read back counts as
// wrong and does not end the soak.
func soakOne(ctx context.Context, opts options, n int, stdout io.Writer) (bool, error) {
	log, err := os.Create(filepath.Join(opts.logs, fmt.Sprintf("%02d.log", n)))
	if err != nil {
		return false, err
	}
	begin := time.Now()
	got, applyErr := apply(ctx, opts, log, log)
	if err := log.Close(); err != nil {
		return false, err
	}
	line, ok := tally(got, applyErr)
	fmt.Fprintf(stdout, "%3d/%d  %5.1f s  %s\n", n, opts.count, time.Since(begin).Seconds(), line)
	return ok, nil
}

// tally is a run in one line, and whether it was right.
func tally(got *result, err error) (line string, ok bool) {
	if err != nil {
		return err.Error(), false
	}
	if wrong := got.mistakes(); len(wrong) > 0 {
		return got.line() + "  WRONG: " + strings.Join(wrong, "; "), false
	}
	return got.line(), true
}
