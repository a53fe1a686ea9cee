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

// comparison is one thing that both sides do.
type comparison struct {
	what      string
	ours      command
	theirs    command
	wallRatio float64 // the most that ours may be of theirs
}

// comparePeers measures gameday and terraform in turn and writes peers.md.
func comparePeers(ctx context.Context, opts options, machine string, out io.Writer) error {
	work, err := os.MkdirTemp("", "gameday-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // a folder for temporary files cleans itself up in the end
	peer, err := terraform(ctx, out)
	if err != nil {
		return err
	}
	list, err := comparisons(ctx, opts, peer, work)
	if err != nil {
		return err
	}
	var rows strings.Builder
	for _, c := range list {
		as, bs, err := interleave(ctx, c.ours, c.theirs, opts.rounds)
		if err != nil {
			return err
		}
		rows.WriteString(c.row(as, bs))
	}
	text := fmt.Sprintf(peersPage, peer.version, opts.rounds, opts.size, opts.size, machine, rows.String())
	path := filepath.Join(opts.results, "peers.md")
	fmt.Fprintf(out, "%s\nbench: wrote %s\n", text, path)
	return os.WriteFile(path, []byte(text), 0o644)
}

func comparisons(ctx context.Context, opts options, peer terraformBinary, work string) ([]comparison, error) {
	gameday, err := filepath.Abs(opts.gameday)
	if err != nil {
		return nil, err
	}
	ours, err := gamedayConfig(work, opts.size)
	if err != nil {
		return nil, err
	}
	theirs, err := terraformConfig(work, opts.size)
	if err != nil {
		return nil, err
	}
	if _, err := peer.command(theirs, "init", "-input=false").measure(ctx); err != nil {
		return nil, err
	}
	own := func(args ...string) command {
		return command{name: "gameday " + args[0], dir: ours, args: append([]string{gameday}, args...)}
	}
	return []comparison{
		{"cold start (`version`)", own("version"), peer.command(theirs, "version"), 0.5},
		{fmt.Sprintf("`validate` of %d", opts.size), own("validate"), peer.command(theirs, "validate"), 1},
		{fmt.Sprintf("`plan` of %d", opts.size), own("plan"), peer.command(theirs, "plan", "-input=false", "-lock=false"), 1},
	}, nil
}

const peersPage = `# gameday and terraform, the same machine

%s against gameday, in turn, %d rounds after one that does not count. Medians; the ratio is the median of the rounds' own ratios of
wall time. gameday's configuration has %d experiments, each with a probe, an assertion and a fault; terraform's has %d
terraform_data resources. Written by ` + "`make bench`" + `.

%s
| what | gameday | terraform | ratio | at most | processor time | peak memory |
| --- | --- | --- | --- | --- | --- | --- |
%s`

func (c comparison) row(ours, theirs []cost) string {
	a, b := median(ours), median(theirs)
	return fmt.Sprintf("| %s | %.1f ms | %.1f ms | %.2f | %.2f | %.0f : %.0f ms | %.0f : %.0f MiB |\n", c.what,
		milliseconds(a.wall), milliseconds(b.wall), pairedRatio(ours, theirs), c.wallRatio,
		milliseconds(a.cpu), milliseconds(b.cpu), mebibytes(a), mebibytes(b))
}

// pairedRatio is the median over the rounds of ours against theirs: both sides
// of a round met the same machine.
func pairedRatio(ours, theirs []cost) float64 {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = float64(ours[i].wall) / float64(theirs[i].wall)
	}
	return middleOf(ratios)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func mebibytes(c cost) float64 { return float64(c.peakRSS) / (1 << 20) }
