package maintenance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/gameday-dev/gameday/docs/maintenance"
	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// TestMain lets the test binary be the fresh process that reverts a record, and the plugin.
func TestMain(m *testing.M) { os.Exit(providertest.Main(m, maintenance.Provider{})) }

// TestModeConforms in this process and in one of its own.
func TestModeConforms(t *testing.T) {
	t.Run("in process", func(t *testing.T) { conforms(t, maintenance.Provider{}) })
	t.Run("as a plugin", func(t *testing.T) { conforms(t, providertest.OutOfProcess(t, "maintenance")) })
}

func conforms(t *testing.T, provider providers.Provider) {
	t.Helper()
	service := httptest.NewServer(newService())
	defer service.Close()
	get := func(ctx context.Context) error { return get(ctx, service.URL) }
	providertest.Run(t, providertest.Harness{
		Fault:       providertest.Fault(t, provider, "maintenance_mode"),
		Config:      fmt.Sprintf("url = %q", service.URL),
		Run:         "run",
		Environment: providers.EnvironmentState{Up: true},
		Stimulate:   func(ctx context.Context) { _ = get(ctx) },
		Healthy:     get,
		Fresh:       providertest.FreshRevert,
		Killed:      providertest.KilledInject,
	})
}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answers with %s", response.Status)
	}
	return nil
}
