//go:build !linux

package faultproxy

// pipes are for splicing, which only Linux has.
type pipes struct{}

func (*pipes) close() {}

// spliceBody leaves bodies to be copied.
func (*leg) spliceBody(*ruleSet) (bool, error) { return false, nil }

// splice has nothing to do here: the relay goes on copying.
func (*leg) splice(*ruleSet) error { return nil }
