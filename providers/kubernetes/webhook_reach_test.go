package kubernetes

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/internal/apitest"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
	"github.com/gameday-dev/gameday/providers/providertest"
)

// hooked is a delay of 100 ms in one namespace.
func hooked(t *testing.T, api undo.API) injection {
	t.Helper()
	i := injection{
		session: sessionOn(api),
		config:  providertest.Decode(t, webhookFault{}.schema(), "mode = \"delay\"\nlatency = \"100ms\"\nresources = [\"pods\"]\ntarget {}"),
		record:  providers.Record{ID: "01HOOK", Run: "run", Targets: []providers.Target{{Kind: "namespace", Name: "shop"}}, Deadline: time.Now().Add(time.Minute)},
	}
	made, err := webhookFault{}.intend(t.Context(), preparation{config: i.config, id: i.record.ID, targets: i.record.Targets})
	require.NoError(t, err)
	i.steps = made.steps
	return i
}

// asAPIServer answers as one that has the webhook's pod run, and asks the webhook as told.
func asAPIServer(t *testing.T, server *apitest.Server, asks func(name string) error, holds bool) {
	t.Helper()
	ended := t.Context().Done()
	server.Meet(func(method, path string) int {
		if holds && method == http.MethodPost && strings.HasSuffix(path, "/configmaps") {
			<-ended
		}
		return 0
	})
	server.Admit(func(path string, o map[string]any) error {
		name := path[strings.LastIndex(path, "/")+1:]
		switch {
		case strings.Contains(path, "/configmaps/"):
			return asks(name)
		case strings.Contains(path, "/pods/"):
			o["status"] = map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": "True"}}}
		}
		return nil
	})
}

func refusing(message string) func(name string) error {
	return func(name string) error {
		if name == webhook.ReachedName("01HOOK") {
			return errors.New(message)
		}
		return nil
	}
}

// TestDelayNeedsAWebhookThatIsReached: where it is not, as in private clusters whose firewall keeps the
// control plane from the ports of pods, every write would wait for the API server's time-out instead of the latency.
func TestDelayNeedsAWebhookThatIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		asks  func(name string) error
		holds bool
		says  string // the error; empty for none
	}{
		"it answers":            {refusing("admission webhook denied the request: " + webhook.Reached), false, ""},
		"packets are dropped":   {refusing(""), true, "port 8443 of pods to the API server"},
		"it is passed over":     {func(string) error { return nil }, false, "still passes it over"},
		"somebody else refuses": {refusing("admission webhook denied the request: no team label"), false, "no team label"},
	} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			asAPIServer(t, server, c.asks, c.holds)
			i := hooked(t, api)
			err := i.delayRequests(t.Context(), 300*time.Millisecond)
			assert.NotNil(t, server.Get(i.steps[2].Path), "the webhook stands, for the revert to find")
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}

// TestTriesWhetherTheWebhookIsReached beside the request that is late: only both together tell the latency from a time-out.
func TestTriesWhetherTheWebhookIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		message string
		reached bool
	}{
		"it answers":        {"admission webhook denied the request: " + webhook.Reached, true},
		"somebody else did": {"admission webhook denied the request: no team label", false},
	} {
		t.Run(name, func(t *testing.T) {
			server, api := apitest.New(t)
			asAPIServer(t, server, refusing(c.message), false)
			got, err := sessionOn(api).try(t.Context(), "shop", "01HOOK", modeDelay)
			require.NoError(t, err)
			assert.Equal(t, c.reached, got.reached)
			assert.True(t, got.answered)
		})
	}
}

// TestTheWebhooksPodIsAdmittedEverywhere: by OpenShift, too, which gives each namespace users of its own and refuses others.
func TestTheWebhooksPodIsAdmittedEverywhere(t *testing.T) {
	pod := hooked(t, undo.API{}).webhookPod("n", "shop", webhook.Certificate{})
	security := pod["spec"].(map[string]any)["securityContext"].(map[string]any)
	assert.Equal(t, true, security["runAsNonRoot"])
	assert.NotContains(t, security, "runAsUser", "the image names one that is not root")
	assert.NotContains(t, security, "runAsGroup")
}
