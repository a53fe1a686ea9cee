package exec

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
)

// prober runs one command again and again.
type prober struct {
	command command
	expect  expectation
	value   probing.Reader
	timeout time.Duration
}

// result is what a run of the command gave.
type result struct {
	ending
	stdout head
	stderr tail
}

// Sample implements providers.Prober.
func (p *prober) Sample(ctx context.Context) providers.Sample {
	got := result{stdout: head{limit: probing.BodyLimit}, stderr: tail{limit: probing.BodyLimit}}
	var err error
	got.ending, err = p.command.run(ctx, &got.stdout, &got.stderr, true)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return p.failed(&got, fmt.Sprintf("no result within %s: the command was killed", p.timeout))
	case errors.Is(err, context.Canceled):
		return p.failed(&got, "stopped before the command ended")
	case err != nil:
		return providers.Sample{Lost: true, Error: err.Error()} // it did not run, which says nothing of what it looks at
	}
	value, err := p.judge(ctx, &got)
	if err != nil {
		return p.failed(&got, err.Error())
	}
	return providers.Sample{OK: true, Value: value, Fields: got.fields()}
}

func (p *prober) failed(got *result, text string) providers.Sample {
	return providers.Sample{Error: text, Fields: got.fields()}
}

// judge says what is wrong with a result. A wrong exit code says it all.
func (p *prober) judge(ctx context.Context, got *result) (*float64, error) {
	if got.exitCode != p.expect.exitCode {
		return nil, got.unexpected(p.expect.exitCode)
	}
	text := probing.Text(got.stdout.kept)
	if p.expect.stdout != nil && !p.expect.stdout.MatchString(text) {
		return nil, fmt.Errorf("expected the output to match %q, got %s", p.expect.stdout, probing.Quote(text))
	}
	if err := p.expect.json.Check(ctx, got.stdout.kept); err != nil {
		return nil, err
	}
	return p.value.Read(ctx, got.stdout.kept)
}

// unexpected quotes the last that the program had to say.
func (r *result) unexpected(want int) error {
	said := probing.LastLine(r.stderr.text())
	if said == "" {
		said = probing.LastLine(probing.Text(r.stdout.kept))
	}
	if said != "" {
		said = ": " + said
	}
	return fmt.Errorf("expected exit code %d, got %s%s", want, r.ending, said)
}

func (r *result) fields() cty.Value {
	json := cty.NullVal(cty.DynamicPseudoType)
	if r.stdout.whole() {
		json = probing.JSON(r.stdout.kept)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"exit_code": cty.NumberIntVal(int64(r.exitCode)),
		"stdout":    cty.StringVal(probing.Text(r.stdout.kept)),
		"stderr":    cty.StringVal(probing.Text(r.stderr.kept)),
		"json":      json,
	})
}

// Close implements providers.Prober.
func (p *prober) Close() error { return nil }
