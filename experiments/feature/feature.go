package feature

import (
	"context"
	"path/filepath"
	"testing"

	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/gameday-dev/gameday/runner/report"
)

// Apply makes a feature of the configuration in a directory: it is planned and
// applied, and the feature fails unless `gameday apply` would end with exit code
// 0. Each experiment is a test of its own below it.
func Apply(dir string, options ...Option) features.Feature {
	s := newSettings(dir, options)
	if s.name == "" {
		s.name = baseName(dir)
	}
	builder := features.New(s.name)
	for _, label := range s.labels {
		builder.WithLabel(label[0], label[1])
	}
	return builder.Assess("apply", s.step).Feature()
}

// Step is what Apply does, as one step of a feature that has others:
//
//	features.New("checkout").Setup(deploy).Assess("survives the loss of a pod", feature.Step("pod-loss"))
//
// The options Name and Label have no meaning for it.
func Step(dir string, options ...Option) features.Func {
	return newSettings(dir, options).step
}

// Result is the run of the newest Apply or Step before this one in a context; nil
// when there was none.
func Result(ctx context.Context) *report.Run {
	run, _ := ctx.Value(resultKey{}).(*report.Run)
	return run
}

type resultKey struct{}

// step is a features.Func.
func (s *settings) step(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
	t.Helper()
	c, err := s.load(ctx, t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := prepare(ctx, c, s.targets)
	if err != nil {
		t.Fatal(err)
	}
	run, err := s.run(ctx, t, p)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, run)
	return context.WithValue(ctx, resultKey{}, run)
}

// baseName is the last part of a directory's name, also of ".".
func baseName(dir string) string {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return filepath.Base(dir)
	}
	return filepath.Base(whole)
}
