package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// once runs the quickstart, shows gameday's output, and then the verdicts side
// by side.
func once(ctx context.Context, opts options, stdout, stderr io.Writer) (bool, error) {
	begin := time.Now()
	got, err := apply(ctx, opts, stdout, stderr)
	if err != nil {
		return false, err
	}
	wrong := got.mistakes()
	fmt.Fprintln(stdout)
	if err := got.table(stdout); err != nil {
		return false, err
	}
	fmt.Fprintln(stdout)
	for _, mistake := range wrong {
		fmt.Fprintln(stdout, "  not as it should be:", mistake)
	}
	if len(wrong) > 0 {
		fmt.Fprintf(stdout, "%s: NOT as it should be; report in %s, run in %s\n", filepath.Base(opts.dir), opts.junit, got.dir)
		return false, nil
	}
	fmt.Fprintf(stdout, "%s: planned and applied %s in %.0f s: the fragile shop failed and the resilient one passed, as they should; report in %s\n",
		filepath.Base(opts.dir), opts.dir, time.Since(begin).Seconds(), opts.junit)
	return true, nil
}
