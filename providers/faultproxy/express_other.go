//go:build !linux

package faultproxy

// express is for Linux; elsewhere sessions go by their own legs.
type express struct{}

func (*express) close() {}

type ride struct{}

func (*ride) heed(*ruleSet)   {}
func (*ride) abort(Direction) {}

type remains struct{}

func (*session) board() bool     { return false }
func (remains) resume(*leg) bool { return true }
