package verdict

import "fmt"

// Weighted is the verdict of one experiment of a suite.
type Weighted struct {
	Verdict Verdict
	Weight  float64 // 0 or more; shares are of the sum
}

// Score is the weighted share of passed, 0 to 1. Skipped counts as not passed;
// a suite without any weight proved nothing and scores 0.
func Score(members []Weighted) float64 {
	var passed, total float64
	for _, m := range members {
		total += m.Weight
		if m.Verdict == Passed {
			passed += m.Weight
		}
	}
	if total <= 0 {
		return 0
	}
	return passed / total
}

// Gate is what a suite demands.
type Gate struct {
	MinScore        float64 // 0 to 1
	MaxInconclusive int     // experiments
}

// Judgement is a gate's outcome.
type Judgement struct {
	Passed       bool
	Score        float64 // 0 to 1
	Inconclusive int
	Reason       string // why it did not pass; empty when it did
}

// rounding keeps a share such as 0.9, added up from weights, from missing a
// minimum of 0.9 by the last bit.
const rounding = 1e-9

// Judge holds the experiments of a suite against the gate.
func (g Gate) Judge(members []Weighted) Judgement {
	result := Judgement{Score: Score(members)}
	for _, m := range members {
		if m.Verdict == Inconclusive {
			result.Inconclusive++
		}
	}
	switch {
	case result.Score+rounding < g.MinScore:
		result.Reason = fmt.Sprintf("the score is %.4g, at least %.4g was asked for", result.Score, g.MinScore)
	case result.Inconclusive > g.MaxInconclusive:
		result.Reason = fmt.Sprintf("%d inconclusive, at most %d allowed", result.Inconclusive, g.MaxInconclusive)
	}
	result.Passed = result.Reason == ""
	return result
}
