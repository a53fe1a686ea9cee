package sample

import (
	"cmp"
	"slices"
)

// toldApart is how many texts of failed samples one span keeps. An endpoint that
// answers each request in other words must not fill the memory.
const toldApart = 16

// A Failure is a way in which samples failed.
type Failure struct {
	Error string // what they said; empty for all that said something rarer
	Count int64
}

// failures counts failed samples by what they said, in order of appearance. What
// comes after the texts that are told apart is counted together, as the last.
type failures []Failure

func (f *failures) add(text string) {
	i := slices.IndexFunc(*f, func(known Failure) bool { return known.Error == text })
	switch {
	case i >= 0:
	case len(*f) < toldApart:
		i = len(*f)
		*f = append(*f, Failure{Error: text})
	case len(*f) == toldApart:
		i = toldApart
		*f = append(*f, Failure{})
	default:
		i = toldApart
	}
	(*f)[i].Count++
}

// Failures are the ways in which samples of the window failed, the most frequent
// first. Their counts add up to the samples that were not OK.
func (w Window) Failures() []Failure {
	return slices.SortedStableFunc(slices.Values(w.tally.failures), func(a, b Failure) int { return cmp.Compare(b.Count, a.Count) })
}
