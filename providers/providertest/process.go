package providertest

import (
	"log/slog"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin"
	"github.com/gameday-dev/gameday/providers/plugin/host"
	"github.com/gameday-dev/gameday/providers/sdk"
)

// Main lets a test binary be every process that the kit needs: the tests, a fresh process that reverts a record, one that
// injects and is killed, and the provider as a plugin. Call it in TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(providertest.Main(m, maintenance.Provider{})) }
func Main(m *testing.M, provider providers.Provider) int {
	if code, asked := OtherMain(os.Args[1:], provider); asked {
		return code
	}
	return m.Run()
}

// OtherMain is Main without the tests, for a TestMain that does more. It says whether the process was to be another
// one.
func OtherMain(args []string, provider providers.Provider) (code int, asked bool) {
	if code, asked := FreshMain(args, provider); asked {
		return code, true
	}
	if code, asked := killedMain(args, provider); asked {
		return code, true
	}
	if shake := plugin.Handshake(); os.Getenv(shake.MagicCookieKey) == shake.MagicCookieValue {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
		return sdk.Main(provider, nil), true
	}
	return 0, false
}

// OutOfProcess starts the test binary as a plugin and returns what gameday uses of it. It ends with the
// test. The binary's TestMain must call Main or OtherMain.
func OutOfProcess(t testing.TB, name string) *host.Plugin {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p, err := host.Start(t.Context(), host.Source{Name: name, Path: self, Env: []string{"GORACE", "GOCOVERDIR"}}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// Fault finds a fault type of a provider.
func Fault(t require.TestingT, provider providers.Provider, name string) providers.Fault {
	found, err := find(provider, name)
	require.NoError(t, err)
	return found
}
