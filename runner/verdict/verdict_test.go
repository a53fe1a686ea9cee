package verdict_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/runner/verdict"
)

func TestWorst(t *testing.T) {
	for name, c := range map[string]struct {
		given []verdict.Verdict
		want  verdict.Verdict
	}{
		"none proves nothing":              {nil, verdict.Skipped},
		"all passed":                       {[]verdict.Verdict{verdict.Passed, verdict.Passed}, verdict.Passed},
		"skipped is not passed":            {[]verdict.Verdict{verdict.Passed, verdict.Skipped}, verdict.Skipped},
		"unsteady over skipped":            {[]verdict.Verdict{verdict.Skipped, verdict.Unsteady}, verdict.Unsteady},
		"inconclusive over unsteady":       {[]verdict.Verdict{verdict.Unsteady, verdict.Inconclusive}, verdict.Inconclusive},
		"failed over inconclusive":         {[]verdict.Verdict{verdict.Inconclusive, verdict.Failed}, verdict.Failed},
		"errored over failed":              {[]verdict.Verdict{verdict.Failed, verdict.Errored}, verdict.Errored},
		"aborted over errored":             {[]verdict.Verdict{verdict.Errored, verdict.Aborted}, verdict.Aborted},
		"an unknown one counts as errored": {[]verdict.Verdict{verdict.Failed, "sideways"}, verdict.Errored},
		"the order given makes no odds":    {[]verdict.Verdict{verdict.Failed, verdict.Passed, verdict.Skipped}, verdict.Failed},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, verdict.Worst(c.given...)) })
	}
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		worst  verdict.Verdict
		dirty  bool
		signal syscall.Signal
		want   int
	}{
		{verdict.Passed, false, 0, 0},
		{verdict.Errored, false, 0, 1},
		{verdict.Failed, false, 0, 3},
		{verdict.Inconclusive, false, 0, 5},
		{verdict.Skipped, false, 0, 5},
		{verdict.Unsteady, false, 0, 6},
		{verdict.Aborted, false, 0, 7},
		{verdict.Aborted, false, syscall.SIGINT, 130},
		{verdict.Aborted, false, syscall.SIGTERM, 143},
		{verdict.Aborted, false, syscall.SIGHUP, 129},
		{verdict.Passed, false, syscall.SIGINT, 0}, // it came after the last verdict
		{"sideways", false, 0, 1},
	} {
		t.Run(fmt.Sprintf("%s/%d", c.worst, c.signal), func(t *testing.T) {
			assert.Equal(t, c.want, verdict.ExitCode(c.worst, c.dirty, c.signal))
			assert.Equal(t, 4, verdict.ExitCode(c.worst, true, c.signal), "dirty outranks every other")
		})
	}
}

func TestOnlyPassedExitsWithZero(t *testing.T) {
	for _, v := range verdict.All() {
		assert.Equal(t, v == verdict.Passed, verdict.ExitCode(v, false, 0) == 0, v)
	}
}

func TestHelpNamesEveryCode(t *testing.T) {
	help := verdict.Help()
	for _, v := range verdict.All() {
		if v != verdict.Skipped {
			assert.Regexp(t, fmt.Sprintf(`(?m)^  %d +%s `, verdict.ExitCode(v, false, 0), v), help)
		}
	}
	assert.Regexp(t, `(?m)^  4 +dirty `, help)
}

func TestCount(t *testing.T) {
	assert.Equal(t, map[verdict.Verdict]int{verdict.Passed: 2, verdict.Failed: 1},
		verdict.Count(verdict.Passed, verdict.Failed, verdict.Passed))
}

func TestGate(t *testing.T) {
	passed, failed := verdict.Weighted{Verdict: verdict.Passed, Weight: 3}, verdict.Weighted{Verdict: verdict.Failed, Weight: 1}
	inconclusive := verdict.Weighted{Verdict: verdict.Inconclusive, Weight: 1}
	for name, c := range map[string]struct {
		gate    verdict.Gate
		members []verdict.Weighted
		want    verdict.Judgement
	}{
		"nothing": {
			verdict.Gate{MinScore: 0.5},
			nil,
			verdict.Judgement{Reason: "the score is 0, at least 0.5 was asked for"},
		},
		"weights count": {
			verdict.Gate{MinScore: 0.75},
			[]verdict.Weighted{passed, failed},
			verdict.Judgement{Passed: true, Score: 0.75},
		},
		"score too low": {
			verdict.Gate{MinScore: 0.9},
			[]verdict.Weighted{passed, failed},
			verdict.Judgement{Score: 0.75, Reason: "the score is 0.75, at least 0.9 was asked for"},
		},
		"too many inconclusive": {
			verdict.Gate{MinScore: 0.5},
			[]verdict.Weighted{passed, inconclusive},
			verdict.Judgement{Score: 0.75, Inconclusive: 1, Reason: "1 inconclusive, at most 0 allowed"},
		},
		"inconclusive allowed": {
			verdict.Gate{MinScore: 0.5, MaxInconclusive: 1},
			[]verdict.Weighted{passed, inconclusive},
			verdict.Judgement{Passed: true, Score: 0.75, Inconclusive: 1},
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, c.gate.Judge(c.members)) })
	}
}

func TestGateForgivesRounding(t *testing.T) {
	members := []verdict.Weighted{{Verdict: verdict.Failed, Weight: 0.1}}
	for range 9 {
		members = append(members, verdict.Weighted{Verdict: verdict.Passed, Weight: 0.1})
	}
	assert.True(t, verdict.Gate{MinScore: 0.9}.Judge(members).Passed)
}

func TestScoreStaysBetweenZeroAndOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.SliceOf(rapid.Custom(func(t *rapid.T) verdict.Weighted {
			return verdict.Weighted{
				Verdict: rapid.SampledFrom(verdict.All()).Draw(t, "verdict"),
				Weight:  rapid.Float64Range(0, 1e6).Draw(t, "weight"),
			}
		})).Draw(t, "members")
		score := verdict.Score(members)
		if score < 0 || score > 1 {
			t.Fatalf("score %v", score)
		}
	})
}
