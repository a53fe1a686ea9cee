package engine

import (
	"fmt"
	"runtime/debug"

	"github.com/gameday-dev/gameday/providers"
)

// guard calls a provider and turns a panic into an error: a provider's bug must
// not keep the engine from undoing what was injected.
func guard(what string, call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the provider panicked: %v\n%s", what, p, debug.Stack())
		}
	}()
	return call()
}

// asError joins the errors among diagnostics to one; nil when there are none.
func asError(what string, diags providers.Diagnostics) error {
	for _, d := range diags {
		if d.Severity != providers.Error {
			continue
		}
		if d.Detail == "" {
			return fmt.Errorf("%s: %s", what, d.Summary)
		}
		return fmt.Errorf("%s: %s: %s", what, d.Summary, d.Detail)
	}
	return nil
}
