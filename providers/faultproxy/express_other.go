//go:build !linux

package faultproxy

// express is for Linux; elsewhere sessions go by their own legs.
type express struct{}

func (*express) close() {}

type ride struct{}

func (*ride) recall()         {}
func (*ride) abort(Direction) {}

type remains struct{}

func (*session) board() *ride         { return nil }
func (*session) alight(*ride) remains { return remains{} }
func (remains) resume(*leg) bool      { return true }
